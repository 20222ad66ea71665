"""The package as users get it: a wheel, built from the tree, installed where nothing else of the tree is."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import psutil
import pytest
from rig.native import has_compiler

from utterd.client.cli import COMMANDS
from utterd.stages.native.compiler import is_whole, named
from utterd.stages.native.library import PACKAGED

ROOT = Path(__file__).parent.parent
HANG_S = 300

pytestmark = pytest.mark.slow


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=HANG_S, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy, so that nothing in the tree is made or found by accident."""
    folder = tmp_path_factory.mktemp("wheel")
    beside = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "tests", "training", "bench")
    shutil.copytree(ROOT, folder / "tree", ignore=beside)
    run(
        sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, folder / "tree"
    )  # fmt: skip
    (made,) = folder.glob("utterd-*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A clean environment with the wheel; what it depends on is borrowed from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=True)
    run(folder / "bin/python", "-m", "pip", "install", "-q", "--no-deps", "--no-warn-script-location", wheel)
    packages = Path(run(folder / "bin/python", "-c", "import site; print(*site.getsitepackages())").stdout.strip())
    (packages / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return folder


@pytest.fixture
def home(tmp_path):
    """Of a user who has never heard of utterd."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "UTTERD_HOME": str(tmp_path / "u"),
        "UTTERD_OUTPUT__DEVICE": "null",
    }


def test_it_speaks_with_the_voice_that_comes_along(installed, home, tmp_path):
    command = installed / "bin/utterd"
    run(command, "speak", "It works.", "-o", tmp_path / "it.wav", env=home, cwd=tmp_path)
    status = json.loads(run(command, "status", "--json", env=home, cwd=tmp_path).stdout)
    daemon = psutil.Process(status["stages"][0]["pid"]).parent()
    daemon.terminate()
    daemon.wait(HANG_S)
    assert (tmp_path / "it.wav").stat().st_size > 24_000
    assert {stage["state"] for stage in status["stages"]} == {"ready"}


def test_it_is_the_wheel_that_runs(installed, home, tmp_path):
    place = run(
        installed / "bin/python", "-c", "import utterd.client as it; print(it.__file__)", env=home, cwd=tmp_path
    )
    assert place.stdout.startswith(str(installed))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_there(installed, home, command):
    told = run(installed / "bin/utterd", command, "--help", env=home).stdout
    assert f"utterd {command}" in told


def test_doctor_finds_the_installation_whole(installed, home):
    findings = json.loads(run(installed / "bin/utterd", "doctor", "--json", env=home).stdout)
    assert [finding for finding in findings if finding["verdict"] == "BROKEN"] == []


@pytest.mark.skipif(not has_compiler(), reason="no C compiler")
def test_native_operators_come_along_whole(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".so")]
        path = Path(archive.extract(name, tmp_path))
    assert named(path.parent, PACKAGED) == [path]
    assert is_whole(path)


def test_what_shells_and_man_look_for_is_where_they_look(installed):
    for path in (
        "share/man/man1/utterd.1",
        "share/bash-completion/completions/utterd.bash",
        "share/zsh/site-functions/_utterd",
        "share/fish/vendor_completions.d/utterd.fish",
    ):
        assert (installed / path).stat().st_size > 0, path


def test_uninstalling_leaves_nothing(wheel, tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv/bin/python"
    before = {path for path in (tmp_path / "venv").rglob("*") if "__pycache__" not in path.parts}
    run(python, "-m", "pip", "install", "-q", "--no-deps", wheel)
    run(python, "-m", "pip", "uninstall", "-q", "-y", "utterd")
    after = {path for path in (tmp_path / "venv").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert after <= before
