"""Runs that end before their time, as processes: by Ctrl-C, by kill, by a full disk; and the runs behind them."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from utterd.stages.models.lock import locked
from utterd.stages.models.parts import is_stale, read_parts
from utterd.stages.models.preparing.kept import sha256_of

PREPARED = "prepared"
WISH = ("--variants", "fp32,int4,int8", "--voices", "af_heart")
LIMIT_S = 300.0
"""Longest that a step of the tiny model may take; reached only by a hang."""


class Run:
    """`utterd models prepare` of a bundle, told step by step."""

    def __init__(self, bundle: Path, *arguments: str, largest_file: int | None = None) -> None:
        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "utterd.stages.models", "prepare", str(bundle), *arguments],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            preexec_fn=limit,
        )
        self.said: list[str] = []

    def read_until(self, beginning: str) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.rstrip())
            if line.startswith(beginning):
                return
        pytest.fail(f"it never said {beginning!r}: {self.said}")

    def end(self) -> int:
        """Its exit status; what it said meanwhile is read."""
        self.said += self.process.communicate(timeout=LIMIT_S)[1].splitlines()
        return self.process.returncode

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.end()


@pytest.fixture
def start():
    runs: list[Run] = []

    def make(*arguments: object, **limits: int) -> Run:
        runs.append(Run(*arguments, **limits))  # type: ignore[arg-type]
        return runs[-1]

    yield make
    for run in runs:
        run.stop()


def assert_whole(bundle: Path) -> None:
    """What the manifest names is there, and is what it names."""
    parts = read_parts(bundle / PREPARED)
    assert is_stale(parts) is None
    assert {name: sha256_of(bundle / PREPARED / name) for name in parts.files} == dict(parts.files)


def leftovers(bundle: Path) -> list[str]:
    return [path.name for path in (bundle / PREPARED).iterdir() if path.name.startswith(".")]


def test_a_killed_run_leaves_the_old_parts_and_the_next_one_goes_on(prepared, start):
    before = read_parts(prepared / PREPARED)
    run = start(prepared, *WISH)
    run.read_until("text.int8: done")
    run.process.kill()
    assert run.end() == -signal.SIGKILL
    assert read_parts(prepared / PREPARED) == before
    assert_whole(prepared)
    made = {path.name: path.stat().st_ino for path in (prepared / PREPARED).glob("text.int8.*.onnx")}
    assert len(made) == 1

    again = start(prepared, *WISH)
    assert again.end() == 0
    assert not any(line.startswith(("text.int8", "text.fp32", "measuring")) for line in again.said), again.said
    assert list(read_parts(prepared / PREPARED).variants) == ["fp32", "int8", "int4"]
    assert_whole(prepared)
    assert {path.name: path.stat().st_ino for path in (prepared / PREPARED).glob("text.int8.*.onnx")} == made
    assert leftovers(prepared) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_so_and_takes_half_files_away(bundle, start, number):
    run = start(bundle, *WISH)
    run.read_until("text.fp32: done")
    run.process.send_signal(number)
    assert run.end() == 130
    assert run.said[-1] == ("utterd: interrupted; what was there before is still whole, and the same command goes on")
    assert not any(line.startswith("Traceback") for line in run.said)
    assert leftovers(bundle) == []
    assert [path.name.rsplit(".", 2)[0] for path in (bundle / PREPARED).glob("text.fp32.*.onnx")] == ["text.fp32"]


def test_a_disk_that_fills_up_meanwhile_is_said_in_a_sentence(prepared, start):
    """RLIMIT_FSIZE ends writes as a full disk does, with another number."""
    before = read_parts(prepared / PREPARED)
    run = start(prepared, *WISH, largest_file=300_000)
    assert run.end() == 5, run.said
    assert "is full: preparing takes up to " in run.said[-1]
    assert run.said[-1].endswith("make room, and the same command goes on")
    assert not any(line.startswith("Traceback") for line in run.said)
    assert leftovers(prepared) == []
    assert read_parts(prepared / PREPARED) == before
    assert_whole(prepared)


def test_a_run_beside_another_one_is_refused(prepared, start):
    with locked(prepared / PREPARED):
        run = start(prepared, *WISH)
        assert run.end() == 4
    assert run.said[-1] == f"utterd: {prepared} is being prepared or tuned already; wait for that to end"
    run = start(prepared, "--variants", "fp32", "--voices", "af_heart")
    assert run.end() == 0, run.said


def test_without_onnx_it_says_how_to_have_it(bundle, tmp_path):
    (tmp_path / "hidden" / "sitecustomize.py").parent.mkdir()
    (tmp_path / "hidden" / "sitecustomize.py").write_text(
        "import importlib.util as util\n"
        "find_spec = util.find_spec\n"
        "util.find_spec = lambda name, package=None: None if name == 'onnx' else find_spec(name, package)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "utterd.stages.models", "prepare", str(bundle)],
        env=os.environ | {"PYTHONPATH": str(tmp_path / "hidden")},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert (done.returncode, done.stderr) == (
        5,
        "utterd: to prepare models needs the library onnx: pip install 'utterd[models]'\n",
    )


def test_what_is_no_verb_is_refused():
    done = subprocess.run(
        [sys.executable, "-P", "-m", "utterd.stages.models", "polish"], capture_output=True, text=True, timeout=LIMIT_S
    )
    assert (done.returncode, done.stderr) == (2, "utterd: say what is to be done to a model: prepare or tune\n")
