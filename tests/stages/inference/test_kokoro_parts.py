"""A Kokoro in prepared parts: its windows are cut from one sound, wherever and however they are cut."""

import dataclasses
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.kokoro_parts import EPSILON, FP32, FRAME_SAMPLES, save_manifest, save_parts_bundle, save_vocoder
from rig.phonemes import HELLO_WORLD, phoneme_chunk

from utterd.config.bundles import load_bundle
from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.inference.kokoro_choice import Choice
from utterd.stages.inference.kokoro_graphs import KokoroGraphs
from utterd.stages.inference.kokoro_parts import KokoroParts, WindowedSpeech
from utterd.stages.inference.onnx_session import Abort, ModelUnusable, onnxruntime
from utterd.stages.inference.stage import Inference
from utterd.stages.inference.synthesizer import FIRST_WINDOW_FRAMES, MAX_TOKENS, SynthesisRequest, WholeSpeech
from utterd.stages.models.parts import FOLDER, read_parts
from utterd.stages.work import ChunkFailed, ChunkInterrupted

SAME = 1e-4
"""Windows go through the graph in other shapes than the whole: float32 rounds otherwise."""
LONG = HELLO_WORLD * 6
UNIT = 2 * FRAME_SAMPLES
"""Of durations, 25 ms."""

Load = Callable[..., KokoroParts]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("parts")
    save_parts_bundle(folder, voices=("af_one", "am_two", "bf_none"), measured=("af_one", "am_two"))
    return folder


def load(folder: Path, *, window_frames: tuple[int, ...] = (16, 32, 64, 80), **arguments) -> KokoroParts:
    parts = read_parts(folder / FOLDER)
    choice = Choice(variant=next(iter(parts.variants)), threads=1, window_frames=window_frames)
    return KokoroParts(load_bundle(folder), parts, choice, **arguments)


@pytest.fixture(scope="module")
def synthesizer(folder) -> KokoroParts:
    return load(folder)


def speak(synthesizer, *, tokens=LONG, voice="af_one", speed=1.0, abort: Abort | None = None):
    return synthesizer.synthesize(SynthesisRequest(tokens=tokens, voice=voice, speed=speed), abort or Abort())


def joined(windows) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.float32), *windows])


def sound(speech) -> np.ndarray:
    return joined(speech.windows(0, speech.total_frames))


@pytest.fixture(scope="module")
def speech(synthesizer) -> WindowedSpeech:
    return speak(synthesizer)


@pytest.fixture(scope="module")
def full(folder, speech) -> np.ndarray:
    """All of it in one run of the vocoder, by hand, with the statistics of the file, between two lengths."""
    with np.load(folder / FOLDER / "statistics.npz") as tables:
        (shorter, longer), means, variances = (tables[f"af_one.{kind}"][:2] for kind in ("tokens", "mean", "variance"))
    assert shorter < len(LONG) < longer
    shares = np.array([np.log(longer / len(LONG)), np.log(len(LONG) / shorter)]) / np.log(longer / shorter)
    mean = shares @ means
    variance = shares @ (variances + means**2) - mean**2
    decoded = speech._decoded
    scale = decoded.gains / np.sqrt(variance + EPSILON)
    session = onnxruntime.InferenceSession(str(folder / FOLDER / "vocoder.onnx"), providers=["CPUExecutionProvider"])
    feeds = {
        "features": decoded.features,
        "harmonics": decoded.harmonics,
        "scale": scale.astype(np.float32),
        "shift": (decoded.offsets - mean * scale).astype(np.float32),
        "context": np.zeros(2, np.int64),
    }
    (waveform,) = session.run(None, feeds)
    return waveform


# Windows


def test_windows_joined_are_one_full_window(speech, full):
    windows = list(speech.windows(0, speech.total_frames))
    assert [len(window) for window in windows[:4]] == [4800, 9600, 19_200, 24_000]
    assert len(joined(windows)) == len(full) == speech.total_frames
    assert np.abs(joined(windows) - full).max() < SAME
    assert 0.05 < np.abs(full).max() <= 1.0


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_any_stretch_is_that_of_the_whole(speech, full, data):
    start = data.draw(st.integers(0, speech.total_frames))
    end = data.draw(st.integers(start, speech.total_frames + 1000))
    stretch = joined(speech.windows(start, end))
    assert len(stretch) == min(end, speech.total_frames) - start
    assert np.abs(stretch - full[start:end]).max(initial=0) < SAME


