"""One blocking socket and its session, shared by any number of threads. What is asked over it, the Client knows."""

import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Lock
from typing import TypeVar

from utterd.client.errors import ConnectionLost, ProtocolError, UtterdError
from utterd.client.messages import Request
from utterd.client.session import ReplyT, Session

RECEIVE_BYTES = 256 * 1024

T = TypeVar("T")


class Link:
    """Whoever waits for something reads for everybody; the others wait for that thread to have read.

    All methods may be called from any thread. There is no thread of its own, so nothing is read while nobody waits.
    """

    def __init__(self, connection: socket.socket, *, reply_timeout_s: float) -> None:
        self.session = Session()
        """Only to be touched inside `until` and `ask`."""
        self._reply_timeout_s = reply_timeout_s
        self._socket = connection
        self._socket.settimeout(reply_timeout_s)  # of a send that the daemon does not take
        self._poller = select.poll()
        self._poller.register(connection, select.POLLIN)
        self._changed = Condition()
        """Guards `session`, `_is_reading` and `_broken`; notified when one of them changes."""
        self._is_reading = False
        self._broken: UtterdError | None = None
        """Why nothing more will come."""
        self._sending = Lock()
        """Frames must not mix. Never taken inside `_changed`, so that one may read while another sends."""

    def close(self) -> None:
        """Hang up. Threads that wait get ConnectionLost."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
        with self._changed:
            self._broken = self._broken or ConnectionLost("this connection has been closed")
            while self._is_reading:
                self._changed.wait()
            self._socket.close()

    def ask(self, request: Request, take: Callable[[int], T | None]) -> T:
        """Send a request and wait for what `take` makes of its id.

        Raises:
            RequestRefused: the daemon said no.
            DaemonUnavailable, ProtocolError: the connection is of no more use.
        """
        with self._changed:
            request_id, frame = self.session.open(request)
        try:
            self._send(frame)
            return self.until(lambda: take(request_id), self._reply_timeout_s)
        except TimeoutError:
            sentence = f"the daemon has not answered for {self._reply_timeout_s:.0f} s; restart it if it never does"
            raise ConnectionLost(sentence) from None
        finally:
            with self._changed:
                self.session.forget(request_id)

    def request(self, request: Request, kind: type[ReplyT]) -> ReplyT:
        """As `ask`, for the reply of this kind."""
        return self.ask(request, lambda request_id: self.session.take_reply(request_id, kind))

    def until(self, ready: Callable[[], T | None], timeout_s: float | None) -> T:
        """What `ready` returns, when it is something. It is called with the session guarded.

        Raises:
            TimeoutError: it never was.
            DaemonUnavailable, ProtocolError: it will never be.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        with self._changed:
            while (found := ready()) is None:
                if self._broken:
                    raise self._broken
                left_s = None if deadline is None else deadline - time.monotonic()
                if left_s is not None and left_s <= 0:
                    raise TimeoutError
                if self._is_reading:
                    self._changed.wait(left_s)
                else:
                    self._read_for_all(left_s)
            return found

    def _send(self, frame: bytes) -> None:
        with self._sending:
            if self._broken:
                raise self._broken
            try:
                self._socket.sendall(frame)
            except BaseException as error:
                # Half a frame may be out: nothing that follows it would be understood.
                self._broken = self._broken or _lost(error)
                if isinstance(error, OSError):
                    raise self._broken from None
                raise

    def _read_for_all(self, timeout_s: float | None) -> None:
        """Called with `_changed` held; lets go of it while it waits."""
        data: bytes | None = None
        failure: UtterdError | None = None
        self._is_reading = True
        try:
            self._changed.release()  # inside, so that Ctrl-C finds the lock as `finally` expects it
            data = self._receive(timeout_s)
        except OSError as error:
            failure = _lost(error)
        finally:
            self._changed.acquire()
            self._is_reading = False
            self._changed.notify_all()
        self._take_in(data, failure)

    def _receive(self, timeout_s: float | None) -> bytes | None:
        """What has come; nothing at the end of the stream; None if it took too long."""
        if not self._poller.poll(None if timeout_s is None else timeout_s * 1000):
            return None
        return self._socket.recv(RECEIVE_BYTES)

    def _take_in(self, data: bytes | None, failure: UtterdError | None) -> None:
        if data == b"":
            failure = _lost(None)
        elif data:
            try:
                self.session.receive(data)
            except ProtocolError as error:
                failure = error
        self._broken = self._broken or failure


def _lost(error: BaseException | None) -> ConnectionLost:
    reason = f" ({error.strerror or error})" if isinstance(error, OSError) else ""
    return ConnectionLost(f"the daemon closed the connection{reason}; its log says why")
