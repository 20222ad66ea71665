"""Whatever happens to the stages, what is still to be sent covers exactly the text that was not played."""

import copy
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from rig.daemon_fakes import make_utterance

from utterd.daemon.feed import Feed
from utterd.stages.chunks import TextChunk
from utterd.stages.g2p.segment import Segmenter

TEXT = "".join(f"This is sentence number {number} of a text that is not short. " for number in range(1, 9))
UNITS = list(Segmenter(TEXT))


def feed_of(text: str = TEXT) -> Feed:
    return Feed(make_utterance(text=text))


def rest_of(feed: Feed) -> list[TextChunk]:
    """What it would send from here on; the feed itself stays as it is."""
    twin = copy.deepcopy(feed)
    chunks = []
    while (chunk := twin.next_chunk(1)) is not None:
        chunks.append(chunk)
        twin.sent()
    return chunks


def send(feed: Feed, units: int = 1) -> None:
    for _ in range(units):
        assert feed.next_chunk(1) is not None
        feed.sent()


def spoken(chunks: list[TextChunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


class World:
    """A feed, and stages that lose things: what is upstream, what the output stage holds, what it has played."""

    def __init__(self) -> None:
        self.feed = feed_of()
        self.upstream: list[int] = []
        self.held: list[int] = []
        self.next_played = 0
        self.frames_played = 0
        """Of the unit that is being played."""

    def send(self, _: int) -> None:
        if (chunk := self.feed.next_chunk(1)) is not None:
            self.upstream.append(chunk.header.sequence)
            self.feed.sent()

    def buffer(self, _: int) -> None:
        if self.upstream:
            self.held.append(self.upstream.pop(0))
            self.feed.buffered(self.held[-1])

    def play(self, _: int) -> None:
        if self.held:
            self.feed.played(self.held.pop(0))
            self.next_played, self.frames_played = self.next_played + 1, 0

    def play_a_part(self, frames: int) -> None:
        if self.held:
            self.frames_played += frames

    def lose_upstream(self, _: int) -> None:
        self.upstream.clear()
        self.feed.rewind_to_buffered()

    def lose_output(self, frames: int) -> None:
        """All that it held is gone, and it leaves word of where it was, or not even that."""
        self.upstream.clear()
        self.held.clear()
        if frames:
            self.feed.rewind_to_unplayed(self.next_played, self.frames_played)
        else:
            self.feed.rewind_to_unplayed()
            self.frames_played = self.feed.place[1]

    def drop_in_output(self, _: int) -> None:
        """Another utterance goes first, so that its audio is thrown away; only before it was begun."""
        if self.next_played == self.frames_played == 0 and self.feed.place == (0, 0):
            self.upstream.clear()
            self.held.clear()
            self.feed.begin_anew(1)

    def find_a_gap(self, place: int) -> None:
        """A unit that was said to be held is missing after all: it and all behind it come again."""
        place = min(place % 4, len(self.held))
        del self.held[place:]
        self.upstream.clear()
        self.feed.lost(self.next_played + place)
        self.feed.rewind_to_buffered()


EVENTS = [method for name, method in vars(World).items() if not name.startswith("_")]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 300)), max_size=60))
def test_what_is_held_and_what_will_be_sent_is_the_text_not_played(events) -> None:
    world = World()
    for event, argument in events:
        event(world, argument)
    coming = [*world.held, *world.upstream, *(chunk.header.sequence for chunk in rest_of(world.feed))]
    assert coming == list(range(world.next_played, len(UNITS)))

    world.lose_upstream(0)
    expected = UNITS[world.next_played + len(world.held) :]
    assert spoken(rest_of(world.feed)) == "".join(unit.text for unit in expected)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 300)), max_size=60))
