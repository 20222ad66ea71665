"""What one lane of a worker has in hand: arrivals, the chunk being processed, and the result that waits for room.

Only the main thread touches it, but for reading `chunk_in_hand`.
"""

from collections import deque
from collections.abc import Iterator

from utterd.stages.chunks import Chunk, Lane
from utterd.stages.hop import Arrival, HopReader, HopWriter, SlotCorrupt
from utterd.stages.reports import SlotLost
from utterd.stages.work import Reporter, Stage


class LaneWork:
    """The live or the render half of a worker's work."""

    def __init__(self, lane: Lane, reader: HopReader, writer: HopWriter, generation: int) -> None:
        self.lane = lane
        self.reader = reader
        self.writer = writer
        self.generation = generation
        """Chunks of an older one are dropped unseen."""
        self.chunk_in_hand: Chunk | None = None
        self._waiting: deque[Arrival] = deque()
        self._results: Iterator[Chunk] | None = None
        self._pending: Chunk | None = None
        """Made, but the ring was full."""
        self._last_sent: Chunk | None = None

    def __repr__(self) -> str:
        return f"<LaneWork {self.lane} generation={self.generation} waiting={len(self._waiting)} {self.writer!r}>"

    def receive(self) -> None:
        """Take in what has been announced, and what room has come back."""
        self._waiting.extend(self.reader.receive())
        self.writer.collect_credit()

    @property
    def can_go_on(self) -> bool:
        """Whether there is something to do that does not have to wait for room."""
        if self._pending is not None:
            return self.writer.has_room
        return self._results is not None or bool(self._waiting)

    def take(self, stage: Stage, report: Reporter) -> bool:
        """Have a chunk in hand: the present one, or the next that is neither stale nor damaged."""
        while self.chunk_in_hand is None:
            if not self._waiting:
                return False
            arrival = self._waiting.popleft()
            chunk = None if arrival.is_void else self._read(arrival, report)
            if chunk is not None and chunk.header.generation >= self.generation:
                self.generation = chunk.header.generation
                self.chunk_in_hand = chunk
                self._results = stage.process(chunk, report)
        return True

    def step(self) -> None:
        """Make or send one chunk of what is in hand. Raises what `Stage.process` raises."""
        if self._pending is None:
            assert self._results is not None
            self._pending = next(self._results, None)
            if self._pending is None:
                self.drop()
                return
        if self.writer.try_send(self._pending):
            self._last_sent, self._pending = self._pending, None

    def cut(self, generation: int) -> None:
        """Drop what is older than `generation`: now if it is in hand, unseen when its turn comes otherwise."""
        self.generation = max(self.generation, generation)
        if self.chunk_in_hand is not None and self.chunk_in_hand.header.generation < self.generation:
            self.drop()

    def drop(self) -> None:
        """Let go of the chunk in hand."""
        self.chunk_in_hand = self._results = self._pending = self._last_sent = None

    def retry(self, stage: Stage, report: Reporter) -> None:
        """Begin the chunk in hand anew, behind what has been made of it."""
        assert self.chunk_in_hand is not None
        self.chunk_in_hand = stage.resume(self.chunk_in_hand, self._pending or self._last_sent)
        self._results = stage.process(self.chunk_in_hand, report)

    def _read(self, arrival: Arrival, report: Reporter) -> Chunk | None:
        try:
            return arrival.read()
        except SlotCorrupt as error:
            report(SlotLost(stage=self.reader.name, lane=self.lane, reason=str(error)))
            return None
        finally:
            arrival.release()