@settings(deadline=None, max_examples=15)
@given(schedule=st.lists(st.integers(1, 80), min_size=1, max_size=5).map(tuple))
def test_any_schedule_makes_the_same_sound(folder, full, schedule):
    assert np.abs(sound(speak(load(folder, window_frames=schedule))) - full).max() < SAME


@pytest.mark.parametrize("start", [0, 1, 299, 300, 4800, 12_345])
def test_speech_is_taken_up_at_any_frame_with_the_same_samples(synthesizer, full, start):
    """After a restart the text and the decoder run anew, too."""
    again = speak(synthesizer)
    assert np.abs(joined(again.windows(start, again.total_frames)) - full[start:]).max() < SAME


def test_the_context_is_needed(speech, full):
    """Without it joins would be heard: the test above can fail."""
    speech = speak_without_context(speech)
    assert np.abs(sound(speech) - full).max() > 10 * SAME


def speak_without_context(speech: WindowedSpeech) -> WindowedSpeech:
    other = object.__new__(WindowedSpeech)
    for name, value in vars(speech).items():
        setattr(other, name, value)
    other._parts = dataclasses.replace(speech._parts, context_frames=0)
    return other


def test_the_first_window_waits_for_no_other(synthesizer, monkeypatch):
    runs: list[tuple[int, int]] = []
    plain = KokoroGraphs.window

    def counted(self, decoded, low, high, *rest):
        runs.append((low, high))
        return plain(self, decoded, low, high, *rest)

    monkeypatch.setattr(KokoroGraphs, "window", counted)
    windows = speak(synthesizer).windows(0, SAMPLE_RATE_HZ)
    assert len(next(windows)) == FIRST_WINDOW_FRAMES
    assert runs == [(0, 24)]


# Durations, speeds, lengths


@pytest.mark.parametrize("voice", ["af_one", "bf_none"])
@pytest.mark.parametrize("speed", [0.5, 1.0, 1.3, 3.0])
def test_the_durations_of_all_tokens_are_those_of_the_sound(synthesizer, voice, speed):
    speech = speak(synthesizer, tokens=HELLO_WORLD, voice=voice, speed=speed)
    lengths = np.maximum(1, np.round((1 + np.array([0, *HELLO_WORLD, 0]) % 3) / np.float32(speed)))
    assert speech.token_frames.tolist() == (lengths * UNIT).tolist()
    assert speech.token_frames.sum() == speech.total_frames == len(sound(speech))


@pytest.mark.parametrize("tokens", [1, 2, MAX_TOKENS])
def test_pieces_of_every_length_are_spoken(synthesizer, tokens):
    speech = speak(synthesizer, tokens=(LONG * 8)[:tokens])
    assert len(sound(speech)) == speech.total_frames
    assert len(speech.token_frames) == tokens + 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"tokens": ()}, "a piece of 0 tokens"),
        ({"tokens": (50,) * 511}, "a piece of 511 tokens"),
        ({"tokens": (178,)}, "no token 178"),
        ({"speed": float("nan")}, "speed is nan"),
        ({"voice": "bella"}, "no voice 'bella'"),
    ],
)
def test_what_no_model_can_speak_fails_the_chunk(synthesizer, fields, sentence):
    with pytest.raises(ChunkFailed, match=sentence):
        speak(synthesizer, **fields)


def test_the_level_of_the_bundle_is_heard(folder, full):
    louder = dataclasses.replace(load_bundle(folder), level=0.5)
    parts = read_parts(folder / FOLDER)
    synthesizer = KokoroParts(louder, parts, Choice(variant="fp32", threads=1))
    assert np.abs(sound(speak(synthesizer)) - 0.5 * full).max() < SAME


