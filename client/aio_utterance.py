"""`AsyncUtterance` and `AsyncStream`: the methods of Utterance and Stream, awaited."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

from utterd.client.aio_link import AsyncLink
from utterd.client.errors import RequestRefused, UtterdError
from utterd.client.messages import Append, Done, Event, Finished, Stop, Stopped
from utterd.client.track import Track


class AsyncUtterance:
    """A text on its way through the daemon."""

    def __init__(self, link: AsyncLink, track: Track) -> None:
        self._link = link
        self._track = track
        self._has_whole_text = False
        """`end` has been called."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} {self._track.state.name}>"

    @property
    def id(self) -> int:
        """The daemon's number for it, as in `utterd stop ID`."""
        return self._track.utterance

    async def events(self) -> AsyncIterator[Event]:
        """Each event as it comes, until the last one. An event is given once."""
        while batch := await self._link.until(self._track.take_event):
            for event in batch:
                yield event

    async def wait(self, timeout: float | None = None) -> Finished:
        """As `Utterance.wait`."""
        async with asyncio.timeout(timeout):
            return await self._link.until(self._track.result)

    async def stop(self) -> list[int]:
        """Silence, now. Returns its id, or nothing if it had ended."""
        return (await self._link.request(Stop(utterance=self.id), Stopped)).utterances

    async def append(self, text: str) -> None:
        """As `Utterance.append`."""
        await self._append(Append(utterance=self.id, text=text))

    async def end(self) -> None:
        """As `Utterance.end`."""
        if not self._has_whole_text:
            self._has_whole_text = True
            await self._append(Append(utterance=self.id, is_last=True))

    async def stop_if_unfinished(self) -> None:
        """For the way out after an error; says nothing if it fails too."""
        if self._track.end is None:
            with suppress(UtterdError):
                await self.stop()

    @asynccontextmanager
    async def stopped_on_error(self) -> AsyncIterator[None]:
        """A context that stops the utterance if it is left by an exception, cancellation included."""
        try:
            yield
        except BaseException:
            await self.stop_if_unfinished()
            raise

    async def _append(self, more: Append) -> None:
        try:
            await self._link.request(more, Done)
        except RequestRefused:
            self._track.result()  # a better reason, if there is one
            raise


class AsyncStream(AsyncUtterance):
    """As `Stream`: `async with await client.stream() as stream: await stream.write(token)`."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error:
            await self.stop_if_unfinished()
        else:
            async with self.stopped_on_error():
                await self.end()

    async def write(self, text: str) -> int:
        """As `Stream.write`."""
        if text:
            await self.append(text)
        return len(text)
