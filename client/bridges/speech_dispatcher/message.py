"""One message of speech-dispatcher's, on its way through the daemon. No I/O."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from utterd.client.bridges.speech_dispatcher.markup import Detail, Document, Kind, Piece, write
from utterd.client.bridges.speech_dispatcher.voice import Voice, Wanted, choose_voice
from utterd.client.messages import ErrorCode, Speak

CLIENT: Final = "speech-dispatcher"

MOST_ATTEMPTS: Final = 5
"""Connections that may be lost over one message. One may be to a daemon that is just dying."""

_OF_THE_VOICE: Final = (ErrorCode.UNKNOWN_VOICE, ErrorCode.UNKNOWN_LANGUAGE, ErrorCode.BAD_FIELD)
_OF_THE_TEXT: Final = (ErrorCode.BAD_MARKUP, ErrorCode.TEXT_TOO_LONG)


class Message:
    """What is spoken, how far it has come, and how to ask for the rest of it, or more simply."""

    def __init__(self, kind: str, pieces: Sequence[Piece], wanted: Wanted) -> None:
        self.request_id: int | None = None
        """Of the Speak that asks for it; None while no daemon has been asked."""
        self.has_begun = False
        """The server has been told that it is heard."""
        self._kind = kind
        self._wanted = wanted
        self._pieces: Sequence[Piece] = pieces
        self._detail = Detail.ALL
        self._takes_any_voice = False
        self._document = Document(text="", markup="none", marks=(), pieces=(), ends=())
        self._marks_told = 0
        self._heard_to = 0
        """Where in the document the last word begins that has begun to be heard, or behind which mark it is."""
        self._attempts = 0

    @property
    def has_words(self) -> bool:
        return any(piece.kind in (Kind.TEXT, Kind.VERBATIM) and not piece.text.isspace() for piece in self._pieces)

    def request(self, voices: Sequence[Voice]) -> Speak:
        """The Speak for what has not been heard of it."""
        self._document = write(self._pieces, self._detail)
        self._marks_told = self._heard_to = 0
        fields: Mapping[str, Any] = {} if self._takes_any_voice else choose_voice(self._wanted, voices)
        return Speak(
            text=self._document.text,
            markup=self._document.markup,
            speed=self._wanted.speed,
            pitch=self._wanted.semitones,
            gain=self._wanted.gain,
            # Above everything else, and nothing of it lost: what has no priority steps back, and goes on afterwards.
            priority="important",
            client=CLIENT,
            on_disconnect="stop",
            words=self._kind == "SPEAK",
            **fields,
        )

    def hear_word(self, place: int) -> None:
        """A word begins here."""
        self._heard_to = max(self._heard_to, place)

    def hear_mark(self, name: str, place: int) -> list[str]:
        """The sound has passed this mark, which ends here. The names to tell of: also those of marks before it that
        the daemon has not told of."""
        self.hear_word(place)
        marks = self._document.marks
        if name not in marks[self._marks_told :]:
            return []
        end = marks.index(name, self._marks_told) + 1
        names = list(marks[self._marks_told : end])
        self._marks_told = end
        return names

    def hear_end(self) -> list[str]:
        """The names that are still to be told of."""
        names = list(self._document.marks[self._marks_told :])
        self._marks_told = len(self._document.marks)
        return names

    def simplify(self, code: str) -> bool:
        """After a refusal: ask for less. False if there is nothing left to leave out."""
        if code in _OF_THE_VOICE and not self._takes_any_voice:
            self._takes_any_voice = True
        elif code in (*_OF_THE_VOICE, *_OF_THE_TEXT) and self._detail is not Detail.TEXT:
            self._detail = Detail.MARKS if self._detail is Detail.ALL else Detail.TEXT
        else:
            return False
        return True

    def lose(self) -> bool:
        """The daemon has died over it. False if it is not to be tried again."""
        self._attempts += 1
        self.request_id = None
        if self._heard_to:
            self._pieces = self._document.pieces_from(self._heard_to)
        return self._attempts < MOST_ATTEMPTS and self.has_words
