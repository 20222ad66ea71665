"""Which requests are open, and what became of each utterance. No I/O: both connections drive one.

Not safe to be used by two threads at once; the connection sees to that.

    request ──▶ REQUESTED ──Accepted──▶ QUEUED ──Started, Audio──▶ SPEAKING ──▶ FINISHED, CANCELLED or FAILED
                    └──────Refused──▶ (nothing is left of it)
"""

from collections import deque
from enum import Enum, auto
from typing import TypeVar

from utterd.client.codec import FROM_DAEMON, Decoder, encode
from utterd.client.envelope import Envelope
from utterd.client.errors import ProtocolError, RequestRefused, UtteranceCancelled, UtteranceFailed
from utterd.client.messages import (
    EVENTS,
    REPLIES,
    TERMINAL_EVENTS,
    Accepted,
    Audio,
    Cancelled,
    ErrorCode,
    Event,
    Failed,
    Finished,
    GetStatus,
    ListQueue,
    ListVoices,
    Queue,
    Refused,
    Reply,
    Request,
    Speak,
    Started,
    Status,
    Stop,
    Stopped,
    Voices,
)

REPLY_TO: dict[type[Request], type[Reply]] = {
    Speak: Accepted,
    Stop: Stopped,
    ListVoices: Voices,
    ListQueue: Queue,
    GetStatus: Status,
}

ReplyT = TypeVar("ReplyT", bound=Reply)


class UtteranceState(Enum):
    """Of an utterance, as its client knows it."""

    QUEUED = auto()
    SPEAKING = auto()
    FINISHED = auto()
    CANCELLED = auto()
    FAILED = auto()


TRANSITIONS: dict[UtteranceState, dict[type[Event], UtteranceState]] = {
    UtteranceState.QUEUED: {
        Started: UtteranceState.SPEAKING,
        Audio: UtteranceState.SPEAKING,
        Finished: UtteranceState.FINISHED,
        Cancelled: UtteranceState.CANCELLED,
        Failed: UtteranceState.FAILED,
    },
    UtteranceState.SPEAKING: {
        Started: UtteranceState.SPEAKING,
        Audio: UtteranceState.SPEAKING,
        Finished: UtteranceState.FINISHED,
        Cancelled: UtteranceState.CANCELLED,
        Failed: UtteranceState.FAILED,
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


class Session:
    """One connection's requests, replies and utterances."""

    def __init__(self) -> None:
        self._decoder = Decoder(FROM_DAEMON)
        self._last_request_id = 0
        self._open: dict[int, type[Reply]] = {}
        """Request id → the reply that is due."""
        self._replies: dict[int, Reply] = {}
        """Not yet taken."""
        self._accepted: dict[int, Track] = {}
        """Not yet taken."""
        self._tracks: dict[int, Track] = {}
        """By request id, until the last event: an utterance that nobody holds leaves nothing behind."""

    def __repr__(self) -> str:
        return f"<Session {len(self._open)} open, {len(self._tracks)} utterances>"

    def open(self, request: Request) -> tuple[int, bytes]:
        """A new request: its id, and the frame to send.

        Raises:
            ProtocolError: the request cannot be sent as it is.
        """
        request_id = self._last_request_id + 1
        frame = encode(request, request_id)
        self._last_request_id = request_id
        self._open[request_id] = REPLY_TO[type(request)]
        return request_id, frame

    def forget(self, request_id: int) -> None:
        """Nobody waits for this reply any more; it may still come, and is dropped then."""
        self._open.pop(request_id, None)
        self._replies.pop(request_id, None)
        self._accepted.pop(request_id, None)

    def receive(self, data: bytes) -> None:
        """Take in what the daemon sent.

        Raises:
            ProtocolError: it does not speak this protocol; the connection is of no more use.
        """
        for item in self._decoder.feed(data):
            if isinstance(item, Envelope):
                self._sort_in(item)
            elif item.code != ErrorCode.UNKNOWN_TYPE:  # a newer minor version may send events we do not know
                code = item.code if item.code == ErrorCode.UNSUPPORTED_VERSION else ErrorCode.MALFORMED
                raise ProtocolError(code, f"the daemon does not speak this protocol: {item}")

    def take_reply(self, request_id: int, kind: type[ReplyT]) -> ReplyT | None:
        """The reply to a request, once; None while it has not come.

        Raises:
            RequestRefused: the daemon said no.
        """
        reply = self._replies.pop(request_id, None)
        if isinstance(reply, Refused):
            raise RequestRefused(reply.code, reply.message)
        assert reply is None or isinstance(reply, kind), "REPLY_TO and the caller disagree"
        return reply

    def take_track(self, request_id: int) -> Track | None:
        """The track of a Speak, once; None while it is neither accepted nor refused.

        Raises:
            RequestRefused: the daemon said no.
        """
        self.take_reply(request_id, Accepted)
        return self._accepted.pop(request_id, None)

    def _sort_in(self, envelope: Envelope) -> None:
        request_id, message = envelope.request_id, envelope.message
        if request_id is None:
            code = message.code if isinstance(message, Refused) else ErrorCode.MALFORMED
            sentence = message.message if isinstance(message, Refused) else "the daemon sent a message without an id"
            raise ProtocolError(code, sentence)
        if isinstance(message, EVENTS):
            self._record(request_id, message)
        elif isinstance(message, REPLIES) and request_id in self._open:
            self._settle(request_id, message)

    def _settle(self, request_id: int, reply: Reply) -> None:
        due = self._open.pop(request_id)
        if not isinstance(reply, (due, Refused)):
            sentence = f"the daemon answered with {type(reply).__name__} where {due.__name__} was due"
            raise ProtocolError(ErrorCode.MALFORMED, sentence)
        if isinstance(reply, Accepted):
            self._tracks[request_id] = self._accepted[request_id] = Track(utterance=reply.utterance)
        else:
            self._replies[request_id] = reply

    def _record(self, request_id: int, event: Event) -> None:
        track = self._tracks.get(request_id)
        if track is None:
            return  # of an utterance nobody waits for any more
        track.record(event)
        if track.end:
            del self._tracks[request_id]
