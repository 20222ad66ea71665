"""Three stages without processes, over real sockets and rings: who is started, told, believed, blamed and replaced."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import zmq
from rig.daemon_fakes import default_settings, make_utterance
from rig.hops import HANG_GUARD_MS, short_folder

from utterd.daemon import pipeline as pipeline_module
from utterd.daemon.feed import Feed
from utterd.daemon.pipeline import Pipeline
from utterd.daemon.wiring import Wiring
from utterd.stages.commands import COMMANDS, BeginEpoch, Command, Cut, Prepare, Shutdown
from utterd.stages.position import Position, PositionPage
from utterd.stages.reports import CutDone, Heartbeat, Ready, Report, Unusable
from utterd.stages.spec import StageSpec
from utterd.stages.wire import pack, unpack

GUARD_S = HANG_GUARD_MS / 1000
TEXT = "The first sentence of two. The second sentence of two."


class FakeClock:
    """Stands in for the module `time` of pipeline.py."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


class FakeStage:
    """A stage's process and its sockets, played by the test."""

    _pids = itertools.count(100_000)

    def __init__(self, house: "House", spec: StageSpec, on_exit: Callable[["FakeStage"], None]) -> None:
        if house.failing_starts:
            house.failing_starts -= 1
            raise BlockingIOError(11, "Resource temporarily unavailable")
        self.spec, self.stage = spec, spec.stage
        self.pid = next(self._pids)
        self.is_watched = self.was_killed = self.is_over = False
        self._on_exit = on_exit
        self._control = house.socket(zmq.DEALER, spec.control_endpoint, identity=f"{self.stage}:{self.pid}".encode())
        self._reports = house.socket(zmq.PUSH, spec.reports_endpoint)
        house.started.append(self)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        self.is_watched = True

    def kill(self) -> None:
        self.was_killed = True

    def wait(self, timeout_s: float) -> bool:
        return self.is_over or self.was_killed

    def close(self, loop: asyncio.AbstractEventLoop) -> None:
        """Nothing to close."""

    def beat(self, busy_ms: int = 0) -> None:
        self._control.send(pack(Heartbeat(stage=self.stage, pid=self.pid, busy_ms=busy_ms)))

    def say_ready(self) -> None:
        self.report(Ready(stage=self.stage, pid=self.pid, asked="nothing", granted="nothing"))

    def report(self, report: Report) -> None:
        self._reports.send(pack(report))

    def leave_word(self, position: Position) -> None:
        PositionPage(self.spec.position_descriptor).write(position)

    def die(self) -> None:
        self.is_over = True
        self._on_exit(self)

    def next_command(self) -> Command:
        assert self._control.poll(HANG_GUARD_MS)
        command: Command = unpack(self._control.recv(), *COMMANDS)
        return command

    def commands_until(self, last: Command) -> list[Command]:
        """Those before `last`."""
        commands: list[Command] = []
        while (command := self.next_command()) != last:
            commands.append(command)
        return commands


