"""The starter voice itself: windows are cut from one sound, wherever and however they are cut."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.phonemes import HELLO_WORLD

from utterd.config.bundles import find_bundle
from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.starter import StarterSpeech, StarterSynthesizer
from utterd.stages.inference.synthesizer import FIRST_WINDOW_FRAMES, MAX_TOKENS, SynthesisRequest
from utterd.stages.inference.voices import Voices
from utterd.stages.work import ChunkFailed, ChunkInterrupted

SAME = 1e-4
"""Windows go through the graph in other shapes than the whole: float32 rounds otherwise."""
DURATION = 120
"""One unit of the acoustic graph's durations, 5 ms."""
HOP = 240
"""One frame of features, 10 ms."""
VOICES = [voice.name for voice in find_bundle("starter").voices]
VOICE = find_bundle("starter").default_voice
LONGEST = (*((*HELLO_WORLD[:-1], 16) * 43)[: MAX_TOKENS - 1], 4)
"""As long as a piece may be."""


@pytest.fixture(scope="module")
def synthesizer() -> StarterSynthesizer:
    return StarterSynthesizer(find_bundle("starter"), threads=1)


def request(tokens=HELLO_WORLD, *, voice: str = VOICE, speed: float = 1.0) -> SynthesisRequest:
    return SynthesisRequest(tokens=tokens, voice=voice, speed=speed)


def speak(synthesizer, *, abort: Abort | None = None, **fields) -> StarterSpeech:
    return synthesizer.synthesize(request(**fields), abort or Abort())


@pytest.fixture(scope="module")
def speech(synthesizer) -> StarterSpeech:
    return speak(synthesizer)


@pytest.fixture(scope="module")
def whole(speech) -> np.ndarray:
    """Every sample in one run of the vocoder."""
    return speech._window(0, speech.total_frames)


def joined(windows) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.float32), *windows])


def sound(speech) -> np.ndarray:
    return joined(speech.windows(0, speech.total_frames))


def check_durations(speech, tokens: int) -> None:
    """They are those of the sound."""
    assert speech.token_frames.shape == (tokens + 2,)
    assert (speech.token_frames >= 0).all()
    assert (speech.token_frames % DURATION == 0).all()
    assert speech.token_frames.sum() == speech.total_frames
    assert speech.total_frames % HOP == 0


def test_it_says_hello_world_in_about_a_second(speech, whole):
    assert 0.5 < speech.total_frames / SAMPLE_RATE_HZ < 2.5
    assert whole.dtype == np.float32
    assert len(whole) == speech.total_frames
    assert 0.05 < np.abs(whole).max() <= 1.0


# Windows


def test_windows_joined_are_the_whole(speech, whole):
    windows = list(speech.windows(0, speech.total_frames))
    assert len(windows[0]) == FIRST_WINDOW_FRAMES
    assert np.abs(joined(windows) - whole).max() < SAME


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_any_stretch_is_that_of_the_whole(speech, whole, data):
    start = data.draw(st.integers(0, speech.total_frames))
    end = data.draw(st.integers(start, speech.total_frames))
    stretch = joined(speech.windows(start, end))
    assert len(stretch) == end - start
    assert np.abs(stretch - whole[start:end]).max(initial=0) < SAME


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_windows_of_any_size_are_those_of_the_whole(speech, whole, data):
    cuts = data.draw(st.lists(st.integers(0, speech.total_frames), max_size=6))
    edges = [0, *sorted(cuts), speech.total_frames]
    windows = [speech._window(first, stop) for first, stop in pairwise(edges) if first < stop]
    assert np.abs(joined(windows) - whole).max() < SAME


@pytest.mark.parametrize("start", [1, 119, 120, 239, 240, 4799, 12_345])
def test_speech_resumes_at_any_frame_with_the_same_samples(synthesizer, whole, start):
    """After a restart the text half runs anew, too."""
    again = speak(synthesizer)
    assert np.abs(joined(again.windows(start, again.total_frames)) - whole[start:]).max() < SAME


def test_frames_beyond_the_end_are_not_made_up(speech):
    assert len(joined(speech.windows(speech.total_frames - 10, speech.total_frames + 1000))) == 10


def test_an_abort_between_two_windows_is_obeyed(synthesizer):
    abort = Abort()
    windows = speak(synthesizer, abort=abort).windows(0, SAMPLE_RATE_HZ)
    next(windows)
    abort.set()
    with pytest.raises(ChunkInterrupted):
        next(windows)
    assert speak(synthesizer).total_frames > 0, "the next unit has an abort of its own"


