"""Bundles of the tiny model: bare, and prepared."""

import shutil
from pathlib import Path

import pytest
from rig.kokoro_bundle import save_kokoro_bundle
from rig.native import built_library, has_compiler

from utterd.stages.models.preparing import command


@pytest.fixture(autouse=True)
def _native_operators(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Built once for all tests, or not to be had; and nothing of this user's is looked at."""
    monkeypatch.setenv("UTTERD_HOME", str(tmp_path / "home"))
    library = built_library() if has_compiler() else None
    monkeypatch.setattr(command, "find_library", lambda: library)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Not prepared yet."""
    return save_kokoro_bundle(tmp_path / "tiny")


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = save_kokoro_bundle(tmp_path_factory.mktemp("prepared") / "tiny")
    assert command.main([str(folder), "--variants", "fp32", "--voices", "af_heart"]) == 0
    return folder


@pytest.fixture
def prepared(_prepared: Path, tmp_path: Path) -> Path:
    """A copy of one with the variant fp32, measured for af_heart."""
    return Path(shutil.copytree(_prepared, tmp_path / "tiny"))


@pytest.fixture
def complaint(capsys: pytest.CaptureFixture[str]):
    """Reads what was complained of: one sentence, on the last line of stderr."""

    def read() -> str:
        lines = capsys.readouterr().err.splitlines()
        said = [line for line in lines if line.startswith("utterd: ")]
        assert said == lines[-1:], lines
        return said[0].removeprefix("utterd: ")

    return read