def test_a_new_output_stage_gets_exactly_the_frames_not_played(events) -> None:
    world = World()
    for event, argument in events:
        event(world, argument)
    world.lose_output(1)
    rest = rest_of(world.feed)
    assert world.feed.place == (world.next_played, world.frames_played)
    assert spoken(rest) == "".join(unit.text for unit in UNITS[world.next_played :])
    assert [chunk.first_frame for chunk in rest] == [world.frames_played, *[0] * len(rest)][: len(rest)]
    assert [chunk.header.is_last for chunk in rest] == [unit.is_last for unit in UNITS[world.next_played :]]
    assert world.feed.is_played_out == (not rest)


def test_the_units_joined_are_the_text() -> None:
    chunks = rest_of(feed_of())
    assert spoken(chunks) == TEXT
    assert [chunk.char_start for chunk in chunks] == list(
        itertools.accumulate([0, *(len(chunk.text) for chunk in chunks[:-1])])
    )


def test_a_chunk_is_offered_again_until_it_was_sent() -> None:
    feed = feed_of()
    assert feed.next_chunk(1) == feed.next_chunk(1)
    send(feed)
    assert feed.next_chunk(1).header.sequence == 1


def test_a_place_told_late_does_not_send_again_what_was_played() -> None:
    feed = feed_of()
    send(feed, 3)
    feed.played(0)
    feed.played(1)
    feed.rewind_to_unplayed(1, 500)
    assert feed.place == (2, 0)
    assert feed.next_chunk(1).header.sequence == 2
    assert feed.next_chunk(1).first_frame == 0


def test_frames_of_a_unit_played_before_a_second_death_are_not_forgotten() -> None:
    feed = feed_of()
    send(feed)
    feed.rewind_to_unplayed(0, 500)
    send(feed)
    feed.rewind_to_unplayed()  # the successor died before it played anything
    assert feed.place == (0, 500)
    assert feed.next_chunk(1).first_frame == 500


def test_stages_may_hold_something_from_the_first_chunk_until_they_were_told_to_drop_it() -> None:
    feed = feed_of()
    assert not feed.has_begun
    send(feed)
    assert feed.has_begun
    feed.rewind_to_buffered()  # windows of the first unit may be with the output stage
    assert feed.has_begun
    feed.rewind_to_unplayed()
    assert not feed.has_begun


def test_a_unit_the_output_stage_does_not_hold_is_sent_again() -> None:
    feed = feed_of()
    send(feed, 4)
    feed.played(0)
    feed.buffered(2)
    feed.lost(2)
    feed.rewind_to_buffered()
    assert feed.next_chunk(1).header.sequence == 2
    feed.lost(0)  # but never what was played
    feed.rewind_to_buffered()
    assert feed.next_chunk(1).header.sequence == 1


def test_news_that_is_older_than_a_rewind_is_true_all_the_same() -> None:
    feed = feed_of()
    send(feed, 3)
    feed.rewind_to_buffered()
    feed.played(1)  # on its way when the stage behind it died
    assert feed.next_chunk(1).header.sequence == 2


def test_one_that_begins_anew_sends_all_of_it() -> None:
    feed = feed_of()
    send(feed, 3)
    feed.played(0)
    feed.begin_anew(5)
    assert feed.since_generation == 5
    assert spoken(rest_of(feed)) == TEXT


def test_it_is_played_out_when_its_last_unit_is() -> None:
    feed = feed_of("One sentence only.")
    send(feed)
    assert feed.next_chunk(1) is None
    assert not feed.is_played_out
    feed.played(0)
    assert feed.is_played_out


def test_only_the_first_chunk_carries_the_time_of_the_request() -> None:
    feed = feed_of()
    assert feed.next_chunk(1).trace == {"received": 0}
    send(feed)
    assert feed.next_chunk(1).trace == {}


def test_a_long_text_is_cut_only_as_far_as_it_is_needed() -> None:
    feed = feed_of(TEXT * 1000)
    feed.next_chunk(1)
    assert repr(feed) == "<Feed 1 played=0 buffered=0 sent=0>"
    assert feed.units.count == 1
