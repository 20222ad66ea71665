"""`utterd models tune` as a whole, with probes that are made up; and what it says of wrong input."""

import fcntl
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from rig.made_up_parts import PARTS

from utterd.stages.models.lock import WORKSPACE
from utterd.stages.models.parts import FOLDER, write_parts
from utterd.stages.models.tuning.command import main
from utterd.stages.models.tuning.figures import Failed, Outcome
from utterd.stages.models.tuning.probe import Request
from utterd.stages.models.tuning.stored import TUNED, read_tuned

BUNDLE = """
name = "little"
family = "kokoro"
sample_rate_hz = 24000
languages = ["en-us"]
default_voice = "af_test"
licence = "Apache-2.0"
[files]
[voices]
af_test = { language = "en-us" }
"""
RTF = {"fp32": 0.3, "int8": 0.15, "int8-native": 0.1}


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UTTERD_HOME", str(tmp_path / "home"))
    folder = tmp_path / "little"
    (folder / FOLDER).mkdir(parents=True)
    (folder / "bundle.toml").write_text(BUNDLE)
    write_parts(folder / FOLDER, PARTS)
    return folder


class FakeProbes:
    """In place of processes."""

    def __init__(self, make_measured, make_readings) -> None:
        self.errors: dict[str, dict[str, float]] = {}
        self.failing: dict[str, str] = {}
        self.requests: list[Request] = []
        self._make_measured, self._make_readings = make_measured, make_readings

    def __call__(self, request: Request, *, limit_s: float) -> Outcome:
        self.requests.append(request)
        candidate = request.candidate
        if candidate.variant in self.failing:
            return Failed(reason=self.failing[candidate.variant])
        rtf = RTF[candidate.variant] / candidate.threads**0.5
        texts = {text: 1.0 + number for number, text in enumerate(request.texts)}
        readings = self._make_readings(
            seed=len(self.requests), texts=request.texts, **self.errors.get(candidate.variant, {})
        )
        return self._make_measured(
            560 * rtf, rtf=rtf, texts=texts, readings=readings, window_frames=(*candidate.window_frames, 80)
        )


@pytest.fixture
def probes(make_measured, make_readings) -> FakeProbes:
    return FakeProbes(make_measured, make_readings)


def tune(bundle: Path, probes, *arguments: str) -> int:
    return main([str(bundle), *arguments], run_probe=probes)


def test_the_best_is_kept_and_explained(bundle, probes, capsys):
    assert tune(bundle, probes, "--threads", "1", "--providers", "cpu") == 0
    tuned = read_tuned(bundle / FOLDER, PARTS)
    assert tuned is not None
    assert tuned.candidate.variant == "int8-native"
    out, err = capsys.readouterr()
    assert out.startswith("int8-native, 1 thread, windows of ")
    assert "First sound of a clause: 56 ms, against 168 in fp32, 1 thread (3.0 times as soon)." in out
    assert "What it costs: sound " in out
    assert out.splitlines() == tuned.measured["explanation"]
    assert "int8, 1 thread: first sound: clause 84 ms" in err


def test_json_is_the_result_and_nothing_else(bundle, probes, capsys):
    assert tune(bundle, probes, "--json", "--threads", "1") == 0
    values = json.loads(capsys.readouterr().out)
    assert values == json.loads((bundle / FOLDER / TUNED).read_text())
    assert values["measured"]["quick"] is False
    assert values["measured"]["spread"]["clause"]["log_mel_db"] > 1
    assert {trial["candidate"]["variant"] for trial in values["measured"]["trials"]} == set(PARTS.variants)


def test_what_a_killed_run_left_is_gone_and_so_is_what_this_one_needs(bundle, probes):
    left = bundle / FOLDER / WORKSPACE
    left.mkdir()
    (left / "readings.npz").write_bytes(b"half")
    assert tune(bundle, probes, "--threads", "1") == 0
    assert {request.readings.parent.parent for request in probes.requests} == {bundle / FOLDER}
    assert sorted(os.listdir(bundle / FOLDER)) == ["lock", "parts.json", TUNED]


def test_quick_speaks_less(bundle, probes, capsys):
    assert tune(bundle, probes, "--quick", "--threads", "1") == 0
    assert all(request.quick and request.texts == ("clause", "sentence") for request in probes.requests)


def test_the_guard_refuses_and_says_how_to_overrule_it(bundle, probes, capsys):
    probes.errors = {"int8-native": {"moved": 12}, "int8": {"error_db": 20.0}}
    assert tune(bundle, probes, "--threads", "1") == 0
    out = capsys.readouterr().out
    assert out.startswith("fp32, 1 thread")
    assert "int8-native, 1 thread was refused: durations 18 ms from fp32 (itself 0, limit 10)" in out
    assert "`--allow int8-native` overrules" in out
    assert tune(bundle, probes, "--threads", "1", "--allow", "int8-native") == 0
    out = capsys.readouterr().out
    assert out.startswith("int8-native, 1 thread")
    assert "The guard refused it (durations 18 ms from fp32" in out
    assert "you allowed it" in out


