"""The three stages as one: their processes, their lanes, and what to do when one of them dies.

It knows chunks and places, not what an utterance means to a client: `engine.py` does.
"""

import asyncio
import dataclasses
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import zmq

from utterd.config.settings import Settings
from utterd.daemon.lane import LaneFeeder
from utterd.daemon.links import SocketWatcher, StageLinks
from utterd.daemon.process import StageProcess
from utterd.daemon.supervisor import Kill, Problem, StageState, Start, Supervisor
from utterd.daemon.wiring import STAGES, Wiring, hops_into, hops_out_of, writer_of
from utterd.stages.chunks import LANES, Lane
from utterd.stages.commands import BeginEpoch, Command, Cut, Shutdown
from utterd.stages.hop import HopWriter
from utterd.stages.position import Position
from utterd.stages.reports import Heartbeat, Ready, Report, Unusable
from utterd.stages.spec import StageSpec

logger = logging.getLogger(__name__)

_LATE_S = 0.25
"""A tick that comes so late tells that the daemon itself did not run."""

_DEATHS_BLAMED_ON_A_UNIT = 2
"""A piece of text over which a stage died so often is not tried again."""


class Pipeline:
    """Belongs to the event loop. Construct it, `start_stages`, then `watch`."""

    def __init__(
        self,
        settings: Settings,
        wiring: Wiring,
        *,
        device: str,
        start_process: Callable[[StageSpec, Callable[[StageProcess], None]], StageProcess] = StageProcess,
    ) -> None:
        self._settings = settings
        self._wiring = wiring
        self._device = device
        self._start_process = start_process
        self._context: zmq.Context[Any] = zmq.Context(io_threads=1)
        self._links = StageLinks(
            self._context,
            control_endpoint=wiring.control_endpoint,
            on_report=self._on_report,
        )
        self.supervisor = Supervisor(STAGES, settings.supervision)
        self.lanes: dict[Lane, LaneFeeder] = {
            lane: LaneFeeder(lane, HopWriter(wiring.hops[f"text.{lane}"], self._context), self._broadcast)
            for lane in LANES
        }
        self.context = self._context
        self.on_report: Callable[[Report], None] = lambda report: None
        """What is not about a process's life is passed on."""
        self.on_unit_blamed: Callable[[int, str], None] = lambda utterance_id, stage: None
        """A unit of this utterance has killed a stage twice."""
        self.on_output_lost: Callable[[Position | None], None] = lambda position: None
        """The output stage died, having come so far. Called before the lane is fed again."""
        self.on_unusable: Callable[[str], None] = lambda stage: None
        """A stage cannot work; `supervisor.records` says why."""
        self.volume = settings.output.volume
        """Of the loudspeaker, as it is now: a new output process begins with it."""
        self.is_paused = False
        """Whether it stands still; likewise."""
        self._processes: dict[str, StageProcess] = {}
        self._blame: Counter[tuple[str, int, int, int]] = Counter()
        self._watchers: dict[Lane, SocketWatcher] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._linked: set[int] = set()
        """Processes whose control socket has been heard: commands reach them."""
        self._is_closing = False
        self._tick_due_s = time.monotonic()

    def start_stages(self) -> None:
        """Start what the supervisor wants started. Needs no event loop, so that start-up can overlap with imports."""
        for action in self.supervisor.poll(time.monotonic()):
            if isinstance(action, Start):
                self._start(action.stage, is_restart=action.is_restart)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to hear the stages."""
        self._loop = loop
        self._links.watch(loop)
        for lane, feeder in self.lanes.items():
            self._watchers[lane] = SocketWatcher(feeder.writer.socket, feeder.pump, loop)
        for process in self._processes.values():
            process.watch(loop)
        self._tick()

    def poke(self) -> None:
        """Text hops were used: their sockets have to be looked at."""
        for watcher in self._watchers.values():
            watcher.poke()

    def send(self, stage: str, command: Command) -> None:
        self._links.send(stage, command)

    def revive(self) -> None:
        """Somebody wants to speak: give what has been given up another chance."""
        self.supervisor.revive(time.monotonic())
        self._carry_out()

    def problem(self, lane: Lane) -> Problem | None:
        """Why nothing can be spoken on this lane at present, if so."""
        for name, record in self.supervisor.records.items():
            is_down = record.state in (StageState.BACKING_OFF, StageState.GIVEN_UP)
            if record.problem is not None and is_down and not (name == "output" and lane == "render"):
                return record.problem
        return None

    def close(self, patience_s: float) -> None:
        """End all stages; blocks for `patience_s` at most, and less if they hurry."""
        self._is_closing = True
        for stage in STAGES:
            self._links.send(stage, Shutdown())
        deadline_s = time.monotonic() + patience_s
        for process in self._processes.values():
            if not process.wait(max(0.0, deadline_s - time.monotonic())):
                process.kill()
        for process in self._processes.values():
            if process.wait(1.0) and self._loop is not None:
                process.close(self._loop)
        for watcher in self._watchers.values():
            watcher.close()
        for feeder in self.lanes.values():
            feeder.writer.close()
        self._links.close()
        self._context.destroy(linger=0)

    # Processes

    def _start(self, stage: str, *, is_restart: bool) -> None:
        generations = {lane: feeder.generation for lane, feeder in self.lanes.items()}
        spec = self._wiring.spec(stage, generations, self._stage_settings(stage, is_restart))
        self._wiring.positions[stage].clear()
        self._links.listen(stage, spec.reports_endpoint)
        try:
            process = self._start_process(spec, self._on_exit)
        except OSError as error:
            logger.error("stage not started stage=%s reason=%s", stage, error.strerror)
            self._links.forget(stage)
            self.supervisor.exited(stage, time.monotonic())
            return
        self._processes[stage] = process
        if stage == "output":
            self.lanes["live"].output_started()
        self.supervisor.started(stage, process.pid, time.monotonic())
        logger.info("stage started stage=%s pid=%d restart=%s", stage, process.pid, is_restart)
        if self._loop is not None:
            process.watch(self._loop)

    def _stage_settings(self, stage: str, is_restart: bool) -> dict[str, Any]:
        settings = self._settings
        if stage == "g2p":
            return {"language": settings.speech.language or "en-us", "scratch": str(self._wiring.scratch)}
        if stage == "inference":
            return {"model": settings.speech.model, **dataclasses.asdict(settings.inference)}
        return {
            "device": self._device,
            "volume": self.volume,
            "is_paused": self.is_paused,
            "keep_open_s": settings.output.keep_open_s,
            "is_restart": is_restart,
            "resume": {feed.utterance.id: feed.place for feed in self.lanes["live"].feeds if feed.place != (0, 0)},
        }

    def _on_exit(self, process: StageProcess) -> None:
        if self._is_closing or self._processes.get(process.stage) is not process:
            return
        stage = process.stage
        del self._processes[stage]
        self._links.forget(stage)
        self._linked.discard(process.pid)
        position = self._wiring.positions[stage].read()
        self.supervisor.exited(stage, time.monotonic())
        self._assign_blame(stage, position)
        self._rejoin(stage)
        if stage == "output":
            self.on_output_lost(position)
        else:
            for feeder in self.lanes.values():
                feeder.rewind(f"{stage} died")
        record = self.supervisor.records[stage]
        if record.problem is not None:
            self.on_unusable(stage)
        self.poke()
        self._carry_out()

    def _assign_blame(self, stage: str, position: Position | None) -> None:
        if position is None or not position.is_working:
            return
        place = (stage, position.utterance_id, position.sequence, position.frame)
        self._blame[place] += 1
        if self._blame[place] >= _DEATHS_BLAMED_ON_A_UNIT:
            self.on_unit_blamed(position.utterance_id, stage)

    def _rejoin(self, stage: str) -> None:
        """A stage is being replaced: new epochs on all its hops."""
        for name in hops_out_of(stage):
            self._wiring.raise_epoch(name)  # its reader learns of it from the first bell
        self._ring_again(stage)

    def _ring_again(self, stage: str) -> None:
        """Let the writers of the hops into a stage announce anew what it has not released."""
        for name in hops_into(stage):
            hop = self._wiring.raise_epoch(name)
            writer = writer_of(name)
            if writer == "daemon":
                next(f.writer for f in self.lanes.values() if f.writer.name == name).begin_epoch(hop.epoch)
            else:
                self._links.send(writer, BeginEpoch(hop=name, epoch=hop.epoch))

    # Reports

    def _on_report(self, report: Report) -> None:
        now_s = time.monotonic()
        if isinstance(report, Heartbeat):
            self._note_link(report)
            self.supervisor.heard(report.stage, report.pid, report.busy_ms / 1000, now_s)
            return
        if isinstance(report, Ready):
            self.supervisor.ready(
                report.stage, report.pid, now_s, asked=report.asked, granted=report.granted, refused=report.refused
            )
            logger.info("stage ready stage=%s pid=%d scheduling=%s", report.stage, report.pid, report.granted)
        elif isinstance(report, Unusable):
            problem = Problem(code=report.code, message=report.message)
            self.supervisor.unusable(report.stage, report.pid, problem)
            logger.error("stage unusable stage=%s reason=%s", report.stage, report.message)
        self.on_report(report)

    def _note_link(self, beat: Heartbeat) -> None:
        """A new process can be reached from its first heartbeat on; commands sent before it went nowhere."""
        if beat.pid in self._linked or self.supervisor.records[beat.stage].pid != beat.pid:
            return
        self._linked.add(beat.pid)
        self._links.address(beat.stage, beat.pid)
        for name in hops_out_of(beat.stage):
            self._links.send(beat.stage, BeginEpoch(hop=name, epoch=self._wiring.hops[name].epoch))
        self._make_up_for_cuts(beat.stage)
        if self.supervisor.records[beat.stage].restarts:
            # Bells rung while the dead process's connection still seemed to stand went into nothing.
            self._ring_again(beat.stage)

    def _make_up_for_cuts(self, stage: str) -> None:
        """There may have been some since the process was started."""
        began_in = self._processes[stage].spec.generations
        for lane, feeder in self.lanes.items():
            if feeder.generation == began_in[lane]:
                continue
            if stage != "output":
                self._links.send(stage, Cut(lane=lane, generation=feeder.generation))
            elif lane == "live":  # what it was to keep, cut by cut, nobody knows any more
                feeder.output_missed_a_cut()

    def _broadcast(self, cut: Cut) -> None:
        for stage in STAGES:
            self._links.send(stage, cut)

    # Time

    def _tick(self) -> None:
        """Look after the stages now and then; deaths and reports need no tick."""
        if self._is_closing or self._loop is None:
            return
        now_s = time.monotonic()
        if now_s - self._tick_due_s > _LATE_S:
            # This process was held up (a busy machine, a paused one): heartbeats lie unread in the socket.
            self.supervisor.excuse(now_s - self._tick_due_s)
        self._tick_due_s = now_s + self._settings.supervision.heartbeat_s
        self._loop.call_later(self._settings.supervision.heartbeat_s, self._tick)
        self._carry_out()
        self.poke()

    def _carry_out(self) -> None:
        for action in self.supervisor.poll(time.monotonic()):
            if isinstance(action, Kill):
                logger.warning("stage killed stage=%s reason=%s", action.stage, action.reason)
                if process := self._processes.get(action.stage):
                    process.kill()
            else:
                self._start(action.stage, is_restart=action.is_restart)
        next_start_s = self.supervisor.next_start_s
        if next_start_s is not None and self._loop is not None:
            self._loop.call_later(max(0.01, next_start_s - time.monotonic()), self._carry_out)
