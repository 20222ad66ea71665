"""Audio for files: in order, each frame once, and no faster than the client reads."""

from typing import Any

import pytest
from rig.daemon_fakes import FakeArrival, FakeHopReader, FakeHopWriter, FakeLoop, Listener, audio_chunk, make_utterance

from utterd.client.messages import Audio
from utterd.daemon.feed import Feed
from utterd.daemon.lane import LaneFeeder
from utterd.daemon.rendering import PATIENCE_S, Rendering
from utterd.daemon.utterance import Utterance
from utterd.stages.commands import Cut
from utterd.stages.ring import SlotCorrupt

TEXT = "The first sentence here. The second sentence here."


class Render:
    """A render lane with one utterance of two units, and a client that may be slow."""

    def __init__(self) -> None:
        self.reader = FakeHopReader()
        self.cuts: list[Cut] = []
        self.lane = LaneFeeder("render", FakeHopWriter(100), self.cuts.append)  # type: ignore[arg-type]
        self.listener = Listener()
        self.finished: list[int] = []
        self.has_room = True
        reader: Any = self.reader
        self.loop = FakeLoop()
        loop: Any = self.loop
        self.unread: list[int] = []
        self.rendering = Rendering(
            reader,
            self.lane,
            lambda utterance: self.has_room,
            self._finish,
            lambda utterance: self.unread.append(utterance.id),
            loop,
        )
        self.lane.arrange([self.feed(1)])

    def feed(self, number: int) -> Feed:
        feed = Feed(make_utterance(number, TEXT, lane="render", listener=self.listener))
        feed.is_open = True
        return feed

    def announce(self, *chunks: Any) -> list[FakeArrival]:
        arrivals = self.reader.announce(*chunks)
        self.rendering.receive()
        return arrivals

    @property
    def heard(self) -> list[int]:
        """The samples sent, in order."""
        pcm = b"".join(event.pcm for event in self.listener.events if isinstance(event, Audio))
        return [int.from_bytes(pcm[place : place + 2], "little") for place in range(0, len(pcm), 2)]

    def _finish(self, utterance: Utterance) -> None:
        self.finished.append(utterance.id)
        self.lane.leave(self.lane.feeds[0])
        self.rendering.begin()


@pytest.fixture
def render() -> Render:
    return Render()


UNIT_0 = [audio_chunk(1, 0, frames=10, ends_unit=False), audio_chunk(1, 0, first_frame=10, frames=5)]
UNIT_1 = [audio_chunk(1, 1, frames=7, is_last=True)]
SOUND = [*range(15), *range(7)]


def test_windows_are_sent_as_they_come_and_the_last_one_finishes(render: Render) -> None:
    arrivals = render.announce(*UNIT_0)
    assert render.heard == list(range(15))
    assert render.finished == []
    arrivals += render.announce(*UNIT_1)
    assert render.heard == SOUND
    assert render.finished == [1]
    assert [arrival.releases for arrival in arrivals] == [1, 1, 1]


def test_the_sample_clock_counts_what_was_sent(render: Render) -> None:
    utterance = render.lane.feeds[0].utterance
    render.announce(*UNIT_0)
    assert utterance.audio_frames == 15


def test_a_window_that_comes_twice_is_sent_once(render: Render) -> None:
    render.announce(UNIT_0[0], UNIT_0[0], UNIT_0[1], UNIT_0[0], *UNIT_1)
    assert render.heard == SOUND
    assert render.finished == [1]
    assert render.cuts == []


def test_a_unit_made_anew_in_other_windows_goes_on_where_it_was(render: Render) -> None:
    render.announce(UNIT_0[0], audio_chunk(1, 0, frames=15), *UNIT_1)
    assert render.heard == SOUND


@pytest.mark.parametrize("arrived", [[UNIT_0[1]], [UNIT_0[0], *UNIT_1], UNIT_1])
def test_a_gap_is_fed_again_and_nothing_behind_it_is_sent(render: Render, arrived: list[Any]) -> None:
    arrivals = render.announce(*arrived)
    before = render.heard
    assert [cut.generation for cut in render.cuts] == [1]
    assert all(arrival.releases == 1 for arrival in arrivals)
    render.announce(audio_chunk(1, 0, frames=15, generation=1), audio_chunk(1, 1, frames=7, is_last=True, generation=1))
    assert render.heard == SOUND
    assert render.heard[: len(before)] == before


