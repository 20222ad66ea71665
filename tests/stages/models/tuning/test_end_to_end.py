"""`python -m utterd.stages.models tune` with real probes, on a Kokoro that is tiny."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from rig.kokoro_parts import FP32, save_manifest, save_parts_bundle

from utterd.stages.inference.kokoro_choice import choices
from utterd.stages.models.parts import FOLDER, Parts
from utterd.stages.models.tuning.stored import TUNED, read_tuned

pytestmark = pytest.mark.slow

PATIENT_S = 300.0


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    save_parts_bundle(tmp_path)
    return tmp_path / FOLDER


@pytest.fixture
def parts(prepared: Path) -> Parts:
    """fp32, the same again, one that is eight times as loud, one of NaNs, and one that is a little short."""
    _vary(prepared, "loud", lambda output: helper.make_node("Mul", [output, "more"], ["waveform"]), np.float32(8))
    _vary(prepared, "nan", lambda output: helper.make_node("Mul", [output, "more"], ["waveform"]), np.float32(np.nan))
    _vary(
        prepared,
        "short",
        lambda output: helper.make_node("Slice", [output, "more", "end"], ["waveform"]),
        np.array([7]),
    )
    variants = {name: replace(FP32, vocoder=f"{name}.onnx") for name in ("loud", "nan", "short")}
    return save_manifest(prepared, variants={"fp32": FP32, "same": FP32, **variants})


def _vary(prepared: Path, name: str, last: Callable[[str], onnx.NodeProto], value: np.ndarray) -> None:
    """A vocoder with one node more."""
    model = onnx.load(prepared / FP32.vocoder)
    for node in model.graph.node:
        for place, output in enumerate(node.output):
            if output == "waveform":
                node.output[place] = "plain"
    model.graph.node.append(last("plain"))
    model.graph.initializer.extend(
        [numpy_helper.from_array(np.asarray(value), "more"), numpy_helper.from_array(np.array([2**40]), "end")]
    )
    onnx.save(model, prepared / f"{name}.onnx")


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "utterd.stages.models", "tune", str(folder), "--quick", *arguments]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "UTTERD_HOME": str(tmp_path / "home")}


def test_tuning_finds_measures_refuses_and_keeps(prepared: Path, parts: Parts, environment: dict[str, str]):
    done = subprocess.run(
        command(prepared.parent, "--threads", "1", "--json"),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENT_S,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["variant"] in ("fp32", "same")
    found = {trial["candidate"]["variant"]: trial for trial in result["measured"]["trials"]}
    assert found["loud"]["is_refused"]
    loudness = next(measure for measure in found["loud"]["guard"] if measure["name"] == "log_mel_db")
    assert loudness["found"] == pytest.approx(18.06, abs=1.5)
    assert found["nan"]["failed"] == "its samples are not numbers"
    assert "samples long, and its durations say" in found["short"]["failed"]
    assert not found["same"]["is_refused"]
    tuned = read_tuned(prepared, parts)
    assert tuned is not None
    choice = choices(prepared, parts)[0]
    assert (choice.variant, choice.threads, choice.window_frames) == (
        tuned.candidate.variant,
        tuned.candidate.threads,
        tuned.candidate.window_frames,
    )
    assert "nan, 1 thread: failed: its samples are not numbers" in done.stderr


def test_ctrl_c_ends_it_at_once_and_keeps_what_was_there(prepared: Path, parts: Parts, environment: dict[str, str]):
    (prepared / TUNED).write_text("what was there")
    with subprocess.Popen(
        command(prepared.parent, "--threads", "1"), env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        assert process.stderr.readline().startswith("  fp32, 1 thread")
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(PATIENT_S) == 130
    assert said.splitlines()[-1] == "utterd: interrupted; what was tuned before stays as it was"
    assert (prepared / TUNED).read_text() == "what was there"


def test_what_it_leaves_when_it_is_killed_the_next_one_takes_away(prepared: Path, parts: Parts, environment, tmp_path):
    environment["TMPDIR"] = str(tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    there = set(prepared.iterdir())
    for end in (signal.SIGKILL, signal.SIGINT):
        with subprocess.Popen(
            command(prepared.parent, "--threads", "1"), env=environment, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr
            assert process.stderr.readline().startswith("  fp32, 1 thread")
            process.send_signal(end)
            process.wait(PATIENT_S)
    assert set((tmp_path / "tmp").iterdir()) == set()
    assert {path.name for path in set(prepared.iterdir()) - there} == {"lock"}
