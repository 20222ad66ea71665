"""Commands out, reports in, over real ZeroMQ: edge-triggered sockets lose nothing, the dead are not believed."""

import asyncio
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import zmq
from rig.hops import HANG_GUARD_MS, short_folder

from utterd.daemon.links import SocketWatcher, StageLinks
from utterd.stages.commands import COMMANDS, Prepare, SetVolume
from utterd.stages.reports import CutDone, Heartbeat, Report, UnitBuffered
from utterd.stages.wire import pack, unpack

GUARD_S = HANG_GUARD_MS / 1000


def run(scenario: Callable[[zmq.Context[Any], Path], Coroutine[Any, Any, None]]) -> None:
    async def guarded(context: zmq.Context[Any], folder: Path) -> None:
        async with asyncio.timeout(GUARD_S):
            await scenario(context, folder)

    with short_folder() as folder, warnings.catch_warnings():
        context: zmq.Context[Any] = zmq.Context()
        try:
            asyncio.run(guarded(context, folder))
        except BaseException:
            warnings.simplefilter("ignore", ResourceWarning)  # a scenario that failed has closed nothing
            raise
        finally:
            context.destroy(linger=0)


def socket_of(context: zmq.Context[Any], kind: int, **options: Any) -> "zmq.Socket[bytes]":
    socket = context.socket(kind)
    socket.linger = 0
    for name, value in options.items():
        setattr(socket, name, value)
    return socket


class Pair:
    """A watched socket, and one that sends to it."""

    def __init__(self, context: zmq.Context[Any], *, most_at_once: int = 1_000_000) -> None:
        self.watched = socket_of(context, zmq.PAIR)
        self.sender = socket_of(context, zmq.PAIR)
        self.watched.bind("inproc://pair")
        self.sender.connect("inproc://pair")
        self.received: list[int] = []
        self.news = asyncio.Event()
        self._most_at_once = most_at_once
        self.watcher = SocketWatcher(self.watched, self._read, asyncio.get_running_loop())

    def send(self, number: int) -> None:
        self.sender.send(str(number).encode())

    async def until(self, count: int) -> None:
        while len(self.received) < count:
            self.news.clear()
            await self.news.wait()

    def close(self) -> None:
        self.watcher.close()
        self.watched.close()
        self.sender.close()

    def _read(self) -> None:
        for _ in range(self._most_at_once):
            try:
                self.received.append(int(self.watched.recv(zmq.NOBLOCK)))
            except zmq.Again:
                break
        self.news.set()


@pytest.mark.parametrize("most_at_once", [1, 3, 1_000_000])
def test_a_burst_arrives_whole_however_little_is_read_at_a_time(most_at_once: int) -> None:
    async def scenario(context: zmq.Context[Any], folder: Path) -> None:
        pair = Pair(context, most_at_once=most_at_once)
        for number in range(500):
            pair.send(number)
        await pair.until(500)
        assert pair.received == list(range(500))
        pair.close()

    run(scenario)


def test_messages_that_were_there_before_it_was_watched_are_read() -> None:
    async def scenario(context: zmq.Context[Any], folder: Path) -> None:
        watched, sender = socket_of(context, zmq.PAIR), socket_of(context, zmq.PAIR)
        watched.bind("inproc://early")
        sender.connect("inproc://early")
        sender.send(b"early")
        assert watched.poll(HANG_GUARD_MS)  # this very look swallows the edge
        has_come = asyncio.Event()
        watcher = SocketWatcher(watched, lambda: (watched.recv(), has_come.set()), asyncio.get_running_loop())
        await has_come.wait()
        watcher.close()
        watched.close()
        sender.close()

    run(scenario)


def test_news_swallowed_by_another_use_of_the_socket_is_found_by_a_poke() -> None:
    async def scenario(context: zmq.Context[Any], folder: Path) -> None:
        pair = Pair(context)
        for number in range(200):
            pair.send(number)
            pair.watched.send(b"credit")  # processes what has arrived, and with it the edge
            pair.watcher.poke()
            await asyncio.sleep(0)
        await pair.until(200)
        assert pair.received == list(range(200))
        pair.close()

    run(scenario)


def test_a_message_nobody_can_bear_does_not_keep_back_those_behind_it() -> None:
    async def scenario(context: zmq.Context[Any], folder: Path) -> None:
        errors: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, about: errors.append(about["exception"]))
        pair = Pair(context)
        for message in (b"not a number", b"1", b"nor this", b"2"):
            pair.sender.send(message)
        await pair.until(2)
        assert pair.received == [1, 2]
        assert [type(error) for error in errors] == [ValueError, ValueError]
        pair.close()

    run(scenario)


def test_after_its_close_nothing_is_read() -> None:
    async def scenario(context: zmq.Context[Any], folder: Path) -> None:
        pair = Pair(context)
        pair.send(1)
        pair.close()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert pair.received == []

    run(scenario)


# Links


