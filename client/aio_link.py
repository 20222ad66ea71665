"""One asyncio connection and its session, for any number of tasks of one event loop. AsyncClient has the questions."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Self, TypeVar

from utterd.client.errors import ConnectionLost, ProtocolError, UtterdError
from utterd.client.link import RECEIVE_BYTES
from utterd.client.messages import Request
from utterd.client.session import ReplyT, Session

T = TypeVar("T")


class AsyncLink:
    """A task of its own reads all the time, so events that nobody asks for are kept until somebody does."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, reply_timeout_s: float) -> None:
        self.session = Session()
        self._reader = reader
        self._writer = writer
        self._reply_timeout_s = reply_timeout_s
        self._changed = asyncio.Event()
        """Set, and replaced by a fresh one, whenever the session or `_broken` changes."""
        self._broken: UtterdError | None = None
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def over(cls, connection: socket.socket, *, reply_timeout_s: float) -> Self:
        """A link over a connected socket, which it closes in the end."""
        reader, writer = await asyncio.open_unix_connection(sock=connection)
        return cls(reader, writer, reply_timeout_s=reply_timeout_s)

    async def close(self) -> None:
        """Hang up. Tasks that wait get ConnectionLost."""
        self._break(ConnectionLost("this connection has been closed"))
        self._reading.cancel()
        self._writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await self._reading
        with suppress(OSError):
            await self._writer.wait_closed()

    async def request(self, request: Request, kind: type[ReplyT]) -> ReplyT:
        """As `ask`, for the reply of this kind."""
        return await self.ask(request, lambda request_id: self.session.take_reply(request_id, kind))

    async def ask(self, request: Request, take: Callable[[int], T | None]) -> T:
        """Send a request and wait for what `take` makes of its id.

        Raises:
            RequestRefused: the daemon said no.
            DaemonUnavailable, ProtocolError: the connection is of no more use.
        """
        request_id, frame = self.session.open(request)
        try:
            async with asyncio.timeout(self._reply_timeout_s):
                self._writer.write(frame)
                await self._writer.drain()
                return await self.until(lambda: take(request_id))
        except TimeoutError:
            sentence = f"the daemon has not answered for {self._reply_timeout_s:.0f} s; restart it if it never does"
            raise ConnectionLost(sentence) from None
        except OSError as error:
            raise self._broken or ConnectionLost(f"the daemon closed the connection ({error.strerror})") from None
        finally:
            self.session.forget(request_id)

    async def until(self, ready: Callable[[], T | None]) -> T:
        """What `ready` returns, when it is something.

        Raises:
            DaemonUnavailable, ProtocolError: it will never be.
        """
        while (found := ready()) is None:
            if self._broken:
                raise self._broken
            await self._changed.wait()
        return found

    async def _read(self) -> None:
        try:
            while data := await self._reader.read(RECEIVE_BYTES):
                self.session.receive(data)
                self._wake()
        except ProtocolError as error:
            self._break(error)
        except OSError as error:
            self._break(ConnectionLost(f"the daemon closed the connection ({error.strerror}); its log says why"))
        else:
            self._break(ConnectionLost("the daemon closed the connection; its log says why"))

    def _break(self, reason: UtterdError) -> None:
        self._broken = self._broken or reason
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
