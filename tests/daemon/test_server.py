"""A real Unix socket, and an engine that does nothing: what a client sends wrongly costs nobody anything."""

import asyncio
import contextlib
import logging
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import msgpack
import pytest
from rig.daemon_fakes import default_settings
from rig.hops import short_folder

from utterd.client.codec import FROM_DAEMON, Decoder, encode
from utterd.client.envelope import Envelope
from utterd.client.messages import (
    MAX_MESSAGE_BYTES,
    Accepted,
    Audio,
    Cancelled,
    ErrorCode,
    Event,
    Finished,
    ListQueue,
    ListVoices,
    Message,
    Queue,
    Refused,
    Speak,
    Started,
    Stop,
    Stopped,
    Voices,
)
from utterd.client.peer import ForeignPeer
from utterd.config.bundles import TONE
from utterd.daemon import server as server_module
from utterd.daemon.requests import Refusal
from utterd.daemon.server import Connection, Server
from utterd.daemon.utterance import Listener, Utterance
from utterd.stages.chunks import LANES

GUARD_S = 20.0
"""For hangs only."""

STARTED = Started(utterance=1, t_ms=1.0, audio_ms=0.0)
CANCELLED = Cancelled(utterance=1, t_ms=1.0, audio_ms=0.0, reason="interrupted")


class FakeRendering:
    def __init__(self) -> None:
        self.has_gone_on = asyncio.Event()

    def send(self) -> None:
        self.has_gone_on.set()


class FakeEngine:
    """Accepts all; `events` are told before the reply goes out, "no" is refused, "bug" raises."""

    def __init__(self) -> None:
        self.rendering = FakeRendering()
        self.queues: dict[str, list[Utterance]] = {lane: [] for lane in LANES}
        self.spoken: list[tuple[Speak, Connection, int]] = []
        self.listeners: list[Listener] = []
        self.events: list[Event] = []
        self.gone: list[object] = []
        self.is_gone = asyncio.Event()

    def speak(self, request: Speak, listener: Listener, owner: Connection, received_at_ns: int) -> int:
        if request.text == "no":
            raise Refusal(ErrorCode.EMPTY_TEXT, "no means no")
        if request.text == "bug":
            raise ZeroDivisionError("Zanzibar")
        self.spoken.append((request, owner, received_at_ns))
        self.listeners.append(listener)
        for event in self.events:
            listener(event)
        return len(self.spoken)

    def stop(self, request: Stop, owner: object) -> list[int]:
        for listener in self.listeners:
            listener(CANCELLED)
        return [1]

    def disconnected(self, owner: object) -> None:
        self.gone.append(owner)
        self.is_gone.set()

    def close(self) -> None:
        for listener in self.listeners:
            listener(CANCELLED)


class FakeTransport:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Message] = []

    def carry_out(self, request: Message, owner: object) -> list[int]:
        self.asked.append(request)
        return [7]


class Client:
    """Bytes out, messages in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self._decoder = Decoder(FROM_DAEMON)
        self._received: list[Any] = []

    def send(self, message: Message, request_id: int = 1) -> None:
        self.writer.write(encode(message, request_id))

    def send_body(self, body: Any) -> None:
        packed = body if isinstance(body, bytes) else msgpack.packb(body)
        self.writer.write(struct.pack(">I", len(packed)) + packed)

    async def receive(self) -> Envelope:
        while not self._received:
            data = await self.reader.read(65536)
            assert data, "the daemon hung up"
            self._received += self._decoder.feed(data)
        item: Envelope = self._received.pop(0)
        return item

    async def ask(self, message: Message, request_id: int = 1) -> Message:
        self.send(message, request_id)
        envelope = await self.receive()
        assert envelope.request_id == request_id
        return envelope.message

    async def is_hung_up(self) -> bool:
        """Waits for the end of the connection."""
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(65536):
                pass
        return True


class House:
    """A Server on a socket, and clients."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.engine = FakeEngine()
        engine: Any = self.engine
        self.transport = FakeTransport()
        transport: Any = self.transport
        self.server = Server(engine, transport, TONE, default_settings(), 0.0)
        self._writers: list[asyncio.StreamWriter] = []

    async def client(self) -> Client:
        reader, writer = await asyncio.open_unix_connection(str(self._path))
        self._writers.append(writer)
        return Client(reader, writer)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["House"]:
        listening = await asyncio.get_running_loop().create_unix_server(self.server.connect, str(self._path))
        try:
            yield self
        finally:
            listening.close()
            for writer in self._writers:
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()
            for connection in list(self.server.connections):
                connection.hang_up()


def in_a_house(scenario: Callable[[House], Coroutine[Any, Any, None]]) -> None:
    async def run(path: Path) -> None:
        async with asyncio.timeout(GUARD_S), House(path).open() as house:
            await scenario(house)

    with short_folder() as folder:
        asyncio.run(run(folder / "s"))