class House:
    """StageLinks that remember what was reported, and stages made of bare sockets."""

    def __init__(self, context: zmq.Context[Any], folder: Path) -> None:
        self._context, self._folder = context, folder
        self.heard: list[Report] = []
        self.news = asyncio.Event()
        self.links = StageLinks(context, control_endpoint=f"ipc://{folder}/control", on_report=self._on_report)
        self._sockets: list[zmq.Socket[bytes]] = []

    def reports_endpoint(self, number: int) -> str:
        return f"ipc://{self._folder}/r{number}"

    def reporter(self, number: int) -> "zmq.Socket[bytes]":
        socket = self._keep(socket_of(self._context, zmq.PUSH))
        socket.connect(self.reports_endpoint(number))
        return socket

    def stage(self, name: str, pid: int) -> "zmq.Socket[bytes]":
        """A stage's control socket."""
        socket = self._keep(socket_of(self._context, zmq.DEALER, identity=f"{name}:{pid}".encode()))
        socket.connect(f"ipc://{self._folder}/control")
        return socket

    async def until(self, count: int) -> None:
        while len(self.heard) < count:
            self.news.clear()
            await self.news.wait()

    def close(self) -> None:
        for socket in self._sockets:
            socket.close()
        self.links.close()

    def _keep(self, socket: "zmq.Socket[bytes]") -> "zmq.Socket[bytes]":
        self._sockets.append(socket)
        return socket

    def _on_report(self, report: Report) -> None:
        self.heard.append(report)
        self.news.set()


def command_of(stage: "zmq.Socket[bytes]") -> Any:
    assert stage.poll(HANG_GUARD_MS)
    return unpack(stage.recv(), *COMMANDS)


def beat(pid: int = 7) -> Heartbeat:
    return Heartbeat(stage="g2p", pid=pid, busy_ms=0)


def test_reports_arrive_in_order_before_and_after_the_loop_watches() -> None:
    async def scenario(context: zmq.Context[Any], folder: Path) -> None:
        house = House(context, folder)
        house.links.listen("output", house.reports_endpoint(1))
        reporter = house.reporter(1)
        wanted = [UnitBuffered(utterance_id=1, sequence=number) for number in range(300)]
        for report in wanted[:100]:
            reporter.send(pack(report))
        house.links.watch(asyncio.get_running_loop())
        for report in wanted[100:]:
            reporter.send(pack(report))
        await house.until(300)
        assert house.heard == wanted
        house.close()

    run(scenario)


def test_a_command_reaches_the_process_whose_address_is_known() -> None:
    async def scenario(context: zmq.Context[Any], folder: Path) -> None:
        house = House(context, folder)
        house.links.watch(asyncio.get_running_loop())
        stage = house.stage("g2p", 7)
        house.links.send("g2p", SetVolume(gain=0.1))  # nobody is there: heard by nobody
        stage.send(pack(beat()))
        await house.until(1)
        assert house.heard == [beat()]
        house.links.address("g2p", 7)
        house.links.send("g2p", Prepare())
        assert command_of(stage) == Prepare()
        house.close()

    run(scenario)


def test_heartbeats_and_commands_that_cross_lose_nothing() -> None:
    async def scenario(context: zmq.Context[Any], folder: Path) -> None:
        house = House(context, folder)
        house.links.watch(asyncio.get_running_loop())
        stage = house.stage("g2p", 7)
        stage.send(pack(beat()))
        await house.until(1)
        house.links.address("g2p", 7)
        for count in range(2, 200):
            stage.send(pack(beat()))
            house.links.send("g2p", Prepare())
            await house.until(count)
        house.close()

    run(scenario)


def test_the_last_words_of_a_dead_process_are_heard_at_once() -> None:
    async def scenario(context: zmq.Context[Any], folder: Path) -> None:
        house = House(context, folder)
        house.links.listen("output", house.reports_endpoint(1))  # and the loop has not come round to looking there
        house.reporter(1).send(pack(CutDone(generation=2)))
        assert house.links._reports["output"].poll(HANG_GUARD_MS)
        house.links.forget("output")
        assert house.heard == [CutDone(generation=2)]
        house.close()

    run(scenario)


def test_what_a_dead_process_says_late_is_not_taken_for_its_successors_word() -> None:
    async def scenario(context: zmq.Context[Any], folder: Path) -> None:
        house = House(context, folder)
        house.links.watch(asyncio.get_running_loop())
        house.links.listen("output", house.reports_endpoint(1))
        dead = house.reporter(1)
        house.links.forget("output")
        house.links.listen("output", house.reports_endpoint(2))
        living = house.reporter(2)
        dead.send(pack(UnitBuffered(utterance_id=1, sequence=9)))
        living.send(pack(UnitBuffered(utterance_id=1, sequence=0)))
        await house.until(1)
        assert house.heard == [UnitBuffered(utterance_id=1, sequence=0)]
        house.close()

    run(scenario)


def test_a_dead_process_gets_no_commands() -> None:
    async def scenario(context: zmq.Context[Any], folder: Path) -> None:
        house = House(context, folder)
        house.links.watch(asyncio.get_running_loop())
        house.links.listen("g2p", house.reports_endpoint(1))
        stage = house.stage("g2p", 7)
        stage.send(pack(beat()))
        await house.until(1)
        house.links.address("g2p", 7)
        house.links.forget("g2p")
        house.links.send("g2p", Prepare())
        house.links.listen("g2p", house.reports_endpoint(2))
        house.links.address("g2p", 7)
        house.links.send("g2p", SetVolume(gain=1.0))
        assert command_of(stage) == SetVolume(gain=1.0)
        house.close()

    run(scenario)
