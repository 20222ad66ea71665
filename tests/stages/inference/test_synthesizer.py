"""Windows, and the stand-in that ships."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.synthesizer import (
    FIRST_WINDOW_FRAMES,
    LARGEST_WINDOW_FRAMES,
    MAX_TOKENS,
    SynthesisRequest,
    ToneSynthesizer,
    window_edges,
)
from utterd.stages.work import ChunkFailed, ChunkInterrupted


@given(st.integers(0, 100_000), st.integers(0, 200_000))
def test_windows_join_without_gap_or_overlap(start, length):
    edges = list(window_edges(start, start + length))
    assert sum(stop - first for first, stop in edges) == length
    assert all(before[1] == after[0] for before, after in pairwise(edges))
    assert all(0 < stop - first <= LARGEST_WINDOW_FRAMES for first, stop in edges)


def test_windows_grow_from_200_ms_to_a_second():
    edges = list(window_edges(0, 4 * SAMPLE_RATE_HZ))
    assert [(stop - first) / SAMPLE_RATE_HZ for first, stop in edges] == [0.2, 0.4, 0.8, 1.0, 1.0, 0.6]
    assert edges[0] == (0, FIRST_WINDOW_FRAMES)


def tone(tokens=(50, 83, 54), *, speed: float = 1.0, abort: Abort | None = None):
    return ToneSynthesizer().synthesize(SynthesisRequest(tokens=tokens, voice="tone", speed=speed), abort or Abort())


def test_every_token_is_50_ms_of_its_own_pitch():
    speech = tone()
    assert speech.token_frames.tolist() == [0, 1200, 1200, 1200, 0]
    samples = np.concatenate(list(speech.windows(0, speech.total_frames)))
    for number, token in enumerate((50, 83, 54)):
        spectrum = np.abs(np.fft.rfft(samples[1200 * number : 1200 * (number + 1)]))
        assert np.argmax(spectrum) * SAMPLE_RATE_HZ / 1200 == pytest.approx(200 + 10 * token, abs=20)


def test_faster_is_shorter():
    assert tone(speed=2.0).total_frames == 1800


@pytest.mark.parametrize("tokens", [(), (50,) * (MAX_TOKENS + 1), (178,), (-1,)])
def test_the_stand_in_refuses_the_tokens_that_models_refuse(tokens):
    with pytest.raises(ChunkFailed) as failure:
        tone(tokens)
    assert failure.value.code == "synthesis_failed"


@pytest.mark.parametrize("speed", [0.0, 0.49, 3.01, math.nan, math.inf])
def test_the_stand_in_refuses_the_speeds_that_models_refuse(speed):
    with pytest.raises(ChunkFailed, match=r"it has to be between 0\.5 and 3") as failure:
        tone(speed=speed)
    assert failure.value.code == "bad_field"


def test_an_abort_ends_the_stand_in_too():
    abort = Abort()
    speech = tone(tuple(range(1, 100)), abort=abort)
    windows = speech.windows(0, speech.total_frames)
    next(windows)
    abort.set()
    with pytest.raises(ChunkInterrupted):
        next(windows)
    with pytest.raises(ChunkInterrupted):
        tone(abort=abort)
