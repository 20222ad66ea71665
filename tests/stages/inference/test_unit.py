"""Silence around a unit, by arithmetic on the model's durations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.synthesizer import LEAD_FRAMES, SynthesisRequest, ToneSynthesizer
from utterd.stages.inference.unit import (
    EDGE_FRAMES,
    PAUSE_FRAMES,
    TAIL_FRAMES,
    Stretch,
    plan_stretch,
    silence_frames,
    stretch_audio,
    trailing_quiet,
)

MS = 24
"""Frames."""


def plan(token_ms: list[int], *, quiet: int = 0, pause="none", speed: float = 1.0) -> Stretch:
    frames = np.array(token_ms) * MS
    return plan_stretch(frames, int(frames.sum()), quiet, silence_frames(pause, None, speed))


# By hand: 50 ms of lead, 300 ms of sound, then what is quiet


def test_the_models_own_lead_is_trimmed_to_10_ms():
    assert plan([50, 300, 0]).start == 40 * MS


def test_a_lead_shorter_than_that_stays():
    assert plan([5, 300, 0]).start == 0


def test_the_silence_behind_is_made_up_to_what_the_punctuation_asks_for():
    """60 ms of the full stop and 100 of the pad are the model's own; 190 are added."""
    stretch = plan([50, 300, 60, 100], quiet=1, pause="sentence")
    assert (stretch.end, stretch.silence) == (510 * MS, 190 * MS)


def test_more_silence_than_asked_for_is_cut():
    stretch = plan([50, 300, 60, 400], quiet=1, pause="clause")
    assert (stretch.end, stretch.silence) == ((350 + 150) * MS, 0)


def test_without_a_pause_the_decay_of_the_sound_stays():
    assert plan([50, 300, 400]).end == (350 + 60) * MS
    assert plan([50, 300, 20]) == Stretch(start=40 * MS, end=370 * MS, silence=40 * MS)


def test_pauses_shrink_with_speed():
    slow, fast = plan([50, 300, 0], pause="paragraph", speed=0.5), plan([50, 300, 0], pause="paragraph", speed=2.0)
    assert (slow.silence, fast.silence) == (1200 * MS, 300 * MS)


def test_a_piece_of_quiet_tokens_alone_is_a_pause():
    stretch = plan([50, 100, 100, 100], quiet=2, pause="sentence")
    assert stretch.length == 10 * MS + PAUSE_FRAMES["sentence"]


def test_a_model_that_tells_no_durations_loses_nothing():
    stretch = plan_stretch(None, 1000, 1, PAUSE_FRAMES["sentence"])
    assert stretch == Stretch(start=0, end=1000, silence=PAUSE_FRAMES["sentence"])


@pytest.mark.parametrize("scale", [0.5, 2, 600])
def test_durations_that_are_not_this_pieces_lose_nothing(scale):
    frames = (np.array([50, 300, 60, 100]) * MS * scale).astype(np.int64)
    assert plan_stretch(frames, 510 * MS, 1, 0) == Stretch(start=0, end=510 * MS, silence=0)


# By property


def test_a_model_that_knows_its_onsets_better_has_less():
    frames = np.array([50, 300, 0]) * MS
    assert plan_stretch(frames, int(frames.sum()), 0, 0, lead=5 * MS).start == 45 * MS


@given(
    st.lists(st.integers(0, 20_000), min_size=3, max_size=20),
    st.data(),
    st.sampled_from(sorted(PAUSE_FRAMES)),
    st.floats(0.5, 3),
)
def test_no_sound_is_lost_and_the_pause_is_exact(token_frames, data, pause, speed):
    frames, total = np.array(token_frames), sum(token_frames)
    quiet = data.draw(st.integers(0, len(frames) - 2))
    stretch = plan_stretch(frames, total, quiet, silence_frames(pause, None, speed))
    sound_begin, sound_end = token_frames[0], sum(token_frames[: len(frames) - 1 - quiet])
    assert 0 <= stretch.start <= sound_begin
    assert sound_begin - stretch.start <= LEAD_FRAMES
    assert sound_end <= stretch.end <= total
    assert stretch.end - sound_end + stretch.silence == max(round(PAUSE_FRAMES[pause] / speed), TAIL_FRAMES)


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 10_000))
def test_a_stretch_can_be_begun_anywhere(start, length, silence, skip):
    speech = ToneSynthesizer().synthesize(
        SynthesisRequest(tokens=(50, 83, 54, 31, 16), voice="tone", speed=1.0), Abort()
    )
    stretch = Stretch(start=start, end=start + length, silence=silence)
    whole = _joined(stretch_audio(speech, stretch, 0))
    assert len(whole) == stretch.length
    assert np.array_equal(_joined(stretch_audio(speech, stretch, skip)), whole[skip:])
    assert not whole[length:].any()


@pytest.mark.parametrize("skip", [0, 1, 100, 2500])
@pytest.mark.parametrize("length", [1, 100, 240, 4000])
def test_the_edges_of_a_piece_are_faded_the_same_wherever_it_is_taken_up(length, skip):
    whole = _joined(stretch_audio(Ones(), Stretch(start=500, end=500 + length, silence=50), 0))
    rest = _joined(stretch_audio(Ones(), Stretch(start=500, end=500 + length, silence=50), skip))
    assert np.array_equal(rest, whole[skip:])
    sound = whole[:length]
    assert (sound[EDGE_FRAMES:-EDGE_FRAMES] == 1).all()
    assert np.array_equal(sound, sound[::-1])
    assert np.abs(np.diff(whole, prepend=0)).max() < 2 / EDGE_FRAMES


class Ones:
    """Speech of plain ones, in uneven windows."""

    token_frames = None
    total_frames = 10_000

    def windows(self, start: int, end: int):
        for first in range(start, end, 77):
            yield np.ones(min(77, end - first), np.float32)


def _joined(windows) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.float32), *windows])


@pytest.mark.parametrize(
    ("tokens", "count"), [((), 0), ((50,), 0), ((50, 4), 1), ((50, 4, 16), 2), ((4, 50, 4), 1), ((4, 16, 4), 3)]
)
def test_quiet_tokens_are_counted_from_the_end(tokens, count):
    assert trailing_quiet(tokens, frozenset((4, 16))) == count
