"""One lane: in what order it feeds, when it cuts, what it keeps."""

import pytest
from rig.daemon_fakes import FakeHopWriter, make_utterance

from utterd.daemon.feed import Feed
from utterd.daemon.lane import LaneFeeder
from utterd.stages.commands import Cut

THREE_UNITS = "The first sentence of three. The second sentence of three. The third sentence of three."


class Lane:
    """A LaneFeeder whose hop and whose cuts a test can look at."""

    def __init__(self, slots: int = 100) -> None:
        self.writer = FakeHopWriter(slots)
        self.cuts: list[Cut] = []
        self.feeder = LaneFeeder("live", self.writer, self.cuts.append)  # type: ignore[arg-type]

    def sent(self) -> list[tuple[int, int, int]]:
        """(utterance, sequence, generation) of what has been sent since the last look; its slots are free again."""
        headers = [chunk.header for chunk in self.writer.take_all()]
        return [(header.utterance_id, header.sequence, header.generation) for header in headers]


@pytest.fixture
def lane() -> Lane:
    return Lane()


def feeds(*numbers: int, are_open: bool = True) -> list[Feed]:
    """Of three units each; `are_open`: as if the sound of the first one had been made."""
    made = [Feed(make_utterance(number, THREE_UNITS)) for number in numbers]
    for feed in made:
        feed.is_open = are_open
    return made


def cut(generation: int, *keep: int) -> Cut:
    return Cut(lane="live", generation=generation, keep=keep)


def test_utterances_are_sent_whole_and_in_order(lane: Lane) -> None:
    lane.feeder.arrange(feeds(1, 2))
    assert lane.sent() == [(1, 0, 0), (1, 1, 0), (1, 2, 0), (2, 0, 0), (2, 1, 0), (2, 2, 0)]
    assert lane.cuts == []


def test_a_full_hop_is_waited_for() -> None:
    lane = Lane(slots=2)
    lane.feeder.arrange(feeds(1))
    assert [header[1] for header in lane.sent()] == [0, 1]
    lane.feeder.pump()
    assert [header[1] for header in lane.sent()] == [2]
    lane.feeder.pump()
    assert lane.sent() == []


def test_nothing_competes_with_the_first_unit_of_an_utterance(lane: Lane) -> None:
    first, second = feeds(1, 2, are_open=False)
    lane.feeder.arrange([first, second])
    assert lane.sent() == [(1, 0, 0)]
    first.is_open = True
    lane.feeder.pump()
    assert lane.sent() == [(1, 1, 0), (1, 2, 0), (2, 0, 0)]


def test_what_is_appended_disturbs_nobody(lane: Lane) -> None:
    first, second = feeds(1, 2)
    lane.feeder.arrange([first])
    lane.sent()
    lane.feeder.arrange([first, second])
    assert lane.cuts == []
    assert lane.sent() == [(2, 0, 0), (2, 1, 0), (2, 2, 0)]


def test_what_has_not_begun_may_be_reordered_without_a_cut() -> None:
    lane = Lane(slots=1)
    first, second, third = feeds(1, 2, 3)
    lane.feeder.arrange([first, second])
    lane.feeder.arrange([first, third, second])
    lane.feeder.arrange([first, third])
    assert lane.cuts == []


def test_an_utterance_put_in_front_keeps_the_one_that_is_spoken(lane: Lane) -> None:
    first, second, third = feeds(1, 2, 3)
    lane.feeder.arrange([first, second])
    first.buffered(0)
    lane.sent()
    lane.feeder.arrange([first, third, second])
    assert lane.cuts == [cut(1, 1)]
    assert [header[:2] for header in lane.sent()] == [
        (1, 1), (1, 2),  # of the first, what the output stage does not hold
        (3, 0), (3, 1), (3, 2),
        (2, 0),  # all of it again, but one unit first
    ]  # fmt: skip


def test_an_utterance_in_place_of_the_one_spoken_keeps_nothing(lane: Lane) -> None:
    first, second, third = feeds(1, 2, 3)
    lane.feeder.arrange([first, second])
    for feed in (first, second):
        feed.buffered(2)
    lane.sent()
    assert lane.feeder.arrange([third, second]) == [second]
    assert lane.cuts == [cut(1)]
    assert [header[:2] for header in lane.sent()] == [(3, 0), (3, 1), (3, 2), (2, 0)]


def test_an_utterance_taken_from_the_middle_keeps_its_neighbours(lane: Lane) -> None:
    first, second, third = feeds(1, 2, 3)
    lane.feeder.arrange([first, second, third])
    first.buffered(2)
    lane.sent()
    lane.feeder.arrange([first, third])
    assert lane.cuts == [cut(1, 1, 3)]
    assert lane.sent() == [(3, 0, 1), (3, 1, 1), (3, 2, 1)]


