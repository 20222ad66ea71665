"""Where in a unit's sound each word begins, by the model's own durations: what word events and seeking go by."""

import itertools

import numpy as np
import numpy.typing as npt

from utterd.stages.chunks import Passing, PhonemeChunk, Piece
from utterd.stages.inference.synthesizer import LEAD_FRAMES, Speech
from utterd.stages.inference.unit import Stretch


class Passings:
    """Those of one unit, piece by piece as its pieces are made, and taken window by window."""

    def __init__(self, chunk: PhonemeChunk) -> None:
        self._from_char = chunk.from_char
        self._from_frame = chunk.first_frame
        self._marks = list(chunk.marks)
        self._waiting: list[Passing] = []
        self.first_frame = 0
        """Where to begin: before the first word that ends behind `from_char`, as far as pieces have been added."""
        self._has_begun = chunk.from_char == 0

    def add(self, piece: Piece, speech: Speech, stretch: Stretch, piece_start: int) -> None:
        """The words of the piece that begins at frame `piece_start` of the unit."""
        onsets = token_onsets(len(piece.tokens), speech.token_frames, speech.total_frames)
        for word in piece.words:
            frame = piece_start + int(np.clip(onsets[word.token_start] - stretch.start, 0, stretch.length))
            if not self._has_begun:
                if word.char_end <= self._from_char:
                    continue
                self._has_begun = True
                self.first_frame = max(0, frame - LEAD_FRAMES)
            while self._marks and self._marks[0].char_start <= word.char_start:
                self._pass_mark(frame)
            if frame >= self._from_frame:  # others were passed before the unit had to be begun again
                self._waiting.append(Passing(frame=frame, char_start=word.char_start, char_end=word.char_end))
        if not self._has_begun:  # nothing of this piece is wanted
            self.first_frame = piece_start + stretch.length

    def take(self, frame: int, *, is_last: bool) -> tuple[Passing, ...]:
        """Those before this frame that have not been taken; all that is left with the last window."""
        if is_last:
            while self._marks:  # behind the last word
                self._pass_mark(max(0, frame - 1))
        taken = tuple(itertools.takewhile(lambda passing: is_last or passing.frame < frame, self._waiting))
        del self._waiting[: len(taken)]
        return taken

    def _pass_mark(self, frame: int) -> None:
        mark = self._marks.pop(0)
        if mark.char_start >= self._from_char and frame >= self._from_frame:
            place = mark.char_start
            self._waiting.append(Passing(frame=frame, char_start=place, char_end=place, mark=mark.name))


def token_onsets(tokens: int, token_frames: npt.NDArray[np.int64] | None, total_frames: int) -> npt.NDArray[np.int64]:
    """The frame at which each token of a piece begins, and behind the last one its end: shape (tokens + 1,).

    A model that tells no durations is taken to give every token the same time.
    """
    if token_frames is None or len(token_frames) != tokens + 2:
        return np.linspace(0, total_frames, tokens + 1).astype(np.int64)
    onsets: npt.NDArray[np.int64] = np.cumsum(token_frames)[: tokens + 1]
    return onsets
