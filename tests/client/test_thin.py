"""The client stays thin: the standard library and msgpack; tomlkit in one file, which two commands import."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[2] / "client"

ALLOWED = sys.stdlib_module_names | {"msgpack", "utterd"}

ALLOWED_IN = {"lexicon_edit.py": {"tomlkit"}}
"""Imported only by the commands that change a lexicon."""

ROOMS_BELOW = {"client", "config", "launchd", "systemd"}


def imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            assert node.module
            yield node.module


@pytest.mark.parametrize("path", sorted(CLIENT.rglob("*.py")), ids=lambda path: str(path.relative_to(CLIENT)))
def test_a_file_imports_only_what_a_client_may(path: Path) -> None:
    for name in imported_names(path):
        assert name.partition(".")[0] in ALLOWED | ALLOWED_IN.get(path.name, set()), f"{path} imports {name}"
        if name.startswith("utterd."):
            assert name.split(".")[1] in ROOMS_BELOW, f"{path} imports {name}"