def test_stopping_everything_cuts_everything(lane: Lane) -> None:
    lane.feeder.arrange(feeds(1, 2))
    lane.sent()
    lane.feeder.arrange([])
    assert lane.cuts == [cut(1)]
    assert lane.sent() == []


def test_a_rewind_sends_again_what_is_not_buffered_and_keeps_the_rest(lane: Lane) -> None:
    first, second = feeds(1, 2)
    lane.feeder.arrange([first, second])
    first.buffered(1)
    lane.sent()
    lane.feeder.rewind("inference died")
    assert lane.cuts == [cut(1, 1, 2)]
    assert lane.sent() == [(1, 2, 1), (2, 0, 1), (2, 1, 1), (2, 2, 1)]


def test_a_rewind_in_the_first_unit_keeps_its_windows_that_are_played_already(lane: Lane) -> None:
    (first,) = feeds(1)
    lane.feeder.arrange([first])
    lane.feeder.rewind("g2p died")
    assert lane.cuts == [cut(1, 1)]


def test_a_second_rewind_keeps_it_even_if_nothing_could_be_sent_in_between() -> None:
    lane = Lane(slots=1)
    lane.feeder.arrange(feeds(1))
    lane.feeder.rewind("g2p died")
    lane.feeder.rewind("g2p died")
    assert lane.cuts == [cut(1, 1), cut(2, 1)]


def test_a_lost_chunk_costs_all_but_the_head_what_the_output_stage_holds(lane: Lane) -> None:
    first, second = feeds(1, 2)
    lane.feeder.arrange([first, second])
    first.buffered(1)
    second.buffered(0)
    lane.sent()
    assert lane.feeder.mend("a slot was damaged") == [second]
    assert lane.cuts == [cut(1, 1)]
    assert lane.sent() == [(1, 2, 1), (2, 0, 1)]


def test_a_restart_goes_on_where_the_lost_stage_was(lane: Lane) -> None:
    first, second = feeds(1, 2)
    lane.feeder.arrange([first, second])
    first.played(0)
    first.buffered(2)
    lane.sent()
    lane.feeder.restart(1, 1, 700)
    assert lane.cuts == [cut(1)]  # what was upstream is dropped; the new output stage holds nothing
    chunks = lane.writer.take_all()
    assert [(chunk.header.utterance_id, chunk.header.sequence) for chunk in chunks] == [(1, 1), (1, 2), (2, 0)]
    assert [chunk.first_frame for chunk in chunks] == [700, 0, 0]


def test_a_restart_without_a_place_begins_with_what_was_not_played(lane: Lane) -> None:
    (first,) = feeds(1)
    lane.feeder.arrange([first])
    first.played(0)
    lane.sent()
    lane.feeder.restart(0, 0, 0)
    assert lane.sent() == [(1, 1, 1), (1, 2, 1)]


def test_the_output_stage_is_not_believed_about_one_that_begins_anew_until_it_knows(lane: Lane) -> None:
    first, second, third = feeds(1, 2, 3)
    lane.feeder.arrange([first, second])
    lane.feeder.arrange([first, third, second])
    assert lane.feeder.find_reported(1) is first
    assert lane.feeder.find_reported(2) is None
    lane.feeder.output_generation = 1
    assert lane.feeder.find_reported(2) is second


def test_a_new_output_stage_is_believed_about_all(lane: Lane) -> None:
    first, second, third = feeds(1, 2, 3)
    lane.feeder.arrange([first, second])
    lane.feeder.restart(0, 0, 0)
    first.is_open = True
    lane.feeder.pump()
    lane.feeder.arrange([first, third, second])  # nobody is there to be told
    assert lane.feeder.find_reported(2) is None
    lane.feeder.output_started()
    assert lane.feeder.find_reported(2) is second


def test_one_that_is_over_leaves_without_a_cut_and_lets_the_next_go_on() -> None:
    lane = Lane(slots=3)
    first, second = feeds(1, 2)
    lane.feeder.arrange([first, second])
    lane.sent()
    first.played(2)
    lane.feeder.leave(first)
    lane.feeder.leave(first)  # twice is harmless
    assert lane.cuts == []
    assert lane.sent() == [(2, 0, 0), (2, 1, 0), (2, 2, 0)]
    assert lane.feeder.find(1) is None
    assert lane.feeder.find(2) is second


def test_a_cut_does_not_keep_what_the_output_stage_may_hold_of_an_earlier_beginning(lane: Lane) -> None:
    first, second, third = feeds(1, 2, 3)
    lane.feeder.arrange([first, second])
    lane.feeder.arrange([first, third, second])
    lane.feeder.rewind("g2p died")  # before the output stage has obeyed the first cut
    assert lane.cuts == [cut(1, 1), cut(2, 1, 3)]
    assert second.since_generation == 2
    lane.feeder.output_generation = 2
    lane.feeder.rewind("g2p died")
    assert lane.cuts[-1] == cut(3, 1, 3, 2)
