"""The Unix socket: requests in, replies and events out. One Connection a client, all on the event loop."""

import asyncio
import functools
import logging
import time
from collections.abc import Callable
from typing import cast

from utterd.client.codec import FROM_CLIENT, Decoder, encode
from utterd.client.envelope import Envelope
from utterd.client.errors import ProtocolError
from utterd.client.messages import (
    Accepted,
    Adjust,
    Append,
    Audio,
    Done,
    ErrorCode,
    Event,
    GetStatus,
    ListQueue,
    ListVoices,
    Message,
    Pause,
    Queue,
    Refused,
    Replay,
    Resume,
    Seek,
    Skip,
    Speak,
    Status,
    Stop,
    Stopped,
    Voices,
)
from utterd.client.peer import ForeignPeer, check_peer
from utterd.config.bundles import Bundle
from utterd.config.settings import Settings
from utterd.daemon.engine import Engine
from utterd.daemon.requests import Refusal
from utterd.daemon.status import describe_queue, describe_status, describe_voices
from utterd.daemon.transport import Transport

logger = logging.getLogger(__name__)

_AUDIO_AHEAD_BYTES = 1 << 20
"""So much audio may wait for a client to read it; then its rendering waits."""

_DEAF_BYTES = 8 << 20
"""A client that leaves so much unread is taken for dead."""


class Server:
    """Answers every client from one engine."""

    def __init__(
        self,
        engine: Engine,
        transport: Transport,
        bundle: Bundle | None,
        settings: Settings,
        started_at_s: float,
    ) -> None:
        self.engine = engine
        self.transport = transport
        self._bundle = bundle
        self._settings = settings
        self._started_at_s = started_at_s
        self.connections: set[Connection] = set()
        self.is_closing = False

    def connect(self) -> "Connection":
        """For a new client; asyncio calls it."""
        return Connection(self)

    def answer(self, connection: "Connection", envelope: Envelope, received_at_ns: int) -> Message:
        """The reply to a request. Raises Refusal."""
        request = envelope.message
        match request:
            case Speak():
                listener = functools.partial(connection.send_event, cast(int, envelope.request_id))
                if self.is_closing:
                    raise Refusal(ErrorCode.SHUTTING_DOWN, "the daemon is shutting down; try again in a moment")
                return Accepted(utterance=self.engine.speak(request, listener, connection, received_at_ns))
            case Append():
                return Done(utterances=self.engine.append(request))
            case Stop():
                return Stopped(utterances=self.engine.stop(request, connection))
            case Pause() | Resume() | Skip() | Seek() | Replay() | Adjust():
                return Done(utterances=self.transport.carry_out(request, connection))
            case ListVoices():
                return Voices(voices=describe_voices(self._bundle))
            case ListQueue():
                return Queue(utterances=describe_queue(self.engine))
            case GetStatus():
                return Status(status=describe_status(self.engine, self._bundle, self._settings, self._started_at_s))
            case _:
                raise Refusal(ErrorCode.UNKNOWN_TYPE, f"a {type(request).__name__} is not a request")

    def close(self) -> None:
        """Tell every client the end, and hang up."""
        self.is_closing = True
        self.engine.close()
        for connection in list(self.connections):
            connection.hang_up()


class Connection(asyncio.Protocol):
    """One client. What it sends wrongly is answered, and costs nobody anything."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._decoder = Decoder(FROM_CLIENT)
        self._transport: asyncio.Transport | None = None
        self._held: list[Callable[[], None]] | None = None
        """Events that came up while a request is being answered: the reply goes first."""

    @property
    def has_room(self) -> bool:
        """Audio may be sent."""
        # "At most", as asyncio counts: it calls resume_writing only after there was more.
        return self._transport is None or self._transport.get_write_buffer_size() <= _AUDIO_AHEAD_BYTES

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        try:
            check_peer(transport.get_extra_info("socket"))
        except (ForeignPeer, OSError) as error:
            logger.warning("client refused reason=%s", error)
            self._transport.abort()
            self._transport = None
            return
        self._transport.set_write_buffer_limits(high=_AUDIO_AHEAD_BYTES)
        self._server.connections.add(self)

    def data_received(self, data: bytes) -> None:
        received_at_ns = time.monotonic_ns()
        for item in self._decoder.feed(data):
            if isinstance(item, ProtocolError):
                self._send(Refused(code=item.code, message=str(item)), item.request_id)
            else:
                self._answer(item, received_at_ns)

    def resume_writing(self) -> None:
        self._server.engine.rendering.send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._server.connections.discard(self)
        self._server.engine.disconnected(self)

    def send_event(self, request_id: int, event: Event) -> None:
        """Never waits. After the connection's end it does nothing."""
        if self._held is not None and not isinstance(event, Audio):
            self._held.append(lambda: self._send(event, request_id))
        else:
            self._send(event, request_id)

    def hang_up(self) -> None:
        """Let what is written be read, then close."""
        if self._transport is not None:
            self._transport.close()

    def _answer(self, envelope: Envelope, received_at_ns: int) -> None:
        self._held = []
        try:
            reply = self._server.answer(self, envelope, received_at_ns)
        except Refusal as refusal:
            reply = Refused(code=refusal.code, message=str(refusal))
        self._send(reply, envelope.request_id)
        held, self._held = self._held, None
        for send in held:
            send()

    def _send(self, message: Message, request_id: int | None) -> None:
        if self._transport is None:
            return
        self._transport.write(encode(message, request_id))
        if self._transport.get_write_buffer_size() > _DEAF_BYTES:
            logger.warning("client dropped reason=it reads nothing")
            self._transport.abort()
