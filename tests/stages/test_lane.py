"""One lane of a worker, with stand-ins for the ends of its hops."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from rig.texts import text_chunk

from utterd.stages.chunks import Chunk, TextChunk
from utterd.stages.hop import SlotCorrupt
from utterd.stages.lane import LaneWork
from utterd.stages.reports import Report, SlotLost
from utterd.stages.work import ChunkFailed, ChunkInterrupted, Reporter


@dataclass
class FakeArrival:
    chunk: Chunk | None
    """None: the slot is damaged."""
    is_void: bool = False
    was_read: bool = False
    released: int = 0

    def read(self) -> Chunk:
        self.was_read = True
        if self.chunk is None:
            raise SlotCorrupt("checksum is wrong")
        return self.chunk

    def release(self) -> None:
        self.released += 1


class FakeReader:
    name = "text.live"

    def __init__(self) -> None:
        self.announced: list[FakeArrival] = []

    def announce(self, chunk: Chunk | None, **more: bool) -> FakeArrival:
        self.announced.append(FakeArrival(chunk, **more))
        return self.announced[-1]

    def receive(self) -> list[FakeArrival]:
        announced, self.announced = self.announced, []
        return announced


@dataclass
class FakeWriter:
    room: int = 100
    sent: list[Chunk] = field(default_factory=list)
    credit: int = 0

    @property
    def has_room(self) -> bool:
        return self.room > 0

    def try_send(self, chunk: Chunk) -> bool:
        if not self.has_room:
            return False
        self.room -= 1
        self.sent.append(chunk)
        return True

    def collect_credit(self) -> int:
        self.room, self.credit = self.room + self.credit, 0
        return self.room


class NumberingStage:
    """Makes as many chunks as the text says, numbered by `first_frame`."""

    def __init__(self) -> None:
        self.trouble: deque[Exception] = deque()
        """Raised before the next chunks are made, one each."""
        self.begun: list[int] = []

    def process(self, chunk: TextChunk, report: Reporter) -> Iterator[TextChunk]:
        self.begun.append(chunk.header.sequence)
        for number in range(chunk.first_frame, int(chunk.text)):
            if self.trouble:
                raise self.trouble.popleft()
            yield replace(chunk, first_frame=number)

    def resume(self, chunk: TextChunk, sent: Chunk | None) -> TextChunk:
        return replace(chunk, first_frame=sent.first_frame + 1) if isinstance(sent, TextChunk) else chunk

    def interrupt(self) -> None:
        raise AssertionError("the lane interrupts nothing by itself")


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader()


@pytest.fixture
def writer() -> FakeWriter:
    return FakeWriter()


@pytest.fixture
def lane(reader, writer) -> LaneWork:
    return LaneWork("live", reader, writer, generation=0)


@pytest.fixture
def stage() -> NumberingStage:
    return NumberingStage()


@pytest.fixture
def reports() -> list[Report]:
    return []


def go_on(lane: LaneWork, stage: NumberingStage, reports: list[Report]) -> None:
    """As the worker does, until there is nothing to do."""
    lane.receive()
    while lane.can_go_on and lane.take(stage, reports.append):
        lane.step()


def sent(writer: FakeWriter) -> list[tuple[int, int]]:
    return [(chunk.header.sequence, chunk.first_frame) for chunk in writer.sent]


def test_work_is_done_in_the_order_it_was_announced(lane, reader, writer, stage, reports):
    arrivals = [reader.announce(text_chunk("2", sequence=n)) for n in range(3)]
    go_on(lane, stage, reports)
    assert sent(writer) == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    assert [arrival.released for arrival in arrivals] == [1, 1, 1]
    assert not lane.can_go_on


def test_a_result_waits_for_room_and_nothing_is_made_meanwhile(lane, reader, writer, stage, reports):
    reader.announce(text_chunk("4"))
    writer.room = 1
    go_on(lane, stage, reports)
    assert sent(writer) == [(0, 0)]
    assert not lane.can_go_on
    writer.credit = 2
    go_on(lane, stage, reports)
    assert sent(writer) == [(0, 0), (0, 1), (0, 2)]
    writer.credit = 5
    go_on(lane, stage, reports)
    assert sent(writer) == [(0, n) for n in range(4)]


def test_chunks_of_an_older_generation_are_released_and_not_processed(lane, reader, writer, stage, reports):
    lane.cut(2)
    old = reader.announce(text_chunk("1", generation=1))
    reader.announce(text_chunk("1", generation=2, sequence=1))
    go_on(lane, stage, reports)
    assert stage.begun == [1]
    assert old.released == 1


def test_a_newer_chunk_raises_the_generation_by_itself(lane, reader, stage, reports):
    reader.announce(text_chunk("1", generation=5))
    reader.announce(text_chunk("1", generation=4, sequence=1))
    go_on(lane, stage, reports)
    assert stage.begun == [0]
    assert lane.generation == 5


def test_a_cut_drops_older_work_in_hand_and_what_was_made_of_it(lane, reader, writer, stage, reports):
    reader.announce(text_chunk("3"))
    writer.room = 0
    go_on(lane, stage, reports)
    lane.cut(1)
    assert lane.chunk_in_hand is None
    writer.credit = 5
    go_on(lane, stage, reports)
    assert sent(writer) == []


def test_a_cut_leaves_work_of_the_new_generation_alone(lane, reader, writer, stage, reports):
    reader.announce(text_chunk("3", generation=1))
    writer.room = 1
    go_on(lane, stage, reports)
    lane.cut(1)
    writer.credit = 5
    go_on(lane, stage, reports)
    assert sent(writer) == [(0, 0), (0, 1), (0, 2)]


def test_generations_never_go_back(lane):
    lane.cut(3)
    lane.cut(2)
    assert lane.generation == 3


def test_a_damaged_slot_is_reported_released_and_skipped(lane, reader, stage, reports):
    damaged = reader.announce(None)
    reader.announce(text_chunk("1", sequence=1))
    go_on(lane, stage, reports)
    assert reports == [SlotLost(stage="text.live", lane="live", reason="checksum is wrong")]
    assert damaged.released == 1
    assert stage.begun == [1]


def test_what_a_dead_writer_announced_is_not_even_read(lane, reader, stage, reports):
    void = reader.announce(text_chunk("1"), is_void=True)
    go_on(lane, stage, reports)
    assert stage.begun == []
    assert not void.was_read


@pytest.mark.parametrize("room", [0, 1, 2, 3])
def test_a_unit_that_is_retried_goes_on_behind_what_was_made_of_it(lane, reader, writer, stage, reports, room):
    reader.announce(text_chunk("5"))
    writer.room = room
    go_on(lane, stage, reports)
    stage.trouble.append(ChunkInterrupted())
    writer.credit = 100
    with pytest.raises(ChunkInterrupted):
        go_on(lane, stage, reports)
    lane.retry(stage, reports.append)
    go_on(lane, stage, reports)
    assert sent(writer) == [(0, n) for n in range(5)]


def test_a_unit_interrupted_before_anything_was_made_of_it_begins_anew(lane, reader, writer, stage, reports):
    reader.announce(text_chunk("2", sequence=0))
    go_on(lane, stage, reports)
    reader.announce(text_chunk("2", sequence=1))
    stage.trouble.append(ChunkInterrupted())
    with pytest.raises(ChunkInterrupted):
        go_on(lane, stage, reports)
    lane.retry(stage, reports.append)
    go_on(lane, stage, reports)
    assert sent(writer) == [(0, 0), (0, 1), (1, 0), (1, 1)], "the unit before is no part of it"


def test_a_unit_that_fails_can_be_dropped_and_the_next_goes_on(lane, reader, writer, stage, reports):
    reader.announce(text_chunk("2", sequence=0))
    reader.announce(text_chunk("2", sequence=1))
    stage.trouble.append(ChunkFailed("synthesis_failed", "no"))
    with pytest.raises(ChunkFailed):
        go_on(lane, stage, reports)
    lane.drop()
    go_on(lane, stage, reports)
    assert sent(writer) == [(1, 0), (1, 1)]


def test_repr_shows_what_waits(lane, reader):
    reader.announce(text_chunk("1"))
    lane.receive()
    assert repr(lane).startswith("<LaneWork live generation=0 waiting=1 ")
