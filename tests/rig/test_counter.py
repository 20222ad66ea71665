import numpy as np
import pytest
from rig.counter import PERIOD, Pcm, analyse_counter, counter


def silence(length_frames: int) -> Pcm:
    return np.zeros(length_frames, np.int16)


def recording(*parts: Pcm) -> Pcm:
    return np.concatenate([silence(500), *parts, silence(500)])


def test_no_sample_of_a_counter_is_silence_and_no_two_in_a_period_are_equal() -> None:
    samples = counter(PERIOD)
    assert (samples != 0).all()
    assert len(set(samples.tolist())) == PERIOD


def test_a_counter_goes_on_where_another_ended() -> None:
    assert np.array_equal(np.concatenate([counter(100), counter(70_000, start=100)]), counter(70_100))


def test_a_whole_counter_is_recognised_as_such() -> None:
    capture = analyse_counter(recording(counter(70_000)))
    assert capture.is_exactly(0, 69_999 - PERIOD)
    assert (capture.begins_at, capture.heard_frames) == (500, 70_000)


@pytest.mark.parametrize(
    ("parts", "gaps", "jumps"),
    [
        ([counter(100), silence(7), counter(100, start=100)], [(99, 7)], []),
        ([counter(100), counter(100, start=150)], [], [(99, 50)]),
        ([counter(100), counter(100, start=90)], [], [(99, -10)]),
        ([counter(100), silence(5), counter(10, start=105)], [(99, 5)], [(99, 5)]),
        ([counter(PERIOD - 10), counter(100, start=PERIOD)], [], [(PERIOD - 11, 10)]),
        ([counter(32_758), counter(100, start=32_762)], [], [(32_757, 4)]),  # across the middle, where 0 is left out
    ],
)
def test_silence_loss_and_repetition_are_told_apart(
    parts: list[Pcm], gaps: list[tuple[int, int]], jumps: list[tuple[int, int]]
) -> None:
    capture = analyse_counter(recording(*parts))
    assert (capture.gaps, capture.jumps) == (gaps, jumps)
    assert not capture.is_exactly(capture.first_index or 0, capture.last_index or 0)


def test_what_is_cut_off_at_an_end_shows_in_the_indices() -> None:
    capture = analyse_counter(recording(counter(100)[3:-2]))
    assert (capture.first_index, capture.last_index) == (3, 97)
    assert not capture.is_exactly(0, 99)


def test_silence_holds_no_counter() -> None:
    assert analyse_counter(silence(100)).first_index is None
    assert not analyse_counter(silence(100)).is_exactly(0, 99)