# Whole pieces


def normalised_by_itself(folder: Path, speech: WindowedSpeech) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(folder / FOLDER / "whole.onnx"), providers=["CPUExecutionProvider"])
    decoded = speech._decoded
    names = ("features", "harmonics", "gains", "offsets")
    (waveform,) = session.run(None, {name: getattr(decoded, name) for name in names})
    return waveform


def test_a_whole_piece_has_its_own_statistics(folder, speech, full):
    whole = sound(speak(load(folder, is_whole=True)))
    assert np.abs(whole - normalised_by_itself(folder, speech)).max() < SAME
    assert np.abs(whole - full).max() > 0.05


def test_a_voice_that_was_not_measured_is_spoken_whole(synthesizer):
    assert isinstance(speak(synthesizer, voice="bf_none"), WholeSpeech)
    assert isinstance(speak(synthesizer, voice="af_one*0.5+bf_none*0.5"), WholeSpeech)
    assert isinstance(speak(synthesizer, voice="af_one*0.5+am_two*0.5"), WindowedSpeech)


def test_without_any_statistics_every_voice_is_spoken_whole(tmp_path):
    save_parts_bundle(tmp_path, statistics=None)
    assert isinstance(speak(load(tmp_path)), WholeSpeech)


def test_any_stretch_of_a_whole_piece_can_be_had(folder):
    speech = speak(load(folder, is_whole=True))
    assert np.array_equal(joined(speech.windows(700, 9000)), sound(speech)[700:9000])


@pytest.mark.parametrize(("statistics", "is_whole"), [("statistics.npz", True), (None, False)])
def test_parts_that_cannot_do_what_is_asked_are_refused(tmp_path, statistics, is_whole):
    save_parts_bundle(tmp_path, has_whole=False, statistics=statistics)
    with pytest.raises(ModelUnusable, match="cannot speak a whole piece at a time"):
        load(tmp_path, is_whole=is_whole)


def test_a_voice_that_was_not_measured_fails_where_there_is_no_graph_for_it(tmp_path):
    save_parts_bundle(tmp_path, has_whole=False, measured=["af_one"])
    synthesizer = load(tmp_path)
    assert isinstance(speak(synthesizer), WindowedSpeech)
    with pytest.raises(ChunkFailed, match="the voice 'am_two' was not measured") as failure:
        speak(synthesizer, voice="am_two")
    assert failure.value.code == "model_unusable"


def test_a_graph_for_whole_pieces_that_is_gone_when_it_is_first_wanted_fails_the_chunk(tmp_path):
    save_parts_bundle(tmp_path, measured=["af_one"])
    synthesizer = load(tmp_path)
    (tmp_path / FOLDER / "whole.onnx").unlink()
    with pytest.raises(ChunkFailed, match=r"whole\.onnx is not a model") as failure:
        speak(synthesizer, voice="am_two")
    assert failure.value.code == "model_unusable"
    assert isinstance(speak(synthesizer), WindowedSpeech)


# Statistics that run


