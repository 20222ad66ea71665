"""`AsyncClient`: the Client's methods, awaited."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from utterd.client.aio_link import AsyncLink
from utterd.client.aio_utterance import AsyncStream, AsyncUtterance
from utterd.client.connection import REPLY_TIMEOUT_S
from utterd.client.endpoint import PeerCheck, check_daemon, open_socket
from utterd.client.messages import (
    Adjust,
    Audio,
    Done,
    Event,
    Finished,
    GetStatus,
    ListQueue,
    ListVoices,
    Pause,
    Queue,
    Replay,
    Request,
    Resume,
    Seek,
    Skip,
    Speak,
    Status,
    Step,
    Stop,
    Stopped,
    Voices,
)
from utterd.client.options import RenderOptions, SpeakOptions
from utterd.client.track import Track
from utterd.client.wavfile import WavFile


class AsyncClient:
    """A connection to the daemon; an asynchronous context manager, for one event loop."""

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

    async def __aenter__(self) -> Self:
        connection = await asyncio.to_thread(open_socket, self._socket_path, start=self._start, check=self._check)
        self._link = await AsyncLink.over(connection, reply_timeout_s=self._reply_timeout_s)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up. Utterances go on or stop, as their `on_disconnect` says; tasks that wait get ConnectionLost."""
        await self._link.close()

    async def speak(self, text: str, **options: Unpack[SpeakOptions]) -> AsyncUtterance:
        """As `Client.speak`."""
        return AsyncUtterance(self._link, await self._take_up(Speak(text=text, **options)))

    async def stream(self, text: str = "", **options: Unpack[SpeakOptions]) -> AsyncStream:
        """As `Client.stream`."""
        return AsyncStream(self._link, await self._take_up(Speak(text=text, stream=True, **options)))

    async def stop(
        self, utterance: int | None = None, *, all: bool = False, mine: bool = False, client: str = ""
    ) -> list[int]:
        """As `Client.stop`."""
        request = Stop(utterance=utterance, all=all, mine=mine, client=client)
        return (await self._link.request(request, Stopped)).utterances

    async def pause(self, *, mine: bool = False, client: str = "") -> list[int]:
        """As `Client.pause`."""
        return await self._do(Pause(mine=mine, client=client))

    async def resume(self, *, mine: bool = False, client: str = "") -> list[int]:
        """As `Client.resume`."""
        return await self._do(Resume(mine=mine, client=client))

    async def skip(self) -> list[int]:
        """As `Client.skip`."""
        return await self._do(Skip())

    async def seek(self, to: int | None = None, *, by: Step = "sentence", count: int = -1) -> list[int]:
        """As `Client.seek`."""
        return await self._do(Seek(to=to, by=by, count=count))

    async def replay(self, seconds: float = 10.0) -> list[int]:
        """As `Client.replay`."""
        return await self._do(Replay(seconds=seconds))

    async def adjust(
        self, *, speed: float | None = None, pitch: float | None = None, volume: float | None = None
    ) -> list[int]:
        """As `Client.adjust`."""
        return await self._do(Adjust(speed=speed, pitch=pitch, volume=volume))

    async def voices(self) -> list[dict[str, Any]]:
        """As `Client.voices`."""
        return (await self._link.request(ListVoices(), Voices)).voices

    async def queue(self) -> list[dict[str, Any]]:
        """As `Client.queue`."""
        return (await self._link.request(ListQueue(), Queue)).utterances

    async def status(self) -> dict[str, Any]:
        """As `Client.status`."""
        return (await self._link.request(GetStatus(), Status)).status

    async def render(
        self,
        text: str,
        file: str | os.PathLike[str],
        *,
        on_event: Callable[[Event], None] | None = None,
        **options: Unpack[RenderOptions],
    ) -> Finished:
        """As `Client.render`. The file is written in the event loop, a window at a time."""
        with WavFile(Path(file)) as wav:
            utterance = await self.speak(text, destination="client", on_disconnect="stop", **options)
            async with utterance.stopped_on_error():
                async for event in utterance.events():
                    if isinstance(event, Audio):
                        wav.write(event.pcm)
                    if on_event:
                        on_event(event)
                finished = await utterance.wait()
                wav.commit()
            return finished

    async def _take_up(self, request: Speak) -> Track:
        return await self._link.ask(request, self._link.session.take_track)

    async def _do(self, request: Request) -> list[int]:
        return (await self._link.request(request, Done)).utterances
