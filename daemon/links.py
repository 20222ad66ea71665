"""The daemon's ZeroMQ sockets to its stages: commands out, reports in, and the watching of sockets by asyncio.

A ZeroMQ socket's descriptor is edge-triggered: it tells only that *something* may have changed, and any use of the
socket may swallow the news. So every watcher looks at the socket's own events, after every use too (`poke`).
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

import zmq

from utterd.stages.commands import Command
from utterd.stages.reports import REPORTS, Report
from utterd.stages.wire import pack, unpack

logger = logging.getLogger(__name__)


class SocketWatcher:
    """Calls `on_readable` on the event loop while a ZeroMQ socket has something to read."""

    def __init__(
        self, socket: "zmq.Socket[bytes]", on_readable: Callable[[], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._socket = socket
        self._on_readable = on_readable
        self._loop = loop
        self._is_scheduled = False
        self._descriptor: int = socket.getsockopt(zmq.FD)  # type: ignore[assignment]  # pyzmq types it as any option
        loop.add_reader(self._descriptor, self._look)
        self.poke()

    def poke(self) -> None:
        """The socket has been used: look again soon."""
        if not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._look)

    def close(self) -> None:
        self._loop.remove_reader(self._descriptor)

    def _look(self) -> None:
        self._is_scheduled = False
        if not self._socket.closed and int(self._socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN:
            try:
                self._on_readable()
            finally:  # what follows a message that nobody could bear is still to be read
                self.poke()


class StageLinks:
    """Commands to the stages, reports from them. Belongs to the event loop."""

    def __init__(
        self,
        context: zmq.Context[Any],
        *,
        control_endpoint: str,
        on_report: Callable[[Report], None],
    ) -> None:
        self._context = context
        self._on_report = on_report
        self._control = context.socket(zmq.ROUTER)
        self._control.linger = 0
        self._control.bind(control_endpoint)
        self._control_watcher: SocketWatcher | None = None
        self._addresses: dict[str, bytes] = {}
        self._reports: dict[str, zmq.Socket[bytes]] = {}
        """One for each process: what a dead one said late cannot be taken for its successor's word."""
        self._report_watchers: dict[str, SocketWatcher] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to hear."""
        self._loop = loop
        self._control_watcher = SocketWatcher(self._control, self._read_control, loop)
        for stage in self._reports:
            self._watch_reports(stage, loop)

    def listen(self, stage: str, reports_endpoint: str) -> None:
        """A process of this stage is about to be started, and will report there."""
        socket = self._reports[stage] = self._context.socket(zmq.PULL)
        socket.linger = 0
        socket.bind(reports_endpoint)
        if self._loop is not None:
            self._watch_reports(stage, self._loop)

    def address(self, stage: str, pid: int) -> None:
        """Commands for this stage go to this process from now on."""
        self._addresses[stage] = f"{stage}:{pid}".encode()

    def forget(self, stage: str) -> None:
        """The stage's process is gone: hear its last words, and nothing more of it."""
        self._addresses.pop(stage, None)
        try:
            self._read_reports(self._reports[stage])
        finally:
            self._close_reports(stage)

    def send(self, stage: str, command: Command) -> None:
        """Tell a stage. One that is not there hears nothing: it starts from its spec."""
        if address := self._addresses.get(stage):
            with contextlib.suppress(zmq.ZMQError):
                self._control.send_multipart([address, pack(command)], zmq.NOBLOCK)
            if self._control_watcher is not None:
                self._control_watcher.poke()

    def close(self) -> None:
        for stage in list(self._reports):
            self._close_reports(stage)
        if self._control_watcher is not None:
            self._control_watcher.close()
        self._control.close()

    def _close_reports(self, stage: str) -> None:
        if watcher := self._report_watchers.pop(stage, None):
            watcher.close()
        self._reports.pop(stage).close()

    def _watch_reports(self, stage: str, loop: asyncio.AbstractEventLoop) -> None:
        socket = self._reports[stage]
        self._report_watchers[stage] = SocketWatcher(socket, lambda: self._read_reports(socket), loop)

    def _read_control(self) -> None:
        with contextlib.suppress(zmq.Again):
            while True:
                _, data = self._control.recv_multipart(zmq.NOBLOCK)
                self._on_report(unpack(data, *REPORTS))

    def _read_reports(self, socket: "zmq.Socket[bytes]") -> None:
        with contextlib.suppress(zmq.Again):
            while True:
                self._on_report(unpack(socket.recv(zmq.NOBLOCK), *REPORTS))
