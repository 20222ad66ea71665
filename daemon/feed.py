"""One utterance's text on its way into the stages: what has been sent, and what must be sent again after a death."""

from collections import deque

from utterd.daemon.utterance import Utterance
from utterd.stages.chunks import ChunkHeader, TextChunk
from utterd.stages.g2p.segment import Segmenter, Unit


class Feed:
    """Cuts the text lazily into units, and keeps every unit until it has been played.

    The daemon's event loop is its only user. Units are numbered by `sequence`, as in the chunks made of them.
    """

    def __init__(self, utterance: Utterance) -> None:
        self.utterance = utterance
        self._segmenter = iter(Segmenter(utterance.text))
        self._units: deque[Unit] = deque()
        """Not played yet, in order; the first is unit `_first`."""
        self._first = 0
        self._cursor = 0
        """The next unit to send."""
        self._buffered = 0
        """Units before this one are with the output stage, or played."""
        self._skip: tuple[int, int] = (0, 0)
        """(sequence, frames): of this unit so many frames have been played by an output stage that died."""
        self._is_cut_up = False
        self.has_begun = False
        """Something of it was sent, and has not been given up since: stages may hold parts of it."""
        self.since_generation = 0
        """It was begun in this one; what stages say of it while they are behind that is of no account."""
        self.is_open = False
        """The sound of a first unit has been made. Only then is more sent: until then nothing is to compete with it."""

    def __repr__(self) -> str:
        return f"<Feed {self.utterance.id} played={self._first} buffered={self._buffered} sent={self._cursor}>"

    @property
    def must_wait(self) -> bool:
        """The first unit is being made, and nothing is to be sent beside it."""
        return self._cursor > 0 and not self.is_open

    @property
    def is_played_out(self) -> bool:
        """Every unit has been played."""
        return self._find(self._first) is None

    @property
    def place(self) -> tuple[int, int]:
        """(sequence, frame) of the first sound that a new output stage will be given."""
        sequence, frames = self._skip
        return (sequence, frames) if sequence >= self._first else (self._first, 0)

    def progress(self, sequence: int, *, ended: bool) -> int:
        """How far the text has been spoken, in code points, when this unit is under way, or has just ended."""
        unit = self._find(sequence)
        assert unit is not None, "a unit that sounds has not been played"
        return unit.char_start + (len(unit.text) if ended else 0)

    def next_chunk(self, generation: int) -> TextChunk | None:
        """The next unit to send, without counting it as sent; None if all are."""
        unit = self._find(self._cursor)
        if unit is None:
            return None
        sequence, frames = self._skip
        return TextChunk(
            header=ChunkHeader(
                utterance_id=self.utterance.id,
                generation=generation,
                sequence=unit.index,
                is_last=unit.is_last,
            ),
            speaking=self.utterance.speaking,
            text=unit.text,
            char_start=unit.char_start,
            pause=unit.pause,
            first_frame=frames if unit.index == sequence else 0,
            trace={"received": self.utterance.received_at_ns} if unit.index == 0 else {},
        )

    def sent(self) -> None:
        """The chunk from `next_chunk` is on its way."""
        self._cursor += 1
        self.has_begun = True

    def buffered(self, sequence: int) -> None:
        """The output stage holds this unit: nobody upstream is needed for it."""
        self._buffered = max(self._buffered, sequence + 1)
        self._cursor = max(self._cursor, self._buffered)  # the news may be older than a rewind, and true all the same
        self.is_open = True

    def lost(self, sequence: int) -> None:
        """The output stage says that it does not hold this unit, nor any behind it."""
        self._buffered = min(self._buffered, max(sequence, self.place[0]))

    def played(self, sequence: int) -> None:
        """This unit has been played: it will never be needed again."""
        self.buffered(sequence)
        while self._units and self._first <= sequence:
            self._units.popleft()
            self._first += 1

    def rewind_to_buffered(self) -> None:
        """Send again what the output stage does not hold."""
        self._cursor = self._buffered

    def begin_anew(self, generation: int) -> None:
        """Another one goes first: stages drop what they hold, nothing of which was heard, and all is sent again."""
        self._segmenter, self._is_cut_up = iter(Segmenter(self.utterance.text)), False
        self._units.clear()
        self._first = self._cursor = self._buffered = 0
        self._skip = (0, 0)
        self.has_begun = self.is_open = False
        self.since_generation = generation

    def rewind_to_unplayed(self, sequence: int = 0, frames: int = 0) -> None:
        """Send again what has not been played: no stage holds anything of it any more.

        Args:
            sequence, frames: how far it is known to have come in playing.
        """
        self._skip = max((sequence, frames), self.place)
        self._cursor = self._buffered = self._skip[0]
        self.has_begun = False
        self.is_open = self._cursor > 0

    def _find(self, sequence: int) -> Unit | None:
        while sequence - self._first >= len(self._units) and not self._is_cut_up:
            unit = next(self._segmenter, None)
            if unit is None:
                self._is_cut_up = True
            else:
                self._units.append(unit)
        index = sequence - self._first
        return self._units[index] if 0 <= index < len(self._units) else None
