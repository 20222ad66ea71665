import numpy as np
import pytest

from utterd.stages.chunks import Passing
from utterd.stages.output.part import LEAD_FRAMES, Part, last_word, lead_place
from utterd.stages.pcm import FADE_FRAMES


def word(frame: int, char: int = 0, mark: str = "") -> Passing:
    return Passing(frame=frame, char_start=char, char_end=char + 3, mark=mark)


def part(frames: int = 2000, *passings: Passing, first_frame: int = 0) -> Part:
    return Part(0, first_frame, np.ones(frames, np.float32), True, passings, lambda: None)


def test_a_word_is_led_up_to_but_not_into_the_word_before() -> None:
    near, far = word(1000), word(1000 + LEAD_FRAMES // 2)
    one = part(2000, near, far)
    assert one.lead_to(near) == 1000 - LEAD_FRAMES
    assert one.lead_to(far) == 1001


@pytest.mark.parametrize(("frame", "place"), [(2500, (1, 500 - LEAD_FRAMES)), (2100, (0, 2100 - LEAD_FRAMES))])
def test_the_lead_may_begin_in_the_part_before(frame: int, place: tuple[int, int]) -> None:
    behind = word(frame)
    assert lead_place([part(2000), part(2000, behind, first_frame=2000)], 1, behind) == place


def test_the_lead_does_not_reach_into_a_word_at_the_end_of_the_part_before() -> None:
    behind = word(2000, char=10)
    parts = [part(2000, word(1900)), part(2000, behind, first_frame=2000)]
    assert lead_place(parts, 1, behind) == (0, 1901)


def test_a_part_that_is_cut_ends_in_a_fade_and_forgets_the_words_behind() -> None:
    one = part(2000, word(100), word(1500))
    one.cut_at(1200)
    assert len(one.samples) == 1200
    assert one.samples[1199] < 0.01
    assert (one.samples[: 1200 - FADE_FRAMES] == 1).all()
    assert one.passings == (word(100),)
    assert not one.ends_unit


def test_the_last_word_is_no_mark() -> None:
    assert last_word([part(10, word(1, 5)), part(10, word(2, 9, mark="here"))]) == word(1, 5)
    assert last_word([part(10)]) is None


def test_room_in_the_ring_is_given_back_once() -> None:
    given: list[int] = []
    one = Part(0, 0, np.ones(10, np.float32), True, (), lambda: given.append(1))
    one.let_go()
    one.let_go()
    assert given == [1]
