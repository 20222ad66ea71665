"""The asynchronous client against the same fake daemon."""

import asyncio
import inspect
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from fake_answers import WINDOW
from fake_daemon import QUEUE, STATUS, VOICES, WAIT_S, FakeDaemon

from utterd.client import (
    AsyncClient,
    AsyncStream,
    AsyncUtterance,
    Client,
    ConnectionLost,
    DaemonNotRunning,
    ProtocolError,
    RequestRefused,
    Stream,
    Utterance,
    UtteranceCancelled,
    UtteranceFailed,
)
from utterd.client.messages import (
    Adjust,
    Audio,
    Event,
    Finished,
    Pause,
    Replay,
    Request,
    Resume,
    Seek,
    Skip,
    Speak,
    Started,
    Stop,
)


def with_client(use: Callable[[AsyncClient], Awaitable[None]], *, reply_timeout_s: float = WAIT_S) -> None:
    """Run `use` with a connected client."""

    async def run() -> None:
        async with asyncio.timeout(2 * WAIT_S), AsyncClient(reply_timeout_s=reply_timeout_s) as client:
            await use(client)

    asyncio.run(run())


def test_speaking_waits_until_it_has_been_heard(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        utterance = await client.speak("hello", voice="bm_test")
        assert isinstance(await utterance.wait(WAIT_S), Finished)
        assert [type(event) async for event in utterance.events()] == [Started, Finished]
        assert repr(utterance) == "<AsyncUtterance 1 FINISHED>"

    with_client(use)
    assert daemon.requests == [Speak(text="hello", voice="bm_test")]


def test_lists_and_status_are_passed_on(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        assert await client.voices() == VOICES
        assert await client.queue() == QUEUE
        assert await client.status() == STATUS
        assert await client.stop(all=True) == []

    with_client(use)


STEERING: list[tuple[Callable[[AsyncClient], Awaitable[list[int]]], Request]] = [
    (lambda client: client.pause(), Pause()),
    (lambda client: client.resume(mine=True, client="editor"), Resume(mine=True, client="editor")),
    (lambda client: client.skip(), Skip()),
    (lambda client: client.seek(), Seek(by="sentence", count=-1)),
    (lambda client: client.seek(120), Seek(to=120)),
    (lambda client: client.replay(2.5), Replay(seconds=2.5)),
    (lambda client: client.adjust(speed=1.5, volume=0.5), Adjust(speed=1.5, volume=0.5)),
]


@pytest.mark.parametrize(("steer", "request_sent"), STEERING)
def test_steering_is_one_request_and_gives_the_ids(
    daemon: FakeDaemon, steer: Callable[[AsyncClient], Awaitable[list[int]]], request_sent: Request
) -> None:
    daemon.done = [7]

    async def use(client: AsyncClient) -> None:
        assert await steer(client) == [7]

    with_client(use)
    assert daemon.requests == [request_sent]


def test_a_clients_own_can_be_stopped(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        utterance = await client.speak("hold", client="editor")
        assert await client.stop(mine=True, client="editor") == [utterance.id]

    with_client(use)
    assert daemon.requests[-1] == Stop(mine=True, client="editor")


def test_both_clients_have_the_same_methods() -> None:
    for one, other in ((Client, AsyncClient), (Utterance, AsyncUtterance), (Stream, AsyncStream)):
        assert public_signatures(one) == public_signatures(other)


def public_signatures(face: type) -> dict[str, list[str]]:
    """Name → the parameters of each method, and no more of properties than the name."""
    members = {name: getattr(face, name) for name in dir(face) if not name.startswith("_")}
    return {
        name: list(inspect.signature(member).parameters) if callable(member) else [] for name, member in members.items()
    }


def test_failures_and_refusals_are_raised(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        with pytest.raises(UtteranceFailed):
            await (await client.speak("fail")).wait()
        with pytest.raises(RequestRefused):
            await client.speak("refuse queue_full")
        with pytest.raises(TimeoutError):
            await (await client.speak("hold")).wait(timeout=0.01)

    with_client(use)


def test_one_task_stops_what_another_waits_for(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        utterance = await client.speak("hold")
        waiting = asyncio.create_task(utterance.wait())
        assert await utterance.stop() == [utterance.id]
        with pytest.raises(UtteranceCancelled):
            await waiting

    with_client(use)


def test_a_daemon_that_goes_away_is_reported(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        with pytest.raises(ConnectionLost):
            await (await client.speak("hang up")).wait()

    with_client(use)


def test_a_daemon_that_talks_nonsense_is_reported(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        with pytest.raises(ProtocolError):
            await client.speak("garbage")

    with_client(use)


def test_a_daemon_that_does_not_answer_is_reported(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        with pytest.raises(ConnectionLost, match="has not answered"):
            await client.speak("silence")

    with_client(use, reply_timeout_s=0.01)


def test_closing_wakes_whoever_waits(daemon: FakeDaemon) -> None:
    async def use(client: AsyncClient) -> None:
        waiting = asyncio.create_task((await client.speak("hold")).wait())
        await asyncio.sleep(0)
        await client.close()
        with pytest.raises(ConnectionLost, match="has been closed"):
            await waiting

    with_client(use)


def test_a_rendering_becomes_a_wav_file(daemon: FakeDaemon, tmp_path: Path) -> None:
    seen: list[Event] = []

    async def use(client: AsyncClient) -> None:
        await client.render("hello", tmp_path / "speech.wav", on_event=seen.append)

    with_client(use)
    with wave.open(str(tmp_path / "speech.wav")) as sound:
        assert sound.readframes(10**6) == WINDOW * 2
    assert [type(event) for event in seen] == [Started, Audio, Audio, Finished]


def test_a_cancelled_rendering_is_stopped_and_leaves_no_file(daemon: FakeDaemon, tmp_path: Path) -> None:
    async def use(client: AsyncClient) -> None:
        began = asyncio.Event()
        rendering = asyncio.create_task(
            client.render("hold", tmp_path / "speech.wav", on_event=lambda event: began.set())
        )
        await began.wait()
        rendering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await rendering

    with_client(use)
    assert daemon.wait_for(Stop).utterance == 1
    assert list(tmp_path.iterdir()) == []


def test_without_a_daemon_nothing_connects(home: Path) -> None:
    async def use(client: AsyncClient) -> None:
        raise AssertionError

    with pytest.raises(DaemonNotRunning):
        with_client(use)
