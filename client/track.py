"""What became of one accepted Speak, as its client knows it. No I/O.

QUEUED ──Started, Audio, Word …──▶ SPEAKING ──▶ FINISHED, CANCELLED or FAILED
   └──Paused──▶ PAUSED ◀──Paused──────┘
                  └──────Resumed──▶ SPEAKING
"""

from collections import deque
from enum import Enum, auto

from utterd.client.errors import ProtocolError, UtteranceCancelled, UtteranceFailed
from utterd.client.messages import (
    TERMINAL_EVENTS,
    Audio,
    Cancelled,
    ErrorCode,
    Event,
    Failed,
    Finished,
    Mark,
    Paused,
    Progress,
    Resumed,
    Sentence,
    Started,
    Word,
)


class UtteranceState(Enum):
    """Of an utterance, as its client knows it."""

    QUEUED = auto()
    SPEAKING = auto()
    PAUSED = auto()
    """It may not have begun: what waits at the head of the queue can be paused, too."""
    FINISHED = auto()
    CANCELLED = auto()
    FAILED = auto()


_ENDS: dict[type[Event], UtteranceState] = {
    Finished: UtteranceState.FINISHED,
    Cancelled: UtteranceState.CANCELLED,
    Failed: UtteranceState.FAILED,
}

_SOUNDS: tuple[type[Event], ...] = (Started, Word, Sentence, Mark, Progress, Audio)
"""In a rendering a Word, a Sentence or a Mark comes before the Audio it lies in."""

TRANSITIONS: dict[UtteranceState, dict[type[Event], UtteranceState]] = {
    UtteranceState.QUEUED: {
        **dict.fromkeys(_SOUNDS, UtteranceState.SPEAKING),
        Paused: UtteranceState.PAUSED,
        Resumed: UtteranceState.QUEUED,
        **_ENDS,
    },
    UtteranceState.SPEAKING: {
        **dict.fromkeys(_SOUNDS, UtteranceState.SPEAKING),
        Paused: UtteranceState.PAUSED,
        Resumed: UtteranceState.SPEAKING,
        **_ENDS,
    },
    UtteranceState.PAUSED: {
        **dict.fromkeys(_SOUNDS, UtteranceState.PAUSED),  # those that were on their way
        Paused: UtteranceState.PAUSED,
        Resumed: UtteranceState.SPEAKING,
        **_ENDS,
    },
    UtteranceState.FINISHED: {},
    UtteranceState.CANCELLED: {},
    UtteranceState.FAILED: {},
}
"""The only places a state changes. An event that is not here is the daemon's mistake."""


class Track:
    """What became of one accepted Speak: its state, and the events nobody has read yet."""

    def __init__(self, *, utterance: int) -> None:
        self.utterance = utterance
        self.state = UtteranceState.QUEUED
        self.unread: deque[Event] = deque()
        self.end: Finished | Cancelled | Failed | None = None
        """Set once, with the last event."""

    def __repr__(self) -> str:
        return f"<Track {self.utterance} {self.state.name} {len(self.unread)} unread>"

    def record(self, event: Event) -> None:
        """
        Raises:
            ProtocolError: nothing more may happen to this utterance.
        """
        if type(event) not in TRANSITIONS[self.state]:
            sentence = (
                f"the daemon sent {type(event).__name__} for utterance {self.utterance}, which is {self.state.name}"
            )
            raise ProtocolError(ErrorCode.MALFORMED, sentence)
        self.state = TRANSITIONS[self.state][type(event)]
        self.unread.append(event)
        if isinstance(event, TERMINAL_EVENTS):
            self.end = event

    def take_event(self) -> list[Event] | None:
        """The next unread event; an empty list when none will follow; None when one may still come."""
        if self.unread:
            return [self.unread.popleft()]
        return [] if self.end else None

    def result(self) -> Finished | None:
        """How it ended; None while it has not.

        Raises:
            UtteranceFailed, UtteranceCancelled: it did not reach its end.
        """
        match self.end:
            case Failed(code=code, message=message):
                raise UtteranceFailed(code, message)
            case Cancelled(reason=reason):
                raise UtteranceCancelled(reason)
        return self.end