class House:
    """A Pipeline, the stages it started, and what it told."""

    def __init__(self, folder: Path, context: zmq.Context[Any]) -> None:
        self._context = context
        self._sockets: list[zmq.Socket[bytes]] = []
        self.started: list[FakeStage] = []
        self.failing_starts = 0
        self.told: list[tuple[str, Any]] = []
        self._news = asyncio.Event()
        self.wiring = Wiring(folder, heartbeat_s=1.0)
        start: Any = lambda spec, on_exit: FakeStage(self, spec, on_exit)  # noqa: E731
        self.pipeline = Pipeline(
            default_settings(supervision_hang_s=5.0), self.wiring, device="null", start_process=start
        )
        self.pipeline.on_report = lambda report: self._tell("report", report)
        self.pipeline.on_unit_blamed = lambda utterance_id, stage: self._tell("blamed", (utterance_id, stage))
        self.pipeline.on_output_lost = lambda position: self._tell("lost", position)
        self.pipeline.on_unusable = lambda stage: self._tell("unusable", stage)

    def socket(self, kind: int, endpoint: str, **options: Any) -> "zmq.Socket[bytes]":
        socket = self._context.socket(kind)
        socket.linger = 0
        for name, value in options.items():
            setattr(socket, name, value)
        socket.connect(endpoint)
        self._sockets.append(socket)
        return socket

    def begin(self) -> None:
        self.pipeline.start_stages()
        self.pipeline.watch(asyncio.get_running_loop())

    def stage(self, name: str) -> FakeStage:
        """Its latest process."""
        return next(stage for stage in reversed(self.started) if stage.stage == name)

    def starts(self, name: str) -> int:
        return sum(stage.stage == name for stage in self.started)

    async def link(self, *names: str) -> None:
        """Their heartbeats and their Ready have been heard."""
        for name in names or ("g2p", "inference", "output"):
            self.stage(name).beat()
            self.stage(name).say_ready()
            while self.stage(name).pid not in self.pipeline._linked or self.state(name) != "ready":
                await self.news()

    async def news(self) -> None:
        """Something may have been told. (The loop is let go round; no time is waited for.)"""
        await asyncio.sleep(0)

    async def until(self, kind: str) -> Any:
        while not (found := [about for what, about in self.told if what == kind]):
            await self.news()
        return found[-1]

    def state(self, name: str) -> str:
        return self.pipeline.supervisor.records[name].state.value

    def feed(self, number: int = 1) -> Feed:
        feeder = self.pipeline.lanes["live"]
        feed = Feed(make_utterance(number, TEXT))
        feeder.arrange([*feeder.feeds, feed])
        return feed

    def close(self) -> None:
        for stage in self.started:
            stage.is_over = True
        self.pipeline.close(0.0)
        for socket in self._sockets:
            socket.close()

    def _tell(self, kind: str, about: Any) -> None:
        self.told.append((kind, about))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(pipeline_module, "time", clock)
    return clock


def in_a_house(scenario: Callable[[House], Coroutine[Any, Any, None]]) -> None:
    async def run(folder: Path, context: zmq.Context[Any]) -> None:
        house = House(folder, context)
        try:
            async with asyncio.timeout(GUARD_S):
                await scenario(house)
        finally:
            house.close()

    with short_folder() as folder, zmq.Context() as context:
        asyncio.run(run(folder, context))


def working(utterance_id: int = 1, sequence: int = 0) -> Position:
    return Position(utterance_id=utterance_id, sequence=sequence, is_working=True)


