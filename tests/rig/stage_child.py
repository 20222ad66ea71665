"""StageChild: a stage's process, with the test in the daemon's place at the other ends of its hops and sockets."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import zmq
from rig.hops import SLOT_BYTES, SLOTS, hop_specs, short_folder

from utterd.stages.chunks import Lane
from utterd.stages.commands import Command
from utterd.stages.hop import HopReader, HopSpec, HopWriter
from utterd.stages.memory import create_shared_memory
from utterd.stages.position import POSITION_PAGE_BYTES, PositionPage
from utterd.stages.reports import REPORTS, Heartbeat, Report
from utterd.stages.spec import StageSpec
from utterd.stages.wire import pack, unpack

HANG_GUARD_S = 20.0

R = TypeVar("R", bound=Report)


class StageChild:
    """Started by `with`, and gone after it. `script` is run with the spec's JSON and `arguments`."""

    def __init__(
        self,
        script: str | Path,
        *arguments: str,
        inputs: Mapping[Lane, str],
        outputs: Mapping[Lane, str],
        settings: Mapping[str, Any] | None = None,
        slots: int = SLOTS,
        slot_bytes: int = SLOT_BYTES,
    ) -> None:
        self._script, self._arguments = script, arguments
        self._hop_names: tuple[Mapping[Lane, str], Mapping[Lane, str]] = inputs, outputs
        self._settings = dict(settings or {})
        self._shape = {"slots": slots, "slot_bytes": slot_bytes}
        self._stack = ExitStack()
        self.reports: list[Report] = []
        """All that have been looked at, heartbeats aside."""
        self.beats: list[Heartbeat] = []
        self._unseen: list[Report] = []
        self._neighbours: dict[Lane, zmq.Context[Any]] = {}
        self.writers: dict[Lane, HopWriter] = {}
        """Into the stage."""
        self.readers: dict[Lane, HopReader] = {}
        """Out of it. Nothing is received or released but by the test."""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = stack.enter_context(short_folder())
            self._context = zmq.Context()
            stack.callback(self._context.destroy, linger=0)
            self._control = self._bind(zmq.ROUTER, folder / "control")
            self._reports = self._bind(zmq.PULL, folder / "reports")
            self._log = stack.enter_context((folder / "log").open("w+b"))
            self.spec = self._make_spec(folder, stack)
            self.writers = {lane: HopWriter(hop, self._context) for lane, hop in self.spec.inputs.items()}
            self._start(stack)
            self._stack = stack.pop_all()
        for lane in self.spec.outputs:
            self.open_reader(lane, epoch=1)
        self._wait_for_beat()  # commands reach it from now on
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            sys.stderr.write(self.log())
        self._stack.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def position(self) -> PositionPage:
        return PositionPage(self.spec.position_descriptor)

    def open_reader(self, lane: Lane, *, epoch: int) -> None:
        """Take the receiving end of a hop, in a context of its own: `close_reader` is as the death of a neighbour."""
        context = zmq.Context()
        self.readers[lane] = HopReader(replace(self.spec.outputs[lane], epoch=epoch), context)
        self._neighbours[lane] = context
        self._stack.callback(context.destroy, linger=0)

    def close_reader(self, lane: Lane) -> None:
        """When it returns, the connection is gone."""
        self.readers.pop(lane).close()
        self._neighbours.pop(lane).term()

    def command(self, command: Command) -> None:
        self._control.send_multipart([f"{self.spec.stage}:{self.pid}".encode(), pack(command)])

    def expect(self, *kinds: type[R]) -> R:
        """The next report of one of these kinds; others are left in `reports`."""
        while True:
            report = self.next_report()
            if isinstance(report, kinds):
                return report

    def next_report(self) -> Report:
        """The next one, heartbeats aside."""
        self._poll_until(lambda: bool(self._unseen), "a report")
        self.reports.append(self._unseen.pop(0))
        return self.reports[-1]

    def expect_beat(self, *, busy: bool) -> Heartbeat:
        """A heartbeat from now on that says the main thread is at work, or is not."""
        seen = len(self.beats)
        self._poll_until(lambda: any((beat.busy_ms > 0) == busy for beat in self.beats[seen:]), "a heartbeat")
        return next(beat for beat in self.beats[seen:] if (beat.busy_ms > 0) == busy)

    def receive(self, lane: Lane, count: int) -> list[Any]:
        """So many chunks from the stage, in order, their slots given back."""
        chunks: list[Any] = []
        deadline_s = time.monotonic() + HANG_GUARD_S
        while len(chunks) < count:
            if not self.readers[lane].socket.poll(100) and time.monotonic() > deadline_s:
                raise TimeoutError(f"{len(chunks)} of {count} chunks came\n{self.log()}")
            for arrival in self.readers[lane].receive():
                chunks.append(arrival.read())
                arrival.release()
        return chunks

    def hang_up(self) -> None:
        """What the stage sees when the daemon dies."""
        self._life.close()

    def wait(self) -> int:
        """Its exit status."""
        return self.process.wait(HANG_GUARD_S)

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    def _make_spec(self, folder: Path, stack: ExitStack) -> StageSpec:
        hops: list[dict[Lane, HopSpec]] = []
        for names in self._hop_names:
            specs = stack.enter_context(hop_specs(folder, *names.values(), **self._shape))
            hops.append(dict(zip(names, specs, strict=True)))
        page = create_shared_memory(POSITION_PAGE_BYTES)
        stack.callback(os.close, page)
        return StageSpec(
            stage="stage",
            control_endpoint=f"ipc://{folder / 'control'}",
            reports_endpoint=f"ipc://{folder / 'reports'}",
            life_descriptor=-1,
            position_descriptor=page,
            heartbeat_s=0.05,
            inputs=hops[0],
            outputs=hops[1],
            generations={"live": 0, "render": 0},
            settings=self._settings,
        )

    def _start(self, stack: ExitStack) -> None:
        self._life, childs_end = socket.socketpair()
        stack.callback(self._life.close)
        self.spec = replace(self.spec, life_descriptor=childs_end.fileno())
        self.process = subprocess.Popen(
            [sys.executable, str(self._script), self.spec.to_json(), *self._arguments],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},  # for `from rig…`
            pass_fds=self.spec.descriptors,
            stdin=subprocess.DEVNULL,
            stderr=self._log,
        )
        childs_end.close()
        stack.callback(self.process.wait)
        stack.callback(self.process.send_signal, signal.SIGKILL)

    def _bind(self, kind: int, path: Path) -> Any:
        bound = self._context.socket(kind)
        bound.linger = 0
        bound.bind(f"ipc://{path}")
        return bound

    def _wait_for_beat(self) -> None:
        self._poll_until(lambda: bool(self.beats), "the first heartbeat")

    def _poll_until(self, claim: Any, what: str) -> None:
        deadline_s = time.monotonic() + HANG_GUARD_S
        while not claim():
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"waited {HANG_GUARD_S:g} s for {what}\n{self.log()}")
            for ready, _ in self._poll():
                report = unpack(ready.recv_multipart()[-1], *REPORTS)
                if isinstance(report, Heartbeat):
                    self.beats.append(report)
                else:
                    self._unseen.append(report)

    def _poll(self) -> list[tuple[Any, int]]:
        poller = zmq.Poller()
        poller.register(self._control, zmq.POLLIN)
        poller.register(self._reports, zmq.POLLIN)
        return poller.poll(100)