# Durations and speeds


@pytest.mark.parametrize("speed", [0.5, 1.0, 1.3, 3.0])
@pytest.mark.parametrize("voice", [VOICE, "bm_awb"])
def test_the_durations_of_all_tokens_are_those_of_the_sound(synthesizer, voice, speed):
    check_durations(speak(synthesizer, voice=voice, speed=speed), len(HELLO_WORLD))


@pytest.mark.parametrize("speed", [0.5, 0.75, 1.5, 2.0, 3.0])
def test_the_length_is_that_of_the_speed(synthesizer, speed):
    plain, changed = speak(synthesizer), speak(synthesizer, speed=speed)
    assert changed.total_frames == pytest.approx(plain.total_frames / speed, abs=2 * HOP)
    assert np.isfinite(sound(changed)).all()


@pytest.mark.parametrize("speed", [0.5, 3.0])
def test_510_tokens_are_spoken(synthesizer, speed):
    speech = speak(synthesizer, tokens=LONGEST, speed=speed)
    check_durations(speech, MAX_TOKENS)
    end = joined(speech.windows(speech.total_frames - SAMPLE_RATE_HZ, speech.total_frames))
    assert 0.05 < np.abs(end).max() <= 1.0


def test_a_window_of_a_long_piece_costs_no_more_than_one_of_a_short_piece(synthesizer, monkeypatch):
    """The vocoder sees a window's own frames and their context, however long the piece."""
    speech = speak(synthesizer, tokens=LONGEST)
    runs = []
    monkeypatch.setattr(speech, "_vocoder", SimpleNamespace(run=lambda feeds, _: runs.append(feeds["frames"].shape[1])))
    with pytest.raises(TypeError):  # this vocoder gives nothing
        next(speech.windows(0, speech.total_frames))
    graph = find_bundle("starter").graph
    assert runs == [FIRST_WINDOW_FRAMES // HOP + graph["context_right_frames"]]


# Voices


@pytest.mark.parametrize("voice", VOICES)
def test_every_voice_of_the_bundle_speaks(synthesizer, voice):
    samples = sound(speak(synthesizer, voice=voice))
    assert np.isfinite(samples).all()
    assert 0.05 < np.abs(samples).max() <= 1.0


@pytest.fixture(scope="module")
def blend(tmp_path_factory) -> Callable[..., StarterSpeech]:
    """Speech of a blend; the arguments are those of `Voices.blended`."""
    voices = Voices(find_bundle("starter").file("voices.npz"))

    def speak_blend(weights, prosody=None) -> StarterSpeech:
        style = voices.blended(weights, len(HELLO_WORLD), prosody=prosody)
        return speak(with_voice(tmp_path_factory.mktemp("blend"), style[np.newaxis]), voice="mine")

    return speak_blend


def with_voice(folder: Path, table: np.ndarray) -> StarterSynthesizer:
    """The starter voice with a voices file that holds `mine` alone."""
    shipped = find_bundle("starter")
    for name in ("acoustic.onnx", "vocoder.onnx"):
        (folder / name).symlink_to(shipped.file(name))
    np.savez(folder / "voices.npz", mine=table)
    return StarterSynthesizer(replace(shipped, folder=folder), threads=1)


def is_same(speech: StarterSpeech, other: StarterSpeech) -> bool:
    return speech.total_frames == other.total_frames and bool(np.abs(sound(speech) - sound(other)).max() < SAME)


def test_a_blend_of_one_voice_is_that_voice(synthesizer, blend):
    slt = speak(synthesizer, voice="af_slt")
    assert is_same(blend({"af_slt": 1.0}), slt)
    assert is_same(blend({"af_slt": 1.0}, {"af_slt": 1.0}), slt)
    assert not is_same(blend({"am_rms": 1.0}), slt)


def test_the_timbre_half_changes_the_sound_and_no_duration(synthesizer, blend):
    slt = speak(synthesizer, voice="af_slt")
    mixed = blend({"am_rms": 1.0}, {"af_slt": 1.0})
    assert (mixed.token_frames == slt.token_frames).all()
    assert np.abs(sound(mixed) - sound(slt)).max() > 0.02


def test_the_prosody_half_alone_decides_the_durations(synthesizer, blend):
    rms = speak(synthesizer, voice="am_rms")
    for timbre in ("af_slt", "bm_awb"):
        assert (blend({timbre: 1.0}, {"am_rms": 1.0}).token_frames == rms.token_frames).all()
    assert (rms.token_frames != speak(synthesizer, voice="af_slt").token_frames).any()


# Wrong inputs


WRONG_REQUESTS = {
    "no tokens": (request(()), "synthesis_failed", "a piece of 0 tokens cannot be spoken: it takes 1 to 510"),
    "511 tokens": (request((50,) * 511), "synthesis_failed", "a piece of 511 tokens cannot be spoken"),
    "a token too large": (request((50, 178)), "synthesis_failed", "the model has no token 178: ids run from 0 to 177"),
    "a token below 0": (request((-1, 50)), "synthesis_failed", "the model has no token -1"),
    "speed 0": (request(speed=0.0), "bad_field", "speed is 0; it has to be between 0.5 and 3"),
    "speed 0.49": (request(speed=0.49), "bad_field", r"speed is 0\.49"),
    "speed 3.01": (request(speed=3.01), "bad_field", r"speed is 3\.01"),
    "speed -1": (request(speed=-1.0), "bad_field", "speed is -1"),
    "speed nan": (request(speed=math.nan), "bad_field", "speed is nan"),
    "speed inf": (request(speed=math.inf), "bad_field", "speed is inf"),
    "an unknown voice": (request(voice="bella"), "unknown_voice", "no voice 'bella'"),
}


@pytest.mark.parametrize("case", WRONG_REQUESTS)
def test_what_cannot_be_spoken_fails_with_one_sentence(synthesizer, case):
    wrong, code, sentence = WRONG_REQUESTS[case]
    for run in (
        lambda: synthesizer.synthesize(wrong, Abort()),
        lambda: synthesizer.synthesize_batch([request(), wrong], Abort()),
    ):
        with pytest.raises(ChunkFailed, match=sentence) as failure:
            run()
        assert failure.value.code == code
        assert "\n" not in str(failure.value)
    assert speak(synthesizer).total_frames > 0, "the next unit is spoken"


@pytest.mark.parametrize("token", range(178))
def test_every_token_is_spoken_without_noise(synthesizer, token):
    samples = sound(speak(synthesizer, tokens=(50, 83, token, 54)))
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() < 1.0


@pytest.mark.parametrize(
    "table",
    [
        np.zeros((510, 1, 128), np.float32),
        np.zeros((510, 256), np.float32),
        np.full((510, 1, 256), np.nan, np.float32),
        np.full((510, 1, 256), -np.inf, np.float32),
    ],
    ids=["narrow", "flat", "nan", "infinite"],
)
def test_a_style_that_is_none_fails_the_chunk(tmp_path, table):
    with pytest.raises(ChunkFailed, match="the style table of voice 'mine' is damaged") as failure:
        speak(with_voice(tmp_path, table), voice="mine")
    assert failure.value.code == "model_unusable"


@pytest.mark.parametrize("value", [1e3, 1e18, -3e38])
def test_a_style_beyond_all_voices_makes_sound_within_bounds_or_none(tmp_path, value):
    """A graph may fail on it; then so does the chunk."""
    synthesizer = with_voice(tmp_path, np.full((1, 1, 256), value, np.float32))
    samples = np.zeros(0, np.float32)
    with suppress(ChunkFailed):
        samples = sound(speak(synthesizer, voice="mine"))
    assert np.isfinite(samples).all()
    assert np.abs(samples).max(initial=0) <= 1.0


# Batches


def test_a_batch_is_each_of_its_pieces_alone(synthesizer):
    requests = [
        request(),
        request(HELLO_WORLD * 4, voice="bm_awb", speed=1.4),
        request((50,), voice="af_slt", speed=0.5),
        request(HELLO_WORLD[:7], voice="am_rms", speed=3.0),
    ]
    batch = synthesizer.synthesize_batch(requests, Abort())
    for speech, wanted in zip(batch, requests, strict=True):
        alone = synthesizer.synthesize(wanted, Abort())
        check_durations(speech, len(wanted.tokens))
        assert (speech.token_frames == alone.token_frames).all()
        assert np.abs(sound(speech) - sound(alone)).max() < SAME


def test_a_batch_of_none_is_none_and_of_one_is_one(synthesizer, whole):
    assert synthesizer.synthesize_batch([], Abort()) == []
    (speech,) = synthesizer.synthesize_batch([request()], Abort())
    assert np.abs(sound(speech) - whole).max() < SAME
    assert np.array_equal(joined(speech.windows(700, 9000)), sound(speech)[700:9000])


def test_an_abort_ends_a_batch(synthesizer):
    abort = Abort()
    abort.set()
    with pytest.raises(ChunkInterrupted):
        synthesizer.synthesize_batch([request()], abort)