WRONG: list[tuple[str, Any, ErrorCode, int | None]] = [
    ("not msgpack", b"\xc1", ErrorCode.MALFORMED, None),
    ("half of a msgpack", msgpack.packb([[1, 0], "Stop", 7, {}])[:-1], ErrorCode.MALFORMED, 7),
    ("not an envelope", {"type": "Stop"}, ErrorCode.MALFORMED, None),
    ("another major version", [[2, 0], "Stop", 7, {}], ErrorCode.UNSUPPORTED_VERSION, 7),
    ("an unknown type", [[1, 0], "Sing", 7, {}], ErrorCode.UNKNOWN_TYPE, 7),
    ("a type that goes the other way", [[1, 0], "Accepted", 7, {"utterance": 1}], ErrorCode.UNKNOWN_TYPE, 7),
    ("a field of the wrong type", [[1, 0], "Speak", 7, {"text": 5}], ErrorCode.BAD_FIELD, 7),
    ("a field missing", [[1, 0], "Speak", 7, {}], ErrorCode.BAD_FIELD, 7),
]


@pytest.mark.parametrize(("body", "code", "request_id"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_message_is_refused_and_the_connection_goes_on(
    body: Any, code: ErrorCode, request_id: int | None
) -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        client.send_body(body)
        refusal = await client.receive()
        assert isinstance(refusal.message, Refused)
        assert (refusal.message.code, refusal.request_id) == (code, request_id)
        assert await client.ask(Stop(), 8) == Stopped(utterances=[1])

    in_a_house(scenario)


def test_an_oversized_message_is_refused_and_the_connection_goes_on() -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        body = msgpack.packb([[1, 0], "Speak", 7, {"text": "a" * MAX_MESSAGE_BYTES}])
        client.send_body(body)
        refusal = await client.receive()
        assert isinstance(refusal.message, Refused)
        assert (refusal.message.code, refusal.request_id) == (ErrorCode.MESSAGE_TOO_LONG, 7)
        assert await client.ask(Stop(), 8) == Stopped(utterances=[1])

    in_a_house(scenario)


def test_a_refusal_of_the_engine_is_a_reply() -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        assert await client.ask(Speak(text="no")) == Refused(code=ErrorCode.EMPTY_TEXT, message="no means no")

    in_a_house(scenario)


def test_half_a_message_and_a_hang_up_cost_nothing() -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        client.writer.write(encode(Speak(text="Hello."), 1)[:-3])
        client.writer.close()
        await house.engine.is_gone.wait()
        assert house.engine.spoken == []
        assert house.server.connections == set()
        assert await (await house.client()).ask(Stop()) == Stopped(utterances=[1])

    in_a_house(scenario)


def test_a_message_may_come_byte_by_byte_and_many_at_once() -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        frame = encode(Speak(text="Hello."), 1)
        for byte in frame:
            client.writer.write(bytes([byte]))
            await client.writer.drain()
        assert (await client.receive()).message == Accepted(utterance=1)
        client.writer.write(encode(Speak(text="Two."), 2) + encode(Speak(text="no"), 3) + encode(Stop(), 4))
        replies = [await client.receive() for _ in range(3)]
        assert [type(reply.message).__name__ for reply in replies] == ["Accepted", "Refused", "Stopped"]
        assert [reply.request_id for reply in replies] == [2, 3, 4]

    in_a_house(scenario)


def test_the_reply_comes_before_events_of_the_same_request() -> None:
    async def scenario(house: House) -> None:
        house.engine.events = [STARTED, CANCELLED]
        client = await house.client()
        client.send(Speak(text="Hello."), 5)
        received = [await client.receive() for _ in range(3)]
        assert [envelope.message for envelope in received] == [Accepted(utterance=1), STARTED, CANCELLED]
        assert {envelope.request_id for envelope in received} == {5}

    in_a_house(scenario)


def test_events_of_other_requests_wait_for_the_reply_too() -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        await client.ask(Speak(text="Hello."), 1)
        client.send(Stop(), 2)
        received = [await client.receive() for _ in range(2)]
        assert [(envelope.request_id, type(envelope.message)) for envelope in received] == [
            (2, Stopped),
            (1, Cancelled),
        ]

    in_a_house(scenario)


def test_events_go_to_the_connection_that_asked() -> None:
    async def scenario(house: House) -> None:
        one, other = await house.client(), await house.client()
        await one.ask(Speak(text="Hello."), 1)
        await other.ask(Speak(text="Hello."), 1)
        house.engine.listeners[1](STARTED)
        assert (await other.receive()).message == STARTED
        assert await one.ask(ListQueue(), 2) == Queue(utterances=[])  # nothing came in between

    in_a_house(scenario)


def test_an_event_for_a_client_that_is_gone_goes_nowhere() -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        await client.ask(Speak(text="Hello."))
        client.writer.close()
        await house.engine.is_gone.wait()
        house.engine.listeners[0](STARTED)
        assert house.engine.gone == [house.engine.spoken[0][1]]

    in_a_house(scenario)


def test_voices_are_those_of_the_bundle() -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        reply = await client.ask(ListVoices())
        assert isinstance(reply, Voices)
        assert [(voice["name"], voice["is_default"]) for voice in reply.voices] == [("tone", True)]

    in_a_house(scenario)


def test_a_bug_costs_its_own_connection_only_and_no_word_of_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    from utterd.daemon.logs import loop_exception_handler

    async def scenario(house: House) -> None:
        asyncio.get_running_loop().set_exception_handler(loop_exception_handler)
        client = await house.client()
        client.send(Speak(text="bug"))
        assert await client.is_hung_up()
        assert await (await house.client()).ask(Stop()) == Stopped(utterances=[1])

    with caplog.at_level(logging.DEBUG):
        in_a_house(scenario)
    assert "ZeroDivisionError" in caplog.text
    assert "Zanzibar" not in caplog.text


# Clients that read slowly


WINDOW = Audio(utterance=1, pcm=bytes(96_000))


def fill(house: House) -> Connection:
    """Send audio until the connection says that it has no room."""
    (_, connection, _) = house.engine.spoken[0]
    for _ in range(1000):
        if not connection.has_room:
            return connection
        house.engine.listeners[0](WINDOW)
    raise AssertionError("there is always room")


def test_a_slow_reader_holds_up_its_rendering_until_it_has_read() -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        await client.ask(Speak(text="Hello."))
        connection = fill(house)
        assert not house.engine.rendering.has_gone_on.is_set()
        while not house.engine.rendering.has_gone_on.is_set():
            assert (await client.receive()).message == WINDOW
        assert connection.has_room

    in_a_house(scenario)


def test_room_is_full_only_where_its_return_will_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """asyncio calls resume_writing only after the buffer was longer than the limit, not when it was as long."""

    async def scenario(house: House) -> None:
        await (await house.client()).ask(Speak(text="Hello."))
        (_, connection, _) = house.engine.spoken[0]
        transport: Any = connection._transport
        _, high = transport.get_write_buffer_limits()
        monkeypatch.setattr(type(transport), "get_write_buffer_size", lambda self: high)
        assert connection.has_room
        monkeypatch.setattr(type(transport), "get_write_buffer_size", lambda self: high + 1)
        assert not connection.has_room
        monkeypatch.undo()

    in_a_house(scenario)


def test_a_client_that_reads_nothing_is_dropped_in_the_end(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        await client.ask(Speak(text="Hello."))
        for _ in range(server_module._DEAF_BYTES // len(WINDOW.pcm) + 10):
            house.engine.listeners[0](WINDOW)
        await house.engine.is_gone.wait()
        assert house.server.connections == set()

    in_a_house(scenario)
    assert "it reads nothing" in caplog.text


# Who may come, and the end


def test_another_users_process_is_hung_up_on_unheard(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(connection: Any) -> int:
        raise ForeignPeer(4242)

    monkeypatch.setattr(server_module, "check_peer", refuse)

    async def scenario(house: House) -> None:
        client = await house.client()
        client.send(Speak(text="Hello."))
        assert await client.is_hung_up()
        assert house.engine.spoken == []
        assert house.server.connections == set()

    in_a_house(scenario)
    assert "uid 4242" in caplog.text


def test_a_kernel_that_cannot_say_who_it_is_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: Any) -> int:
        raise OSError("the kernel does not say")

    monkeypatch.setattr(server_module, "check_peer", fail)

    async def scenario(house: House) -> None:
        assert await (await house.client()).is_hung_up()

    in_a_house(scenario)


def test_the_end_of_the_daemon_is_told_before_the_connection_closes() -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        await client.ask(Speak(text="Hello."))
        house.server.close()
        assert (await client.receive()).message == CANCELLED
        assert await client.is_hung_up()

    in_a_house(scenario)


def test_a_request_to_a_daemon_that_ends_is_refused() -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        house.server.is_closing = True
        reply = await client.ask(Speak(text="Hello."))
        assert isinstance(reply, Refused)
        assert reply.code == ErrorCode.SHUTTING_DOWN

    in_a_house(scenario)


def test_finished_is_written_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(house: House) -> None:
        client = await house.client()
        await client.ask(Speak(text="Hello."), 3)
        dropped = [{"char_start": n, "char_end": n + 1, "reason": "symbol without a spoken form"} for n in range(5000)]
        finished = Finished(utterance=1, t_ms=1.0, audio_ms=2.0, underruns=0, dropped=dropped)
        house.engine.listeners[0](finished)
        assert (await client.receive()).message == finished

    in_a_house(scenario)
