"""The process of a stage that turns chunks into chunks: g2p and inference.

This file owns the sockets, rings, signals and heartbeats; the work itself is a `Stage`. Every lane has its own work in
hand, so a full ring holds up its own lane only; whenever the live lane can go on, it goes first.
"""

import logging
import os
import time
from collections.abc import Callable
from typing import Any

import zmq

from utterd.stages.chunks import LANES
from utterd.stages.commands import BeginEpoch, Command, Cut, Shutdown, Yield
from utterd.stages.control import Activity, ControlThread
from utterd.stages.hop import HopReader, HopWriter
from utterd.stages.lane import LaneWork
from utterd.stages.position import Position, PositionPage
from utterd.stages.reports import Ready, Report, UnitFailed, Unusable
from utterd.stages.spec import StageSpec
from utterd.stages.unforeseen import describe
from utterd.stages.wire import pack
from utterd.stages.work import ChunkFailed, ChunkInterrupted, Stage

logger = logging.getLogger(__name__)

_YIELD_PATIENCE_NS = 1_000_000_000
"""How long render work makes way for live work that was announced and is still in the stage before."""


class Worker:
    """Runs a Stage until the daemon says Shutdown."""

    def __init__(
        self, spec: StageSpec, stage: Stage, ready: Ready, *, rest: Callable[[], float | None] = lambda: None
    ) -> None:
        """Own a stage.

        Args:
            spec: what the daemon asks for.
            stage: does the work.
            ready: is reported when everything is connected.
            rest: called whenever nothing can be done, on the thread that works; gives seconds after which it is to be
                called again if nothing has come till then, or None.
        """
        self._spec = spec
        self._stage = stage
        self._rest = rest
        context: zmq.Context[Any] = zmq.Context()
        self._position = PositionPage(spec.position_descriptor)
        self._activity = Activity()
        self._lanes = [
            LaneWork(
                lane,
                HopReader(spec.inputs[lane], context),
                HopWriter(spec.outputs[lane], context),
                spec.generations[lane],
            )
            for lane in LANES
        ]
        self._current: LaneWork | None = None
        """The lane in whose step the main thread is. Read by the control thread."""
        self._render_waits_until_ns = 0
        self._reports = open_reports(spec, context)
        self._control = ControlThread(spec, context, self._activity, on_command=self._see_command)
        self._poller = zmq.Poller()
        self._poller.register(self._control.inbox, zmq.POLLIN)
        for lane in self._lanes:
            self._poller.register(lane.reader.socket, zmq.POLLIN)
            self._poller.register(lane.writer.socket, zmq.POLLIN)
        self.report(ready)

    def report(self, report: Report) -> None:
        """Tell the daemon. Only on the main thread."""
        self._reports.send(pack(report))

    def run(self) -> None:
        """Work until Shutdown."""
        while True:
            for command in self._control.commands():
                if isinstance(command, Shutdown):
                    return
                self._obey(command)
            for lane in self._lanes:
                lane.receive()
            lane_ready = next((lane for lane in self._lanes if lane.can_go_on), None)
            if lane_ready is None:
                rest_s = self._rest()
                self._poller.poll(None if rest_s is None else int(rest_s * 1000) + 1)
            elif lane_ready.lane == "render" and (wait_ns := self._render_waits_until_ns - time.monotonic_ns()) > 0:
                self._poller.poll(wait_ns // 1_000_000 + 1)
            elif lane_ready.take(self._stage, self.report):
                self._step(lane_ready)

    def _step(self, lane: LaneWork) -> None:
        if lane.lane == "live":
            self._render_waits_until_ns = 0  # what was announced is here
        self._mark(lane, is_working=True)
        self._activity.begin()
        self._current = lane
        try:
            lane.step()
        except ChunkInterrupted:
            self._after_interruption(lane)
        except ChunkFailed as error:
            self._fail(lane, error.code, str(error))
        except Exception as error:  # a bug, or a chunk no one foresaw: it costs its utterance, not the stage
            logger.error("unit failed %s", describe(error))
            sentence = f"{self._spec.stage} failed on a piece of the text ({type(error).__name__}); the log says where"
            self._fail(lane, "synthesis_failed", sentence)
        finally:
            self._current = None
            self._activity.end()
            self._mark(lane, is_working=False)

    def _mark(self, lane: LaneWork, *, is_working: bool) -> None:
        """Leave word of the unit in hand, in case it kills this process."""
        if (chunk := lane.chunk_in_hand) is None:
            self._position.write(Position(utterance_id=0, sequence=0, is_working=False))
        else:
            header = chunk.header
            self._position.write(
                Position(utterance_id=header.utterance_id, sequence=header.sequence, is_working=is_working)
            )

    def _fail(self, lane: LaneWork, code: str, message: str) -> None:
        assert lane.chunk_in_hand is not None
        header = lane.chunk_in_hand.header
        lane.drop()
        self.report(
            UnitFailed(
                stage=self._spec.stage,
                lane=lane.lane,
                generation=header.generation,
                utterance_id=header.utterance_id,
                sequence=header.sequence,
                code=code,
                message=message,
            )
        )

    def _after_interruption(self, lane: LaneWork) -> None:
        for command in self._control.commands():
            if isinstance(command, Shutdown):
                os._exit(0)
            self._obey(command)
        if lane.chunk_in_hand is not None:  # it was not cut: it only had to make way
            lane.retry(self._stage, self.report)

    def _obey(self, command: Command) -> None:
        if isinstance(command, Cut):
            next(lane for lane in self._lanes if lane.lane == command.lane).cut(command.generation)
        elif isinstance(command, BeginEpoch):
            for lane in self._lanes:
                if lane.writer.name == command.hop:
                    lane.writer.begin_epoch(command.epoch)
        elif isinstance(command, Yield):
            self._render_waits_until_ns = time.monotonic_ns() + _YIELD_PATIENCE_NS

    def _see_command(self, command: Command) -> None:
        """On the control thread: does this command concern the work in hand?

        Should the main thread have gone on to another chunk meanwhile, that one is interrupted for nothing and retried.
        """
        current = self._current
        chunk = None if current is None else current.chunk_in_hand
        if current is None or chunk is None:
            return
        if isinstance(command, Cut):
            concerned = command.lane == current.lane and chunk.header.generation < command.generation
        else:
            concerned = isinstance(command, Shutdown) or (isinstance(command, Yield) and current.lane == "render")
        if concerned:
            self._stage.interrupt()


def open_reports(spec: StageSpec, context: zmq.Context[Any]) -> "zmq.Socket[bytes]":
    """The socket for this stage's reports."""
    socket: zmq.Socket[bytes] = context.socket(zmq.PUSH)
    socket.linger = 200  # ms: last words at a shutdown
    socket.connect(spec.reports_endpoint)
    return socket


def report_unusable(spec: StageSpec, code: str, message: str) -> None:
    """Tell the daemon why this stage cannot work; the process should exit then."""
    context: zmq.Context[Any] = zmq.Context()
    socket = open_reports(spec, context)
    socket.send(pack(Unusable(stage=spec.stage, pid=os.getpid(), code=code, message=message)))
    socket.close()
    context.term()
