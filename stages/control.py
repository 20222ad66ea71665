"""The second thread of every stage: hears commands at once, and sends heartbeats.

The main thread may be deep in a model or in a device; a cancel must not wait for it. So commands are seen here at once
(`on_command`, to abort the work in hand), having been handed to the main thread through an inproc socket that it polls
beside its hops.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import zmq

from utterd.stages.commands import COMMANDS, Command
from utterd.stages.reports import Heartbeat
from utterd.stages.scheduling import raise_control_thread
from utterd.stages.spec import StageSpec
from utterd.stages.wire import pack, unpack

logger = logging.getLogger(__name__)


class Activity:
    """How long the main thread has been at its present step. Written by it, read by the control thread."""

    def __init__(self) -> None:
        self._since_ns = 0  # one int: reading and writing it is atomic under the GIL

    def begin(self) -> None:
        self._since_ns = time.monotonic_ns()

    def end(self) -> None:
        self._since_ns = 0

    @property
    def busy_ms(self) -> int:
        since_ns = self._since_ns
        return 0 if since_ns == 0 else (time.monotonic_ns() - since_ns) // 1_000_000


class ControlThread:
    """Owns the control socket. `inbox` is the main thread's."""

    def __init__(
        self,
        spec: StageSpec,
        context: zmq.Context[Any],
        activity: Activity,
        *,
        on_command: Callable[[Command], None] = lambda command: None,
        on_beat: Callable[[], None] = lambda: None,
    ) -> None:
        """Start the thread.

        Args:
            on_command: sees each command as it arrives, on this thread; it is in the inbox by then.
            on_beat: called before each heartbeat, on this thread.
        """
        self._spec = spec
        self._activity = activity
        self._on_command = on_command
        self._on_beat = on_beat
        self._socket = context.socket(zmq.DEALER)
        self._socket.linger = 0
        self._socket.setsockopt(zmq.IDENTITY, f"{spec.stage}:{os.getpid()}".encode())
        self._socket.connect(spec.control_endpoint)
        endpoint = f"inproc://commands-{id(self)}"
        self.inbox = context.socket(zmq.PULL)
        """Only the main thread may use it."""
        self.inbox.bind(endpoint)
        self._outbox = context.socket(zmq.PUSH)
        self._outbox.connect(endpoint)
        threading.Thread(target=self._run, name="control", daemon=True).start()

    def commands(self) -> list[Command]:
        """Those that have arrived since the last call. Only on the main thread."""
        arrived = []
        with contextlib.suppress(zmq.Again):
            while True:
                arrived.append(unpack(self.inbox.recv(zmq.NOBLOCK), *COMMANDS))
        return arrived

    def _run(self) -> None:
        raise_control_thread()
        interval_ms = int(self._spec.heartbeat_s * 1000)
        next_beat_ns = 0
        while True:
            now_ns = time.monotonic_ns()
            if now_ns >= next_beat_ns:
                self._beat()
                next_beat_ns = now_ns + interval_ms * 1_000_000
            if self._socket.poll(max(1, (next_beat_ns - now_ns) // 1_000_000)):
                data = self._socket.recv()
                # First the inbox: work that is interrupted looks there for the reason, and goes on if there is none.
                self._outbox.send(data)
                self._on_command(unpack(data, *COMMANDS))

    def _beat(self) -> None:
        self._on_beat()
        with contextlib.suppress(zmq.Again):
            beat = Heartbeat(stage=self._spec.stage, pid=os.getpid(), busy_ms=self._activity.busy_ms)
            self._socket.send(pack(beat), zmq.NOBLOCK)