def test_a_damaged_slot_is_fed_again(render: Render) -> None:
    arrivals = render.announce(UNIT_0[0], SlotCorrupt("checksum"), UNIT_0[1])
    assert render.heard == list(range(10))
    assert [arrival.releases for arrival in arrivals] == [1, 1, 1]
    assert [cut.generation for cut in render.cuts] == [1]


def test_what_is_older_than_the_last_cut_is_dropped(render: Render) -> None:
    render.lane.rewind("a test")
    arrivals = render.announce(*UNIT_0)
    assert render.heard == []
    assert [arrival.releases for arrival in arrivals] == [1, 1]


def test_a_slot_whose_writer_is_gone_is_not_touched(render: Render) -> None:
    (arrival,) = render.reader.announce(UNIT_0[0])
    arrival.is_void = True
    render.rendering.receive()
    assert render.heard == []
    assert arrival.releases == 0


def test_while_the_client_does_not_read_its_audio_stays_in_the_ring(render: Render) -> None:
    render.has_room = False
    arrivals = render.announce(*UNIT_0)
    assert render.heard == []
    assert [arrival.releases for arrival in arrivals] == [0, 0]
    render.has_room = True
    render.rendering.send()
    assert render.heard == list(range(15))
    assert [arrival.releases for arrival in arrivals] == [1, 1]


def test_without_an_utterance_everything_gives_its_room_back(render: Render) -> None:
    render.lane.arrange([])
    render.has_room = False
    arrivals = render.announce(*UNIT_0)
    assert [arrival.releases for arrival in arrivals] == [1, 1]


def test_the_next_utterance_begins_at_its_first_frame(render: Render) -> None:
    render.lane.arrange([render.lane.feeds[0], render.feed(2)])
    render.announce(*UNIT_0, *UNIT_1)
    render.announce(*(audio_chunk(2, n, frames=4, is_last=n == 1) for n in range(2)))
    assert render.finished == [1, 2]
    assert render.heard == [*SOUND, *range(4), *range(4)]


def test_audio_of_an_utterance_that_is_not_at_the_head_is_dropped(render: Render) -> None:
    render.announce(audio_chunk(9, 0))
    assert render.heard == []


def test_a_silent_unit_takes_its_place(render: Render) -> None:
    render.announce(audio_chunk(1, 0, frames=0), *UNIT_1)
    assert render.heard == list(range(7))
    assert render.finished == [1]


def test_every_use_of_the_hop_is_told_to_who_watches_it(render: Render) -> None:
    uses: list[int] = []
    render.rendering.on_used = lambda: uses.append(1)
    render.announce(*UNIT_0)
    assert len(uses) == 2


def test_one_that_had_to_wait_for_another_is_not_begun_twice_by_a_death(render: Render) -> None:
    first, second, third = render.lane.feeds[0], render.feed(2), render.feed(3)
    render.lane.arrange([first, second])
    render.lane.arrange([first, third, second])  # the second begins anew
    render.lane.arrange([second])
    second.is_open = True
    render.listener.events.clear()
    render.announce(audio_chunk(2, 0, frames=5, generation=render.lane.generation))
    render.lane.rewind("inference died")
    generation = render.lane.generation
    render.announce(*(audio_chunk(2, n, frames=5, is_last=n == 1, generation=generation) for n in range(2)))
    assert render.heard == [*range(5), *range(5)]
    assert second.place[0] == 2


def test_a_client_that_reads_nothing_is_given_up_after_a_while_and_one_that_reads_again_is_not(render: Render) -> None:
    render.has_room = False
    render.announce(*UNIT_0)
    (timer,) = render.loop.waiting
    assert timer.delay_s == PATIENCE_S
    render.has_room = True
    render.rendering.send()
    assert render.loop.waiting == []
    render.has_room = False
    render.announce(*UNIT_1)
    render.loop.fire_all()
    assert render.unread == [1]
