"""One utterance's audio on its way to the device: put in order, without gap or repetition, and kept for going back.

Chunks may come late, twice, in disorder, or again after a rewind. What counts is where each lies: `(sequence,
first_frame)`. The track knows the place it expects next; earlier frames are trimmed away, later chunks held back.
"""

import numpy as np

from utterd.stages.chunks import SAMPLE_RATE_HZ, AudioChunk, Passing
from utterd.stages.output.part import Part, Release, Samples, Taken, last_word, lead_place, nothing
from utterd.stages.pcm import FADE_FRAMES, fade_in

KEPT_FRAMES = 120 * SAMPLE_RATE_HZ
"""Sound that has been played and is kept for going back: two minutes, 11.5 MB, while its utterance lasts."""


class Track:
    """The audio of one utterance. Only the output stage's main thread uses it."""

    def __init__(
        self, utterance_id: int, *, sequence: int = 0, frame: int | None = 0, kept_frames: int = KEPT_FRAMES
    ) -> None:
        self.utterance_id = utterance_id
        self.sequence, self.frame = sequence, frame
        """The place expected next. Frame None: wherever the first chunk of that unit begins."""
        self.is_complete = False
        """The last frame of the utterance is here."""
        self.buffered_frames = 0
        """Contiguous, not taken yet."""
        self.taken_frames = 0
        """Since this track was made: the utterance's sample clock."""
        self.underruns = 0
        self.audible_at: int | None = None
        """The first audible frame, on the sample clock, once it has been taken."""
        self.trace: dict[str, int] = {}
        """Of the first chunk."""
        self._parts: list[Part] = []
        self._at = 0
        """Index of the part that is played next; those before it have been."""
        self._kept_frames = kept_frames
        self._has_start = sequence == 0 and frame == 0
        """The first part is the utterance's first."""
        self._fades_in_next = False
        """The next chunk is at another speed: its edge must be no step."""
        self._held: dict[tuple[int, int], tuple[AudioChunk, Release]] = {}

    def __repr__(self) -> str:
        state = "complete" if self.is_complete else f"expects {self.sequence}+{self.frame}"
        return f"<Track {self.utterance_id} {state} buffered={self.buffered_frames} held={len(self._held)}>"

    @property
    def held(self) -> int:
        """Chunks that cannot be played because an earlier one is missing."""
        return len(self._held)

    @property
    def is_played_out(self) -> bool:
        return self.is_complete and self._at == len(self._parts)

    @property
    def place(self) -> tuple[int, int]:
        """(sequence, frame) of the next frame to be taken."""
        if self._at < len(self._parts):
            part = self._parts[self._at]
            return part.sequence, part.first_frame + part.taken
        return self.sequence, self.frame or 0

    # In

    def add(self, chunk: AudioChunk, release: Release) -> list[int]:
        """Take a chunk in; the sequences of the units that are whole now.

        `release` is called when the chunk's last frame has been taken, or at once if there is none to take.
        """
        if not self.trace:
            self.trace = chunk.trace
        key = (chunk.header.sequence, chunk.first_frame)
        if self.frame is None and chunk.header.sequence == self.sequence:
            self.frame = chunk.first_frame
        if self.frame is None or key > (self.sequence, self.frame):
            if key in self._held or key < (self.sequence, 0):
                release()
            else:
                self._held[key] = (chunk, release)
            return []
        ended = self._append(chunk, release)
        while self._held and (first := min(self._held)) <= (self.sequence, self.frame or 0):
            ended += self._append(*self._held.pop(first))
        return ended

    def _append(self, chunk: AudioChunk, release: Release) -> list[int]:
        """A chunk that starts at or before the expected place; what was there already is trimmed away.

        One that ends the unit ends it here even where it ends too early: synthesis began anew and came out shorter.
        """
        assert self.frame is not None
        if chunk.header.sequence < self.sequence or self.is_complete:
            release()
            return []
        samples = np.frombuffer(chunk.pcm, np.float32)[self.frame - chunk.first_frame :]
        if chunk.gain != 1.0:
            samples = samples * np.float32(chunk.gain)
        if self._fades_in_next and len(samples):
            samples = fade_in(samples, FADE_FRAMES)
            self._fades_in_next = False
        if not len(samples):
            release()  # now: a run of silent units would fill the ring, and what comes behind them could never arrive
            release = nothing
        passings = tuple(passing for passing in chunk.passings if passing.frame >= self.frame)
        if len(samples) or chunk.ends_unit:
            part = Part(chunk.header.sequence, self.frame, samples, chunk.ends_unit, passings, release)
            self._parts.append(part)
        self.buffered_frames += len(samples)
        self.frame += len(samples)
        if not chunk.ends_unit:
            return []
        self.is_complete = chunk.header.is_last
        self.sequence, self.frame = self.sequence + 1, 0
        return [chunk.header.sequence]

    # Out

    def take(self, frames: int) -> Taken | None:
        """At most `frames` contiguous frames; None if there are none."""
        pieces: list[Samples] = []
        units_ended: list[int] = []
        passings: list[tuple[int, Passing]] = []
        sequence = frame_end = length = 0
        while self._at < len(self._parts) and (length < frames or not self._parts[self._at].left):
            part = self._parts[self._at]
            begin = part.first_frame + part.taken
            piece = part.samples[part.taken : part.taken + frames - length]
            part.taken += len(piece)
            end = begin + len(piece)
            passings += ((length + p.frame - begin, p) for p in part.passings if begin <= p.frame < end)
            pieces.append(piece)
            length += len(piece)
            sequence, frame_end = part.sequence, end
            if not part.left:
                passings += ((length, p) for p in part.passings if p.frame >= end)  # behind the unit's last frame
                part.let_go()
                self._at += 1
                if part.ends_unit:
                    units_ended.append(part.sequence)
        if not pieces:
            return None
        samples = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        self.buffered_frames -= length
        self.taken_frames += length
        self._forget()
        return Taken(
            samples=samples,
            sequence=sequence,
            frame_end=frame_end,
            units_ended=tuple(units_ended),
            passings=tuple(passings),
        )

    def peek(self, frames: int) -> Samples:
        """What `take` would give, without taking it."""
        pieces = [np.zeros(0, np.float32)]
        for part in self._parts[self._at :]:
            if frames <= 0:
                break
            pieces.append(part.samples[part.taken : part.taken + frames])
            frames -= len(pieces[-1])
        return np.concatenate(pieces)

    def _forget(self) -> None:
        """Keep no more of what has been played than was agreed."""
        kept = sum(len(part.samples) for part in self._parts[: self._at])
        while self._at and kept - len(self._parts[0].samples) >= self._kept_frames:
            kept -= len(self._parts.pop(0).samples)
            self._at -= 1
            self._has_start = False

    # To and fro

    def turn_back(self, frames: int) -> int:
        """Frames that were taken and not heard are to be taken again; how many there were. The clock goes back, too."""
        moved = self._step_back(frames)
        self.taken_frames -= moved
        if self.audible_at is not None and self.audible_at >= self.taken_frames:
            self.audible_at = None
        return moved

    def seek_back(self, frames: int) -> None:
        """Hear the last so many frames again, or as many as are kept. The clock goes on."""
        self._step_back(frames)

    def seek(self, char: int) -> bool:
        """Go on at the first word that ends behind `char`; False if that is not here. The clock goes on.

        Behind the last word of a complete utterance is its end.
        """
        is_first = True
        for index, part in enumerate(self._parts):
            for passing in part.passings:
                if passing.mark:
                    continue
                if passing.char_end > char:
                    if is_first and passing.char_start > char and not self._has_start:
                        return False  # there may be a nearer one before what is kept
                    self._move(*lead_place(self._parts, index, passing))
                    return True
                is_first = False
        if self.is_complete:
            self._move(len(self._parts), 0)
        return self.is_complete

    def trim(self, ahead_frames: int) -> tuple[int, int] | None:
        """Drop what comes behind the next word's beginning that is at least so far ahead; it will be made anew.

        Returns:
            (sequence, char) from where on it is wanted again; char 0: the whole unit. None: all of it is here, and so
            little that it may as well be played.
        """
        cut = self._find_cut(ahead_frames)
        if cut is None:
            return None
        index, offset, sequence, char = cut
        for part in self._parts[index + 1 :]:
            part.let_go()
        del self._parts[index + 1 :]
        self.drop_held()
        if index < len(self._parts):
            self._parts[index].cut_at(offset)
        self.buffered_frames = sum(part.left for part in self._parts[self._at :])
        self.sequence, self.frame, self.is_complete = sequence, None, False
        self._fades_in_next = True
        return sequence, char

    def _find_cut(self, ahead_frames: int) -> tuple[int, int, int, int] | None:
        """Index of the part to cut, how many of its frames stay, and (sequence, char) to go on from."""
        last = None
        distance = 0
        for index in range(self._at, len(self._parts)):
            part = self._parts[index]
            for passing in part.passings:
                offset = part.lead_to(passing)
                if passing.mark or offset < part.taken + FADE_FRAMES:
                    continue
                last = index, offset, part.sequence, passing.char_start
                if distance + offset - part.taken >= ahead_frames:
                    return last
            distance += part.left
        if self.is_complete:
            return None
        if not self.frame:
            return len(self._parts), 0, self.sequence, 0  # a unit ends with what is here
        if last is not None and last[2] == self.sequence:
            return last
        # In the middle of a word, and nothing more is here: it is said once more.
        word = last_word(self._parts)
        return len(self._parts), 0, self.sequence, word.char_start if word else 0

    def _step_back(self, frames: int) -> int:
        moved = 0
        while moved < frames:
            if self._at < len(self._parts) and self._parts[self._at].taken:
                part = self._parts[self._at]
                step = min(frames - moved, part.taken)
                part.taken -= step
                moved += step
            elif self._at:
                self._at -= 1
            else:
                break
        self.buffered_frames += moved
        return moved

    def _move(self, index: int, offset: int) -> None:
        for number, part in enumerate(self._parts):
            part.taken = len(part.samples) if number < index else offset if number == index else 0
            if number < index:
                part.let_go()
        self._at = index
        self.buffered_frames = sum(part.left for part in self._parts[index:])

    # Away

    def drop_held(self, *, before_generation: int | None = None) -> None:
        """Let go of what came too early, or of the older part of it; it will be sent again."""
        for key, (chunk, release) in list(self._held.items()):
            if before_generation is None or chunk.header.generation < before_generation:
                release()
                del self._held[key]

    def drop(self) -> None:
        """Let go of everything."""
        self.drop_held()
        for part in self._parts:
            part.let_go()
        self._parts.clear()
        self._at = 0
        self.buffered_frames = 0
