"""`AsyncClient`: the Client's methods, awaited."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from utterd.client.connection import REPLY_TIMEOUT_S
from utterd.client.endpoint import PeerCheck, check_daemon, open_socket
from utterd.client.errors import ConnectionLost, ProtocolError, UtterdError
from utterd.client.link import RECEIVE_BYTES
from utterd.client.messages import (
    Audio,
    Event,
    Finished,
    GetStatus,
    ListQueue,
    ListVoices,
    Placement,
    Queue,
    Reply,
    Request,
    Speak,
    Status,
    Stop,
    Stopped,
    Voices,
)
from utterd.client.session import Session, Track
from utterd.client.wavfile import WavFile

T = TypeVar("T")
ReplyT = TypeVar("ReplyT", bound=Reply)


class AsyncClient:
    """A connection to the daemon; an asynchronous context manager, for one event loop.

    A task of its own reads all the time, so events that nobody asks for are kept until somebody does.
    """

    def __init__(
        self,
        socket_path: str | os.PathLike[str] | None = None,
        *,
        start: bool = False,
        reply_timeout_s: float = REPLY_TIMEOUT_S,
        check: PeerCheck = check_daemon,
    ) -> None:
        """As `Client`; connects when the context is entered."""
        self._socket_path = socket_path
        self._start = start
        self._reply_timeout_s = reply_timeout_s
        self._check = check
        self._session = Session()
        self._changed = asyncio.Event()
        """Set, and replaced by a fresh one, whenever the session or `_broken` changes."""
        self._broken: UtterdError | None = None

    async def __aenter__(self) -> Self:
        connection = await asyncio.to_thread(open_socket, self._socket_path, start=self._start, check=self._check)
        self._reader, self._writer = await asyncio.open_unix_connection(sock=connection)
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up. Utterances go on or stop, as their `on_disconnect` says; tasks that wait get ConnectionLost."""
        self._break(ConnectionLost("this connection has been closed"))
        self._reading.cancel()
        self._writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await self._reading
        with suppress(OSError):
            await self._writer.wait_closed()

    async def speak(
        self,
        text: str,
        *,
        voice: str | None = None,
        speed: float | None = None,
        language: str | None = None,
        placement: Placement = "append",
        destination: Literal["device", "client"] = "device",
        gain: float = 1.0,
        on_disconnect: Literal["continue", "stop"] = "continue",
    ) -> "AsyncUtterance":
        """As `Client.speak`."""
        request = Speak(
            text=text,
            voice=voice,
            speed=speed,
            language=language,
            placement=placement,
            destination=destination,
            gain=gain,
            on_disconnect=on_disconnect,
        )
        return AsyncUtterance(self, await self._ask(request, self._session.take_track))

    async def stop(self, utterance: int | None = None, *, all: bool = False) -> list[int]:
        """As `Client.stop`."""
        return (await self._request(Stop(utterance=utterance, all=all), Stopped)).utterances

    async def voices(self) -> list[dict[str, Any]]:
        """As `Client.voices`."""
        return (await self._request(ListVoices(), Voices)).voices

    async def queue(self) -> list[dict[str, Any]]:
        """As `Client.queue`."""
        return (await self._request(ListQueue(), Queue)).utterances

    async def status(self) -> dict[str, Any]:
        """As `Client.status`."""
        return (await self._request(GetStatus(), Status)).status

    async def render(
        self,
        text: str,
        file: str | os.PathLike[str],
        *,
        voice: str | None = None,
        speed: float | None = None,
        language: str | None = None,
        gain: float = 1.0,
        on_event: Callable[[Event], None] | None = None,
    ) -> Finished:
        """As `Client.render`. The file is written in the event loop, a window at a time."""
        with WavFile(Path(file)) as wav:
            utterance = await self.speak(
                text,
                voice=voice,
                speed=speed,
                language=language,
                gain=gain,
                destination="client",
                on_disconnect="stop",
            )
            try:
                async for event in utterance.events():
                    if isinstance(event, Audio):
                        wav.write(event.pcm)
                    if on_event:
                        on_event(event)
                finished = await utterance.wait()
                wav.commit()
            except BaseException:
                await utterance.stop_if_unfinished()
                raise
            return finished

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

    async def _request(self, request: Request, kind: type[ReplyT]) -> ReplyT:
        return await self._ask(request, lambda request_id: self._session.take_reply(request_id, kind))

    async def _ask(self, request: Request, take: Callable[[int], T | None]) -> T:
        request_id, frame = self._session.open(request)
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
            self._session.forget(request_id)

    async def _read(self) -> None:
        try:
            while data := await self._reader.read(RECEIVE_BYTES):
                self._session.receive(data)
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


class AsyncUtterance:
    """A text on its way through the daemon."""

    def __init__(self, client: AsyncClient, track: Track) -> None:
        self._client = client
        self._track = track

    def __repr__(self) -> str:
        return f"<AsyncUtterance {self.id} {self._track.state.name}>"

    @property
    def id(self) -> int:
        """The daemon's number for it, as in `utterd stop ID`."""
        return self._track.utterance

    async def events(self) -> AsyncIterator[Event]:
        """Each event as it comes, until the last one. An event is given once."""
        while batch := await self._client.until(self._track.take_event):
            for event in batch:
                yield event

    async def wait(self, timeout: float | None = None) -> Finished:
        """As `Utterance.wait`."""
        async with asyncio.timeout(timeout):
            return await self._client.until(self._track.result)

    async def stop(self) -> list[int]:
        """Silence, now. Returns its id, or nothing if it had ended."""
        return await self._client.stop(self.id)

    async def stop_if_unfinished(self) -> None:
        """For the way out after an error; says nothing if it fails too."""
        if self._track.end is None:
            with suppress(UtterdError):
                await self.stop()
