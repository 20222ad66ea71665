"""A daemon without a voice, in a thread: it misbehaves on order, and remembers what it was asked.

What becomes of a Speak stands in its text: see fake_answers.py.
"""

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from fake_answers import Answers

from utterd.client.codec import FROM_CLIENT, Decoder, encode
from utterd.client.errors import ProtocolError
from utterd.client.messages import Refused, Request, Stop

WAIT_S = 10.0
"""Long enough for a loaded machine; only a failing test takes it."""

VOICES: list[dict[str, Any]] = [
    {"name": "af_test", "language": "en-us", "description": "a tester", "is_default": True},
    {"name": "bm_test", "language": "en-gb", "description": "another", "is_default": False},
]

QUEUE: list[dict[str, Any]] = [
    {"id": 7, "state": "speaking", "position": 0, "characters": 5, "destination": "device"},
]

STATUS: dict[str, Any] = {
    "version": "0.1.0",
    "uptime_s": 3723.5,
    "device": {"name": "null", "state": "idle", "latency_ms": 11.0},
    "voice": "af_test",
    "model": "starter",
    "queue": QUEUE,
    "stages": [
        {
            "name": "g2p",
            "pid": 4711,
            "state": "ready",
            "restarts": 0,
            "rss_bytes": 52428800,
            "cpu_s": 1.5,
            "scheduling": {"asked": "normal", "granted": "normal"},
        }
    ],
    "metrics": {
        "first_audio_ms": {"count": 2, "p50": 40.0, "p95": 50.0, "p99": 51.0, "max": 51.5},
        "rtf": {"count": 2, "p50": 0.04, "p95": 0.05, "p99": 0.05, "max": 0.05},
        "underruns": 0,
        "cache": {"hits": 1, "misses": 2, "bytes": 1048576},
    },
}

RequestT = TypeVar("RequestT", bound=Request)


class FakeDaemon:
    """Listens from `__enter__` to `__exit__`; a thread a connection."""

    def __init__(self, socket_path: Path) -> None:
        self.socket_path = socket_path
        self.status: dict[str, Any] = STATUS
        self.voices: list[dict[str, Any]] = VOICES
        self.queue: list[dict[str, Any]] = QUEUE
        self.on_stop: Callable[[Stop], list[int]] | None = None
        """What a Stop is said to have ended, if a test wants to say so."""
        self.done: list[int] = []
        """What Pause, Skip and their like are said to have been done to, beside what this connection has."""
        self.requests: list[Request] = []
        self._news = threading.Condition()
        self._hung_up = 0
        self._utterances = itertools.count(1)
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self.socket_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.socket_path))
        self._listener.listen()
        self._spawn(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in (self._listener, *self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(WAIT_S)
        self._listener.close()
        self.socket_path.unlink()

    @property
    def connections(self) -> int:
        """How many there have been."""
        return len(self._connections)

    def wait_for(self, kind: type[RequestT]) -> RequestT:
        """The last request of this kind, as soon as there is one."""
        with self._news:
            assert self._news.wait_for(lambda: any(isinstance(request, kind) for request in self.requests), WAIT_S)
            return next(request for request in reversed(self.requests) if isinstance(request, kind))

    def wait_for_hang_up(self) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self._hung_up, WAIT_S)

    def next_utterance(self) -> int:
        return next(self._utterances)

    def _spawn(self, target: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        decoder, answers = Decoder(FROM_CLIENT), Answers(self, connection)
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65536):
                for item in decoder.feed(data):
                    if isinstance(item, ProtocolError):
                        connection.sendall(encode(Refused(code=item.code, message=str(item)), item.request_id))
                        continue
                    assert item.request_id is not None
                    assert isinstance(item.message, Request)
                    self._note(item.message)
                    answers.answer(item.request_id, item.message)
        with self._news:
            self._hung_up += 1
            self._news.notify_all()

    def _note(self, request: Request) -> None:
        with self._news:
            self.requests.append(request)
            self._news.notify_all()
