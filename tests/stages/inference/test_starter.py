"""The starter voice itself: windows are cut from one sound, wherever and however they are cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.phonemes import HELLO_WORLD

from utterd.config.bundles import find_bundle
from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.starter import StarterSpeech, StarterSynthesizer
from utterd.stages.inference.synthesizer import FIRST_WINDOW_FRAMES, SynthesisRequest
from utterd.stages.work import ChunkInterrupted

SAME = 1e-5
"""Windows go through the graph in other shapes than the whole: float32 rounds otherwise."""


@pytest.fixture(scope="module")
def synthesizer() -> StarterSynthesizer:
    return StarterSynthesizer(find_bundle("starter"), threads=1)


def speak(synthesizer, *, speed: float = 1.0, voice: str = "am_trio", abort: Abort | None = None) -> StarterSpeech:
    request = SynthesisRequest(tokens=HELLO_WORLD, voice=voice, speed=speed)
    return synthesizer.synthesize(request, abort or Abort())


@pytest.fixture(scope="module")
def speech(synthesizer) -> StarterSpeech:
    return speak(synthesizer)


@pytest.fixture(scope="module")
def whole(speech) -> np.ndarray:
    """Every sample in one run of the vocoder."""
    return speech._window(0, speech.total_frames)


def joined(windows) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.float32), *windows])


def test_it_says_hello_world_in_about_a_second(speech, whole):
    assert 0.5 < speech.total_frames / SAMPLE_RATE_HZ < 2.5
    assert whole.dtype == np.float32
    assert len(whole) == speech.total_frames
    assert 0.05 < np.abs(whole).max() <= 1.0


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


@pytest.mark.parametrize("start", [1, 119, 120, 4799, 12_345])
def test_speech_resumes_at_any_frame_with_the_same_samples(synthesizer, whole, start):
    """After a restart the text half runs anew, too."""
    again = speak(synthesizer)
    assert np.abs(joined(again.windows(start, again.total_frames)) - whole[start:]).max() < SAME


def test_frames_beyond_the_end_are_not_made_up(speech, whole):
    assert len(joined(speech.windows(speech.total_frames - 10, speech.total_frames + 1000))) == 10


@pytest.mark.parametrize("speed", [0.5, 1.0, 1.3, 3.0])
@pytest.mark.parametrize("voice", ["am_trio", "bm_awb"])
def test_the_durations_of_all_tokens_are_those_of_the_sound(synthesizer, voice, speed):
    speech = speak(synthesizer, voice=voice, speed=speed)
    assert len(speech.token_frames) == len(HELLO_WORLD) + 2
    assert speech.token_frames.sum() == speech.total_frames
    assert (speech.token_frames >= 0).all()


def test_faster_is_shorter(synthesizer):
    assert speak(synthesizer, speed=2.0).total_frames < 0.7 * speak(synthesizer).total_frames


def test_every_voice_of_the_bundle_can_be_spoken_with(synthesizer):
    for voice in find_bundle("starter").voices:
        assert np.isfinite(joined(speak(synthesizer, voice=voice.name).windows(0, 4800))).all()


def test_an_abort_between_two_windows_is_obeyed(synthesizer):
    abort = Abort()
    windows = speak(synthesizer, abort=abort).windows(0, SAMPLE_RATE_HZ)
    next(windows)
    abort.set()
    with pytest.raises(ChunkInterrupted):
        next(windows)
    assert speak(synthesizer).total_frames > 0, "the next unit has an abort of its own"
