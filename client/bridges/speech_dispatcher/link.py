"""The connection to the daemon: made when it is needed, never waited for, and lost without harm.

All methods are called from the one thread that polls `descriptors`. Only the start of a daemon, which takes half a
second, happens in another.
"""

import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from utterd.client.codec import FROM_DAEMON, Decoder, encode
from utterd.client.endpoint import open_socket
from utterd.client.envelope import Envelope
from utterd.client.errors import ConnectionLost, DaemonNotRunning, DaemonUnavailable
from utterd.client.messages import REPLIES, ErrorCode, Request

RECEIVE_BYTES: Final = 64 * 1024

REPLY_LIMIT_S: Final = 5.0
"""The daemon answers within a millisecond. One that takes this long hangs, and is to be left."""

OpenSocket = Callable[[bool], socket.socket]


def _open_socket(start: bool) -> socket.socket:
    return open_socket(None, start=start)


class DaemonLink:
    """At most one connection at a time."""

    def __init__(self, open_socket: OpenSocket = _open_socket) -> None:
        """Args:
        open_socket: given whether a daemon is to be started if none runs; raises what endpoint.open_socket does.
        """
        self._open_socket = open_socket
        self._socket: socket.socket | None = None
        self._decoder = Decoder(FROM_DAEMON)
        self._last_request_id = 0
        self._asked: dict[int, float] = {}
        """Request without a reply → when it was sent, in seconds of the monotonic clock."""
        self._starter: threading.Thread | None = None
        self._outcome: socket.socket | DaemonUnavailable | None = None
        """Of the starter; read when `_started` tells that it is there."""
        self._started, self._tell_started = os.pipe()

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    @property
    def descriptors(self) -> list[int]:
        """When one of them can be read, `receive` or `take_started` has something to do."""
        return [self._started] if self._socket is None else [self._started, self._socket.fileno()]

    @property
    def started_descriptor(self) -> int:
        return self._started

    @property
    def has_asked(self) -> bool:
        """A reply is due: see `check_replies`."""
        return bool(self._asked)

    def open(self, *, start: bool) -> None:
        """Have a connection: at once if a daemon runs, or else after `take_started`, if `start` says so.

        Raises:
            DaemonUnavailable: there is no daemon, and `start` does not ask for one; or what is there cannot be used.
        """
        if self._socket is not None or self._starter is not None:
            return
        try:
            self._adopt(self._open_socket(False))
        except DaemonNotRunning:
            if not start:
                raise
            self._starter = threading.Thread(target=self._start, name="starter", daemon=True)
            self._starter.start()

    def take_started(self) -> None:
        """The connection to the daemon that was started.

        Raises:
            DaemonUnavailable: it could not be.
        """
        os.read(self._started, 1)
        assert self._starter is not None
        self._starter.join()
        outcome, self._starter, self._outcome = self._outcome, None, None
        if isinstance(outcome, DaemonUnavailable):
            raise outcome
        assert outcome is not None
        self._adopt(outcome)

    def send(self, request: Request) -> int:
        """The request's id.

        Raises:
            ConnectionLost: it is closed now.
            ProtocolError: the request is too long to be sent.
        """
        if self._socket is None:
            raise ConnectionLost("there is no connection")
        self._last_request_id += 1
        frame = encode(request, self._last_request_id)
        self._asked[self._last_request_id] = time.monotonic()
        try:
            self._socket.sendall(frame)
        except OSError as error:
            self.close()
            raise ConnectionLost(str(error)) from None
        return self._last_request_id

    def receive(self) -> list[Envelope]:
        """What has come.

        Raises:
            ConnectionLost: it is closed now.
        """
        if self._socket is None:
            return []
        try:
            data = self._socket.recv(RECEIVE_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []  # it is another connection than the one that was polled
        except OSError as error:
            self.close()
            raise ConnectionLost(str(error)) from None
        if not data:
            self.close()
            raise ConnectionLost("the daemon has gone")
        return self._read(data)

    def check_replies(self) -> None:
        """
        Raises:
            ConnectionLost: a reply is overdue; the connection is closed now.
        """
        if self._asked and time.monotonic() - min(self._asked.values()) > REPLY_LIMIT_S:
            self.close()
            raise ConnectionLost("the daemon does not answer")

    def close(self) -> None:
        """Hang up. What is being spoken for this connection stops, as its `on_disconnect` says."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
        self._socket = None
        self._asked.clear()

    def _read(self, data: bytes) -> list[Envelope]:
        envelopes = []
        for item in self._decoder.feed(data):
            if isinstance(item, Envelope):
                if isinstance(item.message, REPLIES) and item.request_id is not None:
                    self._asked.pop(item.request_id, None)
                envelopes.append(item)
            elif item.code != ErrorCode.UNKNOWN_TYPE:  # a newer daemon may send events that we do not know
                self.close()
                raise ConnectionLost(f"the daemon does not speak this protocol ({item.code})")
        return envelopes

    def _adopt(self, connection: socket.socket) -> None:
        connection.setblocking(True)
        limit = struct.pack("ll", round(REPLY_LIMIT_S), 0)  # of a send that the daemon does not take
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        self._socket = connection
        self._decoder = Decoder(FROM_DAEMON)
        self._asked.clear()

    def _start(self) -> None:
        """In a thread of its own."""
        try:
            self._outcome = self._open_socket(True)
        except DaemonUnavailable as error:
            self._outcome = error
        except OSError as error:
            self._outcome = DaemonUnavailable(str(error))
        os.write(self._tell_started, b"!")