def test_all_stages_are_started_and_watched(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        assert [stage.stage for stage in house.started] == ["g2p", "inference", "output"]
        assert all(stage.is_watched for stage in house.started)
        assert house.stage("output").spec.settings["device"] == "null"
        assert house.stage("output").spec.settings["is_restart"] is False

    in_a_house(scenario)


def test_a_command_reaches_a_stage_from_its_first_heartbeat_on(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        house.pipeline.send("output", Prepare())  # nobody is there yet
        await house.link("output")
        house.pipeline.send("output", Prepare())
        assert house.stage("output").commands_until(Prepare()) == []

    in_a_house(scenario)


def test_a_stage_that_is_ready_is_told_of(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        await house.link()
        assert [about.stage for _, about in house.told] == ["g2p", "inference", "output"]
        assert house.pipeline.supervisor.records["g2p"].granted == "nothing"

    in_a_house(scenario)


def test_a_cut_that_a_stage_could_not_hear_is_made_up_for(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        house.feed(1)
        house.pipeline.lanes["live"].arrange([])
        house.pipeline.lanes["render"].rewind("a test")
        await house.link("g2p")
        g2p = house.stage("g2p")
        house.pipeline.send("g2p", Prepare())
        cuts = [command for command in g2p.commands_until(Prepare()) if isinstance(command, Cut)]
        assert cuts == [Cut(lane="live", generation=1), Cut(lane="render", generation=1)]
        await house.link("output")
        assert house.stage("output").next_command() == Cut(lane="live", generation=2)  # a new one: none was kept

    in_a_house(scenario)


def test_a_stage_that_missed_nothing_is_not_disturbed(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        await house.link()
        assert house.pipeline.lanes["live"].generation == 0
        house.pipeline.send("output", Prepare())
        assert house.stage("output").commands_until(Prepare()) == []

    in_a_house(scenario)


def test_a_dead_stage_is_replaced_at_once_with_new_epochs_and_a_new_generation(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        await house.link()
        dead = house.stage("inference")
        dead.leave_word(working())
        dead.die()
        new = house.stage("inference")
        assert new is not dead
        assert house.starts("inference") == 2
        assert new.spec.generations == {"live": 1, "render": 1}
        assert new.spec.reports_endpoint != dead.spec.reports_endpoint
        for before, after in ((dead.spec.inputs, new.spec.inputs), (dead.spec.outputs, new.spec.outputs)):
            for lane in ("live", "render"):
                assert after[lane].epoch > before[lane].epoch  # type: ignore[index]
                assert after[lane].descriptor == before[lane].descriptor  # type: ignore[index]
        assert house.wiring.positions["inference"].read() is None
        house.pipeline.send("g2p", Prepare())
        told = house.stage("g2p").commands_until(Prepare())
        assert BeginEpoch(hop="phonemes.live", epoch=2) in told
        assert Cut(lane="live", generation=1) in told

    in_a_house(scenario)


def test_an_end_that_was_dealt_with_is_not_dealt_with_again(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        dead = house.stage("g2p")
        dead.die()
        dead.die()
        assert house.starts("g2p") == 2

    in_a_house(scenario)


def test_the_last_words_of_a_stage_are_heard_before_its_end_is_judged(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        dead = house.stage("inference")
        dead.report(Unusable(stage="inference", pid=dead.pid, code="model_unusable", message="no model"))
        assert house.pipeline._links._reports["inference"].poll(HANG_GUARD_MS)
        dead.die()  # and the loop has not come round to reading it
        assert house.told[-1] == ("unusable", "inference")
        assert house.state("inference") == "backing_off"
        problem = house.pipeline.problem("render")
        assert problem is not None
        assert problem.message == "no model"
        assert house.starts("inference") == 1
        house.pipeline.revive()
        assert house.starts("inference") == 2

    in_a_house(scenario)


def test_an_unusable_device_is_no_problem_of_the_render_lane(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        dead = house.stage("output")
        dead.report(Unusable(stage="output", pid=dead.pid, code="device_unusable", message="no device"))
        await house.until("report")
        dead.die()
        assert house.pipeline.problem("render") is None
        assert house.pipeline.problem("live") is not None

    in_a_house(scenario)


def test_a_unit_is_blamed_for_the_second_death_over_it(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        for _ in range(2):
            house.stage("g2p").leave_word(working(7, 3))
            house.stage("g2p").die()
            house.pipeline.revive()
        assert [about for kind, about in house.told if kind == "blamed"] == [(7, "g2p")]

    in_a_house(scenario)


def test_a_unit_is_not_blamed_for_the_death_of_a_stage_that_was_idle(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        for _ in range(3):
            place = Position(utterance_id=7, sequence=3, is_working=False)
            house.stage("g2p").leave_word(place)
            house.stage("g2p").die()
            house.pipeline.revive()
        assert "blamed" not in dict(house.told)

    in_a_house(scenario)


def test_output_that_died_has_left_word_where_it_was(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        place = Position(utterance_id=1, sequence=2, frame=300, clock_frames=900, is_working=True)
        house.stage("output").leave_word(place)
        house.stage("output").die()
        assert await house.until("lost") == place

    in_a_house(scenario)


def test_a_new_output_is_told_where_to_go_on_and_no_more_than_that(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        feeder = house.pipeline.lanes["live"]
        house.feed(1), house.feed(2)
        house.pipeline.on_output_lost = lambda position: feeder.restart(1, 0, 700)
        house.stage("output").die()
        settings = house.stage("output").spec.settings
        assert settings["resume"] == {1: (0, 700)}
        assert settings["is_restart"] is True

    in_a_house(scenario)


def test_a_new_output_is_believed_about_what_began_anew_while_there_was_none(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        await house.link("output")
        feeder = house.pipeline.lanes["live"]
        first, second = house.feed(1), house.feed(2)
        house.failing_starts = 1
        house.stage("output").die()
        first.is_open = True
        feeder.pump()
        feeder.arrange([first, Feed(make_utterance(3, TEXT)), second])
        assert feeder.find_reported(2) is None
        house.pipeline.revive()
        assert feeder.find_reported(2) is second

    in_a_house(scenario)


def test_a_stage_that_hangs_is_killed_and_its_end_awaited(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        await house.link()
        clock.now_s += 4
        for name in ("inference", "output"):
            house.stage(name).beat()
            while house.pipeline.supervisor.records[name].heard_at_s < clock.now_s:
                await house.news()
        clock.now_s += 2
        house.pipeline._carry_out()
        assert [stage.stage for stage in house.started if stage.was_killed] == ["g2p"]
        assert house.state("g2p") == "hung"
        assert house.starts("g2p") == 1
        house.stage("g2p").die()
        assert house.starts("g2p") == 2

    in_a_house(scenario)


def test_a_stage_that_is_stuck_though_it_beats_is_killed(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        await house.link()
        house.stage("output").beat(busy_ms=2001)
        while house.pipeline.supervisor.records["output"].heard_at_s > 0:
            await house.news()
        house.pipeline._carry_out()
        assert house.stage("output").was_killed

    in_a_house(scenario)


def test_a_process_that_cannot_be_started_is_tried_again(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.failing_starts = 1
        house.begin()
        assert house.starts("g2p") == 1  # watch() looked after it already
        assert house.pipeline.supervisor.records["g2p"].failures == 1
        assert house.starts("inference") == house.starts("output") == 1

    in_a_house(scenario)


def test_a_system_without_room_for_a_process_ends_in_a_sentence(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        house.failing_starts = 1000
        house.stage("g2p").die()
        while house.state("g2p") != "given_up":
            clock.now_s += 10
            house.pipeline._carry_out()
        assert house.pipeline.problem("live") is not None

    in_a_house(scenario)


def test_news_of_the_new_process_only_counts(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        await house.link("output")
        dead = house.stage("output")
        dead.die()
        new = house.stage("output")
        dead.report(CutDone(generation=99))
        dead.say_ready()
        new.report(CutDone(generation=1))
        new.say_ready()
        while house.state("output") != "ready":
            await house.news()
        assert ("report", CutDone(generation=1)) in house.told
        assert ("report", CutDone(generation=99)) not in house.told

    in_a_house(scenario)


def test_bells_that_were_lost_between_two_processes_are_rung_again(clock: FakeClock) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        await house.link()
        house.feed(1)
        house.stage("g2p").die()
        before = house.wiring.hops["text.live"].epoch
        await house.link("g2p")
        assert house.wiring.hops["text.live"].epoch == before + 1
        assert house.pipeline.lanes["live"].writer.in_flight > 0

    in_a_house(scenario)


def test_at_the_end_every_stage_is_told_and_those_that_stay_are_killed(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(house: House) -> None:
        house.begin()
        await house.link()
        gone, staying = house.stage("g2p"), house.stage("output")
        gone.is_over = house.stage("inference").is_over = True
        told: list[Command] = []

        def wait(timeout_s: float) -> bool:
            if not told:
                told.append(staying.next_command())
            return staying.was_killed

        monkeypatch.setattr(staying, "wait", wait)
        house.pipeline.close(0.0)
        assert staying.was_killed
        assert not gone.was_killed
        assert told == [Shutdown()]
        house.pipeline.close = lambda patience_s: None  # type: ignore[method-assign]

    in_a_house(scenario)
