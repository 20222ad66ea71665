"""Streams of the asynchronous client."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from fake_daemon import WAIT_S, FakeDaemon

from utterd.client import AsyncClient, RequestRefused, UtteranceCancelled
from utterd.client.messages import Append, Finished, Speak, Stop


def with_client(use: Callable[[AsyncClient], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(2 * WAIT_S), AsyncClient() as client:
            await use(client)

    asyncio.run(run())


def test_a_stream_is_spoken_while_it_is_being_written(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        async with await client.stream(voice="bm_test") as stream:
            assert [await stream.write(token) for token in ("Once", "", " upon")] == [4, 0, 5]
        assert isinstance(await stream.wait(), Finished)
        assert repr(stream) == "<AsyncStream 1 FINISHED>"

    with_client(use)
    assert daemon.requests == [
        Speak(text="", voice="bm_test", stream=True),
        Append(utterance=1, text="Once"),
        Append(utterance=1, text=" upon"),
        Append(utterance=1, is_last=True),
    ]


def test_a_stream_whose_task_is_cancelled_is_stopped(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        began = asyncio.Event()

        async def write() -> None:
            async with await client.stream("Once"):
                began.set()
                await asyncio.Event().wait()

        writing = asyncio.create_task(write())
        await began.wait()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing

    with_client(use)
    assert daemon.requests[-1] == Stop(utterance=1)


def test_writing_to_a_stream_that_was_stopped_says_so(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        stream = await client.stream()
        await stream.write("stop")
        with pytest.raises(UtteranceCancelled, match="interrupted"):
            await stream.write("more")

    with_client(use)


def test_a_complete_text_cannot_be_appended_to(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        utterance = await client.speak("hold")
        with pytest.raises(RequestRefused) as refused:
            await utterance.append("more")
        assert refused.value.code == "not_a_stream"

    with_client(use)


def test_a_stream_is_ended_once(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        async with await client.stream("Hello.") as stream:
            await stream.end()
            await stream.wait()

    with_client(use)
    assert daemon.requests == [Speak(text="Hello.", stream=True), Append(utterance=1, is_last=True)]