@pytest.fixture(scope="module")
def measuring(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("measuring")
    save_parts_bundle(folder, measures=True)
    return folder


def test_a_voice_drifts_to_what_it_is_heard_at_between_pieces(measuring):
    synthesizer = load(measuring)
    first = speak(synthesizer)
    before = sound(first)
    assert np.abs(sound(first) - before).max() < SAME, "all of a piece has one scale and one shift"
    second = sound(speak(synthesizer))
    exact = sound(speak(load(measuring, is_whole=True)))
    assert np.abs(second - before).max() > SAME
    assert np.square(second - exact).sum() < np.square(before - exact).sum()


def test_voices_drift_apart(measuring):
    synthesizer = load(measuring)
    for _ in range(3):
        sound(speak(synthesizer))
    other = sound(speak(synthesizer, voice="am_two"))
    assert np.array_equal(other, sound(speak(load(measuring), voice="am_two")))


def test_a_piece_that_was_broken_off_is_taken_up_as_it_was(measuring):
    synthesizer = load(measuring)
    windows = speak(synthesizer).windows(0, 10**9)
    begun = [next(windows), next(windows)]
    again = speak(synthesizer)
    rest = joined(again.windows(sum(map(len, begun)), again.total_frames))
    assert np.abs(joined([*begun, rest]) - sound(speak(load(measuring)))).max() < SAME


def test_a_piece_that_was_broken_off_for_another_one_is_taken_up_as_it_was(measuring):
    synthesizer = load(measuring)
    windows = speak(synthesizer).windows(0, 10**9)
    begun = [next(windows), next(windows)]
    sound(speak(synthesizer, tokens=HELLO_WORLD * 20))
    again = speak(synthesizer)
    rest = joined(again.windows(sum(map(len, begun)), again.total_frames))
    assert np.abs(joined([*begun, rest]) - sound(speak(load(measuring)))).max() < SAME
    assert np.abs(sound(speak(synthesizer)) - sound(speak(load(measuring)))).max() > SAME, "the voice has moved"


def test_a_graph_that_measures_nothing_leaves_the_table_as_it_is(synthesizer, full):
    for _ in range(2):
        assert np.abs(sound(speak(synthesizer)) - full).max() < SAME


# Aborts


@pytest.mark.parametrize("is_whole", [False, True])
def test_an_abort_before_the_run_is_obeyed(folder, is_whole):
    abort = Abort()
    abort.set()
    with pytest.raises(ChunkInterrupted):
        speak(load(folder, is_whole=is_whole), abort=abort)


def test_an_abort_between_two_windows_is_obeyed(synthesizer):
    abort = Abort()
    windows = speak(synthesizer, abort=abort).windows(0, 5 * SAMPLE_RATE_HZ)
    next(windows)
    abort.set()
    with pytest.raises(ChunkInterrupted):
        next(windows)
    assert speak(synthesizer).total_frames > 0, "the next unit has an abort of its own"


@pytest.mark.parametrize("part", ["read", "decode", "whole"])
def test_an_abort_between_two_parts_is_obeyed(folder, monkeypatch, part):
    synthesizer = load(folder, is_whole=True)
    abort = Abort()
    plain = getattr(KokoroGraphs, part)

    def interrupted(self, *arguments):
        abort.set()
        return plain(self, *arguments)

    monkeypatch.setattr(KokoroGraphs, part, interrupted)
    with pytest.raises(ChunkInterrupted):
        speak(synthesizer, abort=abort)


# In the stage


def test_a_unit_is_taken_up_in_the_middle_of_a_window(synthesizer):
    stage = Inference(synthesizer)

    def samples(first_frame: int) -> np.ndarray:
        chunk = phoneme_chunk(LONG, (*HELLO_WORLD, 4), voice="af_one", pause="sentence", first_frame=first_frame)
        made = list(stage.process(chunk, lambda report: None))
        assert all(one.first_frame + len(one.pcm) // 4 == other.first_frame for one, other in pairwise(made))
        return np.concatenate([np.frombuffer(each.pcm, np.float32) for each in made])

    unit = samples(0)
    for first_frame in (1, 7000, 50_000, len(unit) - 10):
        assert np.abs(samples(first_frame) - unit[first_frame:]).max() < SAME


# Files that are not what they should be


def test_a_part_with_another_face_is_refused_by_name(tmp_path):
    save_parts_bundle(tmp_path)
    save_vocoder(tmp_path / FOLDER / "whole.onnx")
    with pytest.raises(
        ChunkFailed, match=r"whole\.onnx is not the part that its manifest says: it takes context, features"
    ):
        speak(load(tmp_path, is_whole=True))
    save_manifest(tmp_path / FOLDER, variants={"odd": dataclasses.replace(FP32, text="decoder.onnx")})
    with pytest.raises(ModelUnusable, match=r"decoder\.onnx is not the part"):
        load(tmp_path)


def test_a_part_that_is_no_graph_is_refused_by_name(tmp_path):
    save_parts_bundle(tmp_path)
    (tmp_path / FOLDER / "text.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelUnusable, match=r"text\.onnx is not a model that ONNX Runtime can load"):
        load(tmp_path)
