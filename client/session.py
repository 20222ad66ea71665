"""Which requests are open, and what became of each utterance. No I/O: both connections drive one.

Not safe to be used by two threads at once; the connection sees to that.

    request ──▶ REQUESTED ──Accepted──▶ a Track
                    └──────Refused──▶ (nothing is left of it)
"""

from typing import TypeVar

from utterd.client.codec import FROM_DAEMON, Decoder, encode
from utterd.client.envelope import Envelope
from utterd.client.errors import ProtocolError, RequestRefused
from utterd.client.messages import (
    EVENTS,
    REPLIES,
    Accepted,
    Adjust,
    Append,
    Done,
    ErrorCode,
    Event,
    GetStatus,
    ListQueue,
    ListVoices,
    Pause,
    Queue,
    Refused,
    Replay,
    Reply,
    Request,
    Resume,
    Seek,
    Skip,
    Speak,
    Status,
    Stop,
    Stopped,
    Voices,
)
from utterd.client.track import Track

REPLY_TO: dict[type[Request], type[Reply]] = {
    Speak: Accepted,
    Append: Done,
    Stop: Stopped,
    Pause: Done,
    Resume: Done,
    Skip: Done,
    Seek: Done,
    Replay: Done,
    Adjust: Done,
    ListVoices: Voices,
    ListQueue: Queue,
    GetStatus: Status,
}

ReplyT = TypeVar("ReplyT", bound=Reply)


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
