"""Imports run one way: a room may import only itself and the rooms before it."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ROOMS = ["bundles", "config", "launchd", "systemd", "client", "stages", "daemon"]
"""Lowest first. `bundles` holds data, and no code that imports anything."""

STAGES = ["g2p", "inference", "output"]

HEAVY = {"numpy", "onnxruntime", "sounddevice", "soxr", "misaki", "phonemizer", "espeakng_loader", "num2words"}
"""Libraries of the stages, whose start-up time nobody else should pay."""

CLIENTS_OWN = sys.stdlib_module_names | {"msgpack", "utterd"}

NEED_MORE = {
    "client/cli/lexicon_edit.py": {"tomlkit"},
    "client/hotkeys": {"Xlib", "jeepney"},
    "client/models/download.py": {"requests", "urllib3"},
    "client/selection": {"Xlib"},
    "client/tray": {"PIL", "pystray"},
}
"""Parts of the client that nobody imports who only speaks, and the libraries they may use."""


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def imports_of(path: Path) -> Iterator[str]:
    """Full names of what a file imports, wherever in it; relative imports are refused by ruff (TID252)."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def wrong_imports(path: Path, allowed: set[str]) -> set[str]:
    """Rooms that this file imports though it may not."""
    rooms = {name.split(".")[1] for name in imports_of(path) if name.startswith("utterd.")}
    return rooms - allowed


def test_every_room_is_on_the_list():
    """A room is a folder that is installed as utterd.X."""
    typed = {path.parent.name for path in ROOT.glob("*/py.typed")}
    assert typed == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_one_way(room):
    allowed = set(ROOMS[: ROOMS.index(room) + 1])
    assert files_of(ROOT / room)
    for path in files_of(ROOT / room):
        assert wrong_imports(path, allowed) == set(), path


@pytest.mark.parametrize("stage", STAGES)
def test_stages_know_nothing_of_one_another(stage):
    others = tuple(f"utterd.stages.{other}" for other in STAGES if other != stage)
    for path in files_of(ROOT / "stages" / stage):
        assert not [name for name in imports_of(path) if name.startswith(others)], path


def test_what_stages_share_knows_none_of_them():
    for path in sorted((ROOT / "stages").glob("*.py")):
        named = tuple(f"utterd.stages.{stage}" for stage in STAGES)
        assert not [name for name in imports_of(path) if name.startswith(named)], path


def test_the_client_needs_the_standard_library_and_msgpack_alone():
    for room in ROOMS[: ROOMS.index("client") + 1]:
        for path in files_of(ROOT / room):
            place = str(path.relative_to(ROOT))
            more = [libraries for part, libraries in NEED_MORE.items() if place.startswith(part)]
            allowed = CLIENTS_OWN.union(*more)
            assert {name.split(".")[0] for name in imports_of(path)} <= allowed, path


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "stages"])
def test_heavy_libraries_are_imported_in_the_stages_alone(room):
    for path in files_of(ROOT / room):
        assert not {name.split(".")[0] for name in imports_of(path)} & HEAVY, path


def test_the_daemon_loads_none_of_them_by_way_of_the_stages_either():
    modules = [f"utterd.daemon.{path.stem}" for path in files_of(ROOT / "daemon") if path.stem != "__init__"]
    script = f"import sys, {', '.join(modules)}, utterd.stages.output.device_spec\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd="/").stdout
    assert not set(loaded.split()) & HEAVY


def test_a_wrong_import_is_seen_wherever_it_hides(tmp_path):
    path = tmp_path / "planted.py"
    for line in (
        "from utterd.daemon.engine import Engine",
        "import utterd.daemon.engine",
        "from utterd import daemon",
        "def f():\n    from utterd.daemon import engine",
        "if True:\n    import os, utterd.daemon",
    ):
        path.write_text(line)
        assert wrong_imports(path, {"client"}) == {"daemon"}, line