def test_a_crash_is_a_line(bundle, probes, capsys):
    probes.failing = {"int8-native": "it crashed with SIGILL"}
    assert tune(bundle, probes, "--threads", "1,2") == 0
    out, err = capsys.readouterr()
    assert out.startswith("int8, 2 threads")
    assert "int8-native, 1 thread failed: it crashed with SIGILL." in out
    assert "int8-native, 1 thread: failed: it crashed with SIGILL" in err


def test_fp32_that_does_not_run_is_the_end(bundle, probes, capsys):
    probes.failing = {"fp32": "it gave no answer within 600 s"}
    assert tune(bundle, probes) == 5
    assert capsys.readouterr().err.splitlines()[-1] == (
        "utterd: the fp32 parts of little do not run: it gave no answer within 600 s"
    )
    assert not (bundle / FOLDER / TUNED).exists()


def test_ctrl_c_keeps_what_was_tuned_before(bundle, probes, capsys):
    assert tune(bundle, probes, "--threads", "1") == 0
    before = (bundle / FOLDER / TUNED).read_bytes()

    def interrupted(request: Request, *, limit_s: float) -> Outcome:
        if len(probes.requests) > 7:
            raise KeyboardInterrupt
        return probes(request, limit_s=limit_s)

    assert tune(bundle, interrupted, "--threads", "1,2") == 130
    assert capsys.readouterr().err.splitlines()[-1] == "utterd: interrupted; what was tuned before stays as it was"
    assert (bundle / FOLDER / TUNED).read_bytes() == before


def sentence(capsys) -> str:
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    return lines[0]


def test_a_model_that_is_not_there(bundle, probes, capsys):
    assert main(["kokorro-none"], run_probe=probes) == 2
    assert sentence(capsys).startswith("utterd: no model 'kokorro-none'")


def test_a_model_that_is_not_prepared(bundle, probes, capsys):
    (bundle / FOLDER / "parts.json").unlink()
    assert tune(bundle, probes) == 2
    assert sentence(capsys) == "utterd: little is not prepared yet; run `utterd models prepare little` first"


def test_parts_of_another_machine(bundle, probes, capsys):
    write_parts(bundle / FOLDER, replace(PARTS, cpu="abacus"))
    assert tune(bundle, probes) == 2
    assert sentence(capsys).startswith(
        "utterd: the parts of little are stale: they were optimised for the processor 'abacus'"
    )


def test_a_damaged_manifest(bundle, probes, capsys):
    (bundle / FOLDER / "parts.json").write_text("{")
    assert tune(bundle, probes) == 2
    assert "parts.json is damaged" in sentence(capsys)


def test_parts_without_fp32(bundle, probes, capsys):
    write_parts(bundle / FOLDER, replace(PARTS, variants={"int8": PARTS.variants["int8"]}))
    assert tune(bundle, probes) == 2
    assert sentence(capsys).startswith("utterd: little was prepared without fp32")


def test_a_model_of_another_family(probes, capsys):
    assert main(["starter"], run_probe=probes) == 2
    assert "only models of the family kokoro are tuned" in sentence(capsys)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--providers", "cudda"], "no provider 'cudda'; did you mean 'cuda'?"),
        (["--allow", "int3"], "no variant 'int3'; prepared are fp32, int8, int8-native"),
        (["--threads", "0"], "must be numbers from 1 to 64, like 1,2, not '0'"),
        (["--threads", "two"], "must be numbers from 1 to 64, like 1,2, not 'two'"),
        (["--windows"], "unrecognized arguments: --windows"),
    ],
)
def test_wrong_options(bundle, probes, capsys, arguments: list[str], said: str):
    assert tune(bundle, probes, *arguments) == 2
    assert said in sentence(capsys)
    assert not probes.requests


def test_two_at_once_are_one_too_many(bundle, probes, capsys):
    with (bundle / FOLDER / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert tune(bundle, probes) == 4
    assert "is being prepared or tuned already" in sentence(capsys)


def test_a_result_that_cannot_be_written_is_told(bundle, probes, capsys, monkeypatch):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("utterd.stages.models.tuning.command.write_tuned", full)
    assert tune(bundle, probes, "--threads", "1") == 5
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"utterd: cannot write {bundle / FOLDER / TUNED}: No space left on device"
    )


def test_nothing_is_left_in_the_folder_for_temporary_files(bundle, probes, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    assert tune(bundle, probes, "--threads", "1") == 0
    assert os.listdir(tmp_path / "tmp") == []
