"""The architecture itself in small, by its own exporter: as it is released, and prepared."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from kokoro_shaped import tiny_model, tiny_voices
from rig.onnx_graphs import write_bundle
from rig.phonemes import HELLO_WORLD

from utterd.stages.inference.kokoro import KokoroSynthesizer
from utterd.stages.inference.kokoro_parts import KokoroParts, WindowedSpeech
from utterd.stages.inference.kokoro_running import PieceSums
from utterd.stages.inference.kokoro_windows import Cut
from utterd.stages.inference.load import load_synthesizer
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.synthesizer import SynthesisRequest

SAME = 1e-4
LONG = (*HELLO_WORLD[:-1], 16) * 5
VOICES = ("af_heart", "am_liam")


def save_bundle(folder: Path, release: str) -> Path:
    shutil.copy(tiny_model(release), folder / "model.onnx")
    with (folder / "voices.npz").open("wb") as file:
        np.savez(file, **tiny_voices())
    write_bundle(folder, voice=VOICES[0])
    return folder


@pytest.fixture(scope="module", params=["1.0", "1.1"])
def release(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def single(release, tmp_path_factory) -> KokoroSynthesizer:
    folder = save_bundle(tmp_path_factory.mktemp("single"), release)
    synthesizer = load_synthesizer(str(folder), threads=1)
    assert isinstance(synthesizer, KokoroSynthesizer)
    return synthesizer


@pytest.fixture(scope="module")
def prepared(release, tmp_path_factory) -> Path:
    folder = save_bundle(tmp_path_factory.mktemp("prepared"), release)
    command = [sys.executable, "-m", "utterd.stages.models", "prepare", str(folder), "--variants", "fp32"]
    done = subprocess.run(command, timeout=300, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def parts(prepared) -> KokoroParts:
    synthesizer = load_synthesizer(str(prepared), threads=1)
    assert isinstance(synthesizer, KokoroParts)
    return synthesizer


def speak(synthesizer, *, tokens=LONG, voice: str = VOICES[0], speed: float = 1.0):
    return synthesizer.synthesize(SynthesisRequest(tokens=tokens, voice=voice, speed=speed), Abort())


def sound(speech) -> np.ndarray:
    return np.concatenate(list(speech.windows(0, speech.total_frames)))


@pytest.mark.parametrize("speed", [0.5, 1.0, 3.0])
def test_a_release_runs_as_it_is(single, release, speed):
    speech = speak(single, speed=speed)
    samples = sound(speech)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() > 0.01
    if release == "1.0":
        assert speech.token_frames is None
    else:
        assert len(speech.token_frames) == len(LONG) + 2
        assert speech.token_frames.sum() == len(samples)


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("speed", [0.5, 1.0, 1.7])
def test_prepared_it_is_as_long_as_the_single_graph_and_tells_its_durations(single, parts, voice, speed):
    released, ours = speak(single, voice=voice, speed=speed), speak(parts, voice=voice, speed=speed)
    assert ours.total_frames == released.total_frames == ours.token_frames.sum()
    if released.token_frames is not None:
        assert ours.token_frames.tolist() == released.token_frames.tolist()


def test_its_windows_are_cut_from_one_sound(parts):
    speech = speak(parts)
    assert isinstance(speech, WindowedSpeech)
    whole = speech._window(Cut(0, speech.total_frames, 0, speech._decoded.frames), PieceSums())
    windows = list(speech.windows(0, speech.total_frames))
    assert len(windows) > 4
    assert np.abs(whole).max() > 0.01
    assert np.abs(np.concatenate(windows) - whole).max() < SAME
    start = 12_345
    assert np.abs(np.concatenate(list(speech.windows(start, 30_000))) - whole[start:30_000]).max() < SAME


def test_its_vocoder_tells_what_it_heard(parts):
    """So the statistics of a voice move with what it says."""
    speech = speak(parts, voice=VOICES[1])
    before = speech._affine
    sound(speech)
    after = speak(parts, voice=VOICES[1])._affine
    assert all(np.isfinite(values).all() for values in after)
    assert np.abs(after[1] - before[1]).max() > 1e-6


def test_a_whole_piece_is_as_loud_as_the_single_graphs(single, prepared):
    whole = load_synthesizer(str(prepared), threads=1, vocoder="whole")
    level = [np.sqrt(np.square(sound(speak(each))).mean()) for each in (whole, single)]
    assert level[0] == pytest.approx(level[1], rel=0.1)
