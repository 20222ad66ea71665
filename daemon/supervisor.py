"""Keeps the stages alive: when to start, restart, kill, give up. No I/O and no clock of its own: the caller brings
events and the time, and carries out the actions.

    STARTING ──ready──▶ READY ──silent or stuck──▶ HUNG
        │                 │                          │
        └────── exited ───┴───────── exited ─────────┘
                          ▼
             BACKING_OFF ──────▶ STARTING, or GIVEN_UP after `give_up_after` failures in a row
"""

from dataclasses import dataclass
from enum import StrEnum

from utterd.config.settings import Supervision


class StageState(StrEnum):
    """Of one stage process; DESIGN.md 3.4 names them."""

    STARTING = "starting"
    READY = "ready"
    HUNG = "hung"
    """It did not answer or got stuck; it has been killed and its end is awaited."""
    BACKING_OFF = "backing_off"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Start this stage's process now."""

    stage: str
    is_restart: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """Kill this stage's process: it is not answering."""

    stage: str
    reason: str


Action = Start | Kill


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a stage cannot do its work, in its own words."""

    code: str
    message: str


@dataclass(slots=True, kw_only=True)
class StageRecord:
    """What is known of one stage. Written by the Supervisor only."""

    name: str
    busy_limit_s: float
    state: StageState = StageState.BACKING_OFF
    pid: int | None = None
    restarts: int = 0
    """Processes started after the first."""
    starts: int = 0
    failures: int = 0
    """In a row; a stable life resets it."""
    started_at_s: float = 0.0
    ready_at_s: float | None = None
    heard_at_s: float = 0.0
    start_at_s: float = 0.0
    problem: Problem | None = None
    asked: str = ""
    granted: str = ""
    refused: tuple[str, ...] = ()


class Supervisor:
    """Policy for all stages. Times are monotonic seconds."""

    def __init__(self, stages: tuple[str, ...], settings: Supervision) -> None:
        self._settings = settings
        limits = {
            "g2p": settings.g2p_limit_s,
            "inference": settings.inference_limit_s,
            "output": settings.output_limit_s,
        }
        self.records = {name: StageRecord(name=name, busy_limit_s=limits[name]) for name in stages}

    def started(self, stage: str, pid: int, now_s: float) -> None:
        """Its process runs."""
        record = self.records[stage]
        record.pid, record.state = pid, StageState.STARTING
        record.started_at_s = record.heard_at_s = now_s
        record.ready_at_s = None
        record.restarts += record.starts > 0
        record.starts += 1

    def ready(
        self,
        stage: str,
        pid: int,
        now_s: float,
        *,
        asked: str = "",
        granted: str = "",
        refused: tuple[str, ...] = (),
    ) -> None:
        """It says that it can work."""
        record = self._living(stage, pid)
        if record is not None:
            record.state = StageState.READY
            record.heard_at_s = record.ready_at_s = now_s
            record.problem = None
            record.asked, record.granted, record.refused = asked, granted, refused

    def heard(self, stage: str, pid: int, busy_s: float, now_s: float) -> None:
        """A heartbeat: it lives, and its main thread has been at one thing for `busy_s`."""
        record = self._living(stage, pid)
        if record is not None:
            record.heard_at_s = now_s
            if record.state is StageState.READY and busy_s > record.busy_limit_s:
                record.heard_at_s = float("-inf")  # alive but stuck: poll() deals with it

    def unusable(self, stage: str, pid: int, problem: Problem) -> None:
        """It says that it cannot work, and will exit."""
        record = self._living(stage, pid)
        if record is not None:
            record.problem = problem

    def exited(self, stage: str, now_s: float) -> None:
        """Its process is gone, or could not even be started."""
        record = self.records[stage]
        if record.ready_at_s is not None and now_s - record.ready_at_s >= self._settings.stable_s:
            record.failures = 0
        record.ready_at_s = None
        record.failures += 1
        record.pid = None
        if record.failures >= self._settings.give_up_after:
            record.state = StageState.GIVEN_UP
            record.problem = record.problem or Problem(
                code="stage_crashed",
                message=f"the {stage} stage died {record.failures} times in a row; see the log, then speak again",
            )
            return
        record.state = StageState.BACKING_OFF
        record.start_at_s = now_s + self._delay_s(record)

    def excuse(self, lateness_s: float) -> None:
        """The caller itself was held up for so long: what it did not hear meanwhile is nobody's fault."""
        for record in self.records.values():
            record.heard_at_s += lateness_s
            record.started_at_s += lateness_s

    def revive(self, now_s: float) -> None:
        """Somebody wants to speak: what has been given up, or waits long, gets another chance at once."""
        for record in self.records.values():
            if record.state is StageState.GIVEN_UP:
                record.failures, record.problem = 0, None
                record.state, record.start_at_s = StageState.BACKING_OFF, now_s
            elif record.state is StageState.BACKING_OFF:
                record.start_at_s = min(record.start_at_s, now_s)

    def poll(self, now_s: float) -> list[Action]:
        """What is to be done now."""
        actions: list[Action] = []
        for record in self.records.values():
            if record.state is StageState.BACKING_OFF and now_s >= record.start_at_s:
                actions.append(Start(stage=record.name, is_restart=record.starts > 0))
            elif reason := self._complaint(record, now_s):
                record.state = StageState.HUNG
                actions.append(Kill(stage=record.name, reason=reason))
        return actions

    @property
    def next_start_s(self) -> float | None:
        """When `poll` will want to start something, if it will."""
        times = [r.start_at_s for r in self.records.values() if r.state is StageState.BACKING_OFF]
        return min(times, default=None)

    def _complaint(self, record: StageRecord, now_s: float) -> str | None:
        silent_s = now_s - record.heard_at_s
        if record.state is StageState.STARTING and now_s - record.started_at_s > self._settings.start_limit_s:
            return f"not ready after {self._settings.start_limit_s:g} s"
        if record.state is StageState.READY and silent_s > self._settings.hang_s:
            return "stuck" if record.heard_at_s == float("-inf") else f"silent for {silent_s:.1f} s"
        return None

    def _delay_s(self, record: StageRecord) -> float:
        """None after a first failure, then 0.1 s doubling to 10 s; a stage that knows its problem is in no hurry."""
        if record.problem is not None:
            return min(2.0**record.failures, 30.0)
        return 0.0 if record.failures == 1 else min(0.1 * 2.0 ** (record.failures - 2), 10.0)

    def _living(self, stage: str, pid: int) -> StageRecord | None:
        """The record, unless the news is of a process that is gone already."""
        record = self.records[stage]
        return record if record.pid == pid and record.state is not StageState.HUNG else None
