"""One utterance's text on its way into the stages: what has been sent, and what must be sent again after a death."""

from dataclasses import replace

from utterd.client.messages import GAIN_RANGE, PITCH_RANGE, SPEED_RANGE
from utterd.daemon.units import FedUnit, Units
from utterd.daemon.utterance import Utterance
from utterd.stages.chunks import ChunkHeader, Speaking, TextChunk


class Feed:
    """Sends the units of one utterance, and knows how far they have come.

    The daemon's event loop is its only user. Units are numbered by `sequence`, as in the chunks made of them.
    """

    def __init__(self, utterance: Utterance) -> None:
        self.utterance = utterance
        self.units: Units = utterance.units
        self._first = 0
        """The first unit that has not been played."""
        self._cursor = 0
        """The next unit to send."""
        self._buffered = 0
        """Units before this one are with the output stage, or played."""
        self._skip: tuple[int, int] = (0, 0)
        """(sequence, frames): of this unit so many frames have been played by an output stage that died."""
        self._from: tuple[int, int] = (0, 0)
        """(sequence, char): this unit begins at the word there, after a seek."""
        self._anew: tuple[int, int] = (-1, 0)
        """(sequence, char): of this unit the output stage holds what comes before that word, in an earlier manner."""
        self._manner_since = 0
        """From this unit on, all is made in the present manner (speed, pitch)."""
        self.has_begun = False
        """Something of it was sent, and has not been given up since: stages may hold parts of it."""
        self.since_generation = 0
        """It was begun in this one; what stages say of it while they are behind that is of no account."""
        self.is_open = False
        """The sound of a first unit has been made. Only then is more sent: until then nothing is to compete with it."""
        self.is_in_output = False
        """The output stage has said something of it, as it is now."""
        self.is_held = False
        """The output stage has been asked from where on it wants this anew: nothing is sent before its answer."""

    def __repr__(self) -> str:
        return f"<Feed {self.utterance.id} played={self._first} buffered={self._buffered} sent={self._cursor}>"

    @property
    def must_wait(self) -> bool:
        """The first unit is being made, and nothing is to be sent beside it."""
        return self.is_held or (self._cursor > self._from[0] and not self.is_open)

    @property
    def is_waiting_for_text(self) -> bool:
        """All that is written has been sent, and more will be written."""
        return self.units.is_open and self.units.get(self._cursor) is None

    @property
    def is_played_out(self) -> bool:
        """Every unit has been played."""
        return not self.units.is_open and self.units.get(self._first) is None

    @property
    def place(self) -> tuple[int, int]:
        """(sequence, frame) of the first sound that a new output stage will be given; frame -1: a word's beginning."""
        sequence, frames = self._skip
        if sequence >= self._first and frames > 0:
            return sequence, frames
        first = max(sequence, self._first)
        return (first, -1) if self._from[0] == first and self._from[1] else (first, 0)

    def progress(self, sequence: int, *, ended: bool) -> int:
        """How far the script has been spoken, in code points, when this unit is under way, or has just ended."""
        unit = self.units.get(sequence)
        assert unit is not None, "a unit that sounds has been sent"
        return unit.char_end if ended else unit.char_start

    def next_chunk(self, generation: int) -> TextChunk | None:
        """The next unit to send, without counting it as sent; None if all are."""
        unit = self.units.get(self._cursor)
        if unit is None:
            return None
        sequence, frames = self._skip
        return TextChunk(
            header=ChunkHeader(
                utterance_id=self.utterance.id,
                generation=generation,
                sequence=self._cursor,
                is_last=unit.is_last,
            ),
            speaking=self._speaking(unit),
            text=unit.text,
            char_start=unit.char_start,
            pause=unit.pause,
            pause_ms=unit.pause_ms,
            first_frame=frames if self._cursor == sequence else 0,
            from_char=next((char for unit_of, char in (self._anew, self._from) if unit_of == self._cursor), 0),
            instructions=unit.instructions,
            marks=unit.marks,
            trace={"received": self.utterance.received_at_ns} if self._cursor == 0 else {},
        )

    def sent(self) -> None:
        """The chunk from `next_chunk` is on its way."""
        self._cursor += 1
        self.has_begun = True

    def buffered(self, sequence: int) -> None:
        """The output stage holds this unit: nobody upstream is needed for it."""
        self.is_in_output = True
        self._buffered = max(self._buffered, sequence + 1)
        self._cursor = max(self._cursor, self._buffered)  # the news may be older than a rewind, and true all the same
        self.is_open = True

    def lost(self, sequence: int) -> None:
        """The output stage says that it does not hold this unit, nor any behind it."""
        self._buffered = min(self._buffered, max(sequence, self.place[0]))

    def played(self, sequence: int) -> None:
        """This unit has been played: it will not be needed again, unless somebody goes back."""
        self.buffered(sequence)
        self._first = max(self._first, sequence + 1)

    def went_to(self, sequence: int, frame: int) -> None:
        """The output stage goes on here, in what it holds."""
        self._first = sequence
        self._skip = (sequence, frame)
        self.buffered(sequence - 1)

    def rewind_to_buffered(self) -> None:
        """Send again what the output stage does not hold."""
        self._cursor = self._buffered

    def begin_anew(self, generation: int, char: int = 0) -> bool:
        """Stages drop what they hold; all is sent again, from the word at `char` on.

        Returns:
            Whether there is something from there on; if not, nothing is left to be sent.
        """
        sequence = self.units.sequence_at(char) if char else 0
        is_there = sequence is not None
        if sequence is None:
            sequence, char = self.units.count, 0
        self._first = self._cursor = self._buffered = sequence
        self._skip, self._from = (sequence, 0), (sequence, char)
        self._anew, self._manner_since = (-1, 0), 0
        self.has_begun = self.is_open = self.is_held = self.is_in_output = False
        self.since_generation = generation
        return is_there

    def hold(self) -> None:
        """It is to go on in another manner; the output stage will say from where on."""
        self.is_held = True
        self._manner_since = self._cursor

    def restart_from(self, sequence: int, char: int) -> None:
        """The output stage has dropped what comes from this word on: it is to be made anew."""
        self._cursor = self._buffered = sequence
        self._anew, self._manner_since = (sequence, char), sequence + 1
        self.is_held = False

    def rewind_to_unplayed(self, sequence: int = 0, frames: int = 0) -> None:
        """Send again what has not been played: no stage holds anything of it any more.

        Args:
            sequence, frames: how far it is known to have come in playing.
        """
        known_sequence, known_frames = self.place
        if frames and sequence < self._manner_since:  # they were counted at another speed: go by the word
            frames, self._from = 0, (sequence, self._heard_in(sequence))
            known_sequence, known_frames = sequence, 0
        self._anew, self._manner_since = (-1, 0), 0
        self._skip = max((sequence, frames), (known_sequence, max(0, known_frames)))
        self._first = self._cursor = self._buffered = self._skip[0]
        self.has_begun = self.is_held = self.is_in_output = False
        self.is_open = self._cursor > self._from[0]

    def _heard_in(self, sequence: int) -> int:
        """The place of the word heard last, if it is in this unit; 0 otherwise: the whole of it."""
        unit = self.units.get(sequence)
        char = self.utterance.heard_char
        return char if unit is not None and unit.char_start < char < unit.char_end else 0

    def _speaking(self, unit: FedUnit) -> Speaking:
        speaking, style = self.utterance.speaking, unit.style
        voice, language = self.utterance.voices_of.get((style.voice, style.language), (None, None))
        return replace(
            speaking,
            voice=voice or speaking.voice,
            language=language or speaking.language,
            speed=_within(speaking.speed * style.rate, SPEED_RANGE),
            pitch=_within(speaking.pitch + style.pitch, PITCH_RANGE),
            gain=_within(speaking.gain * style.gain, GAIN_RANGE),
        )


def _within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])
