"""The kokoro family, on graphs with its face and nothing behind it (rig/onnx_graphs.py)."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto
from rig.onnx_graphs import SAMPLES_PER_TOKEN, save_counter, save_kokoro, save_voices, write_bundle
from rig.phonemes import HELLO_WORLD

from utterd.config.bundles import load_bundle
from utterd.stages.inference.kokoro import FRAME_SAMPLES, KokoroSynthesizer
from utterd.stages.inference.onnx_session import Abort, ModelUnusable
from utterd.stages.inference.synthesizer import Speech, SynthesisRequest
from utterd.stages.work import ChunkFailed, ChunkInterrupted

PADDED = (0, *HELLO_WORLD, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_voices(tmp_path / "voices.npz", af_one=0.25, am_two=0.5)
    return tmp_path


def load(folder: Path, **face) -> KokoroSynthesizer:
    save_kokoro(folder / "model.onnx", **face)
    write_bundle(folder)
    return KokoroSynthesizer(load_bundle(folder), threads=1)


def speak(synthesizer: KokoroSynthesizer, *, voice: str = "af_one", speed: float = 1.0) -> Speech:
    return synthesizer.synthesize(SynthesisRequest(tokens=HELLO_WORLD, voice=voice, speed=speed), Abort())


def samples_of(speech: Speech) -> np.ndarray:
    return np.concatenate(list(speech.windows(0, speech.total_frames)))


def sound(*, offset: float = 0.25, speed: float = 1.0) -> np.ndarray:
    """What the tiny graph makes of HELLO_WORLD: the style's row is that of its number of tokens."""
    level = np.array(PADDED) / 1000 * speed + offset + len(HELLO_WORLD) / 1000
    return np.repeat(level, SAMPLES_PER_TOKEN)


FACES = {
    "GitHub v1.0": {"tokens_name": "tokens", "has_durations": False},
    "GitHub v1.1": {},
    "older export, int32 speed": {"speed_type": TensorProto.INT32},
    "double speed": {"speed_type": TensorProto.DOUBLE},
    "scalar speed": {"speed_shape": ()},
    "half precision": {"float_type": TensorProto.FLOAT16, "speed_type": TensorProto.FLOAT16},
    "no speed": {"has_speed": False},
}


@pytest.mark.parametrize("face", FACES)
def test_every_face_of_the_graph_is_fed_as_it_wants(folder, face):
    speech = speak(load(folder, **FACES[face]))
    samples = samples_of(speech)
    assert samples.dtype == np.float32
    assert samples == pytest.approx(sound(), abs=1e-3)


@pytest.mark.parametrize("face", FACES)
def test_durations_are_told_if_the_graph_has_them(folder, face):
    speech = speak(load(folder, **FACES[face]))
    if FACES[face].get("has_durations", True):
        assert speech.token_frames.tolist() == [2 * FRAME_SAMPLES] * len(PADDED)
        assert speech.token_frames.sum() == speech.total_frames
    else:
        assert speech.token_frames is None


def test_durations_in_half_units_are_known_by_the_length_of_the_sound(folder):
    speech = speak(load(folder, duration=4))
    assert speech.token_frames.tolist() == [SAMPLES_PER_TOKEN] * len(PADDED)


def test_durations_that_are_not_those_of_the_sound_are_not_told(folder):
    assert speak(load(folder, duration=3)).token_frames is None


def test_the_silence_before_a_piece_leaves_room_for_sounds_that_come_early(folder):
    """Three units of durations, as kokoro's own word times have it."""
    assert load(folder).lead_frames == 3 * FRAME_SAMPLES


def test_the_level_of_the_bundle_is_heard(folder):
    save_kokoro(folder / "model.onnx")
    write_bundle(folder)
    quiet = KokoroSynthesizer(dataclasses.replace(load_bundle(folder), level=0.5), threads=1)
    assert samples_of(speak(quiet)) == pytest.approx(0.5 * sound(), abs=1e-5)


def test_raw_voices_are_named_by_the_bundle_in_its_order(folder):
    table = np.zeros((510, 256), np.float32)
    table[:, 0] = 0.25 + np.arange(510) / 1000
    (folder / "voices.npz").unlink()
    (folder / "voices.bin").write_bytes(table.astype("<f4").tobytes())
    assert samples_of(speak(load(folder))) == pytest.approx(sound(), abs=1e-5)


def test_the_voice_and_the_speed_reach_the_model(folder):
    speech = speak(load(folder), voice="am_two", speed=1.7)
    assert samples_of(speech) == pytest.approx(sound(offset=0.5, speed=1.7), abs=1e-5)


@pytest.mark.parametrize(("speed", "reached"), [(0.5, 1), (0.8, 1), (1.4, 1), (1.6, 2), (3.0, 3)])
def test_a_graph_with_whole_speeds_gets_the_nearest_and_never_none(folder, speed, reached):
    speech = speak(load(folder, speed_type=TensorProto.INT32), speed=speed)
    assert samples_of(speech) == pytest.approx(sound(speed=reached), abs=1e-5)


def test_any_stretch_of_a_piece_can_be_had(folder):
    speech = speak(load(folder))
    stretch = np.concatenate(list(speech.windows(700, 9000)))
    assert np.array_equal(stretch, samples_of(speech)[700:9000])
    assert list(speech.windows(speech.total_frames, speech.total_frames + 10)) == []


def test_an_unknown_voice_is_a_chunk_that_fails(folder):
    with pytest.raises(ChunkFailed, match="no voice 'bella'") as failure:
        speak(load(folder), voice="bella")
    assert failure.value.code == "unknown_voice"


@pytest.mark.parametrize(
    ("tokens", "speed", "sentence"),
    [
        ((), 1.0, "a piece of 0 tokens"),
        ((50,) * 511, 1.0, "a piece of 511 tokens"),
        ((50, 178), 1.0, "no token 178"),
        (HELLO_WORLD, float("nan"), "speed is nan"),
    ],
)
def test_what_no_model_can_speak_never_reaches_the_graph(folder, tokens, speed, sentence):
    with pytest.raises(ChunkFailed, match=sentence):
        load(folder).synthesize(SynthesisRequest(tokens=tokens, voice="af_one", speed=speed), Abort())


def test_an_abort_before_the_run_is_obeyed(folder):
    abort = Abort()
    abort.set()
    with pytest.raises(ChunkInterrupted):
        load(folder).synthesize(SynthesisRequest(tokens=HELLO_WORLD, voice="af_one", speed=1.0), abort)


def test_a_graph_that_is_none_of_ours_is_told_by_its_inputs(folder):
    save_counter(folder / "model.onnx")
    write_bundle(folder)
    with pytest.raises(ModelUnusable, match=r"not a Kokoro graph: it has no input 'input_ids' \(it has times\)"):
        KokoroSynthesizer(load_bundle(folder), threads=1)


def test_a_graph_with_another_style_fails_the_chunk_with_a_sentence(folder):
    with pytest.raises(ChunkFailed, match="the model failed") as failure:
        speak(load(folder, style_size=128))
    assert "\n" not in str(failure.value)
