"""Real children that fail on order: their end is noticed, their log is read, nothing is left behind."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from rig.hops import short_folder

from utterd.daemon.process import StageProcess
from utterd.daemon.wiring import Wiring
from utterd.stages.spec import StageSpec

GUARD_S = 30.0
"""For hangs only."""

TROUBLED_STAGE = (sys.executable, str(Path(__file__).with_name("troubled_stage.py")))


@pytest.fixture
def spec() -> Iterator[StageSpec]:
    with short_folder() as folder:
        yield Wiring(folder, heartbeat_s=1.0).spec("g2p", {"live": 0, "render": 0}, {})


class Child:
    """A troubled stage, watched by a running loop."""

    def __init__(self, spec: StageSpec, order: str) -> None:
        self.exits: list[StageProcess] = []
        self.has_exited = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.process = StageProcess(spec, self._on_exit, program=[*TROUBLED_STAGE, order])
        self.process.watch(self._loop)

    def _on_exit(self, process: StageProcess) -> None:
        self.exits.append(process)
        self.has_exited.set()

    @property
    def status(self) -> int | None:
        return self.process._popen.returncode

    async def end(self) -> None:
        """Its end has been noticed, and its log read to the end."""
        await self.has_exited.wait()
        assert self.process._popen.stderr is not None
        while not self.process._popen.stderr.closed:
            await asyncio.sleep(0)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(GUARD_S)
        self.process.close(self._loop)


def with_child(spec: StageSpec, order: str, scenario: Callable[[Child], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        child = Child(spec, order)
        try:
            async with asyncio.timeout(GUARD_S):
                await scenario(child)
        finally:
            child.close()

    asyncio.run(run())


@pytest.mark.parametrize(("order", "status"), [("exit", 3), ("crash", -11)])
def test_an_end_is_noticed_once_with_its_status(
    spec: StageSpec, order: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(child: Child) -> None:
        await child.end()
        assert child.exits == [child.process]
        assert child.status == status
        assert not psutil.pid_exists(child.process.pid)

    with caplog.at_level(logging.INFO):
        with_child(spec, order, scenario)
    assert f"status={status}" in caplog.text


def test_an_end_before_anybody_watched_is_noticed_too(spec: StageSpec) -> None:
    async def run() -> None:
        exits: list[StageProcess] = []
        has_exited = asyncio.Event()

        def on_exit(process: StageProcess) -> None:
            exits.append(process)
            has_exited.set()

        process = StageProcess(spec, on_exit, program=[*TROUBLED_STAGE, "exit"])
        assert process.wait(GUARD_S)
        process.watch(asyncio.get_running_loop())
        async with asyncio.timeout(GUARD_S):
            await has_exited.wait()
        process.close(asyncio.get_running_loop())
        assert exits == [process]

    asyncio.run(run())


def test_a_kill_ends_a_child_that_hangs(spec: StageSpec) -> None:
    async def scenario(child: Child) -> None:
        assert not child.process.wait(0)
        child.process.kill()
        await child.end()
        assert child.status == -9
        child.process.kill()  # once more is harmless

    with_child(spec, "hang", scenario)


def test_a_child_that_lets_go_of_its_life_line_is_ended(spec: StageSpec) -> None:
    async def scenario(child: Child) -> None:
        await child.end()
        assert child.status == -9

    with_child(spec, "let go", scenario)


def test_the_log_of_a_stage_becomes_ours_line_by_line_the_unfinished_one_too(
    spec: StageSpec, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "utterd.g2p"):
        with_child(spec, "log", Child.end)
    lines = [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "utterd.g2p"]
    lines = [line for line in lines if not line[1].startswith("stage exited")]
    assert lines == [
        ("WARNING", "utterd.stages a warning"),
        ("INFO", "plain words"),
        ("ERROR", "without an end"),
    ]


def test_a_line_without_an_end_is_not_kept_for_ever(spec: StageSpec, caplog: pytest.LogCaptureFixture) -> None:
    longest: list[int] = []

    async def scenario(child: Child) -> None:
        read_log = child.process._read_log

        def watched(loop: asyncio.AbstractEventLoop) -> None:
            read_log(loop)
            longest.append(len(child.process._unfinished_line))

        assert child.process._popen.stderr is not None
        asyncio.get_running_loop().add_reader(child.process._popen.stderr.fileno(), watched, asyncio.get_running_loop())
        await child.end()

    with caplog.at_level(logging.DEBUG, "utterd.g2p"):
        with_child(spec, "flood", scenario)
    assert max(longest) <= 16 * 1024
    assert sum(record.getMessage().count("x") for record in caplog.records) >= 100_000


def test_a_child_sees_the_end_of_its_daemon_at_its_life_line(spec: StageSpec) -> None:
    async def scenario(child: Child) -> None:
        asyncio.get_running_loop().remove_reader(child.process._life)
        child.process._life.close()  # as the kernel does for a daemon that is killed
        assert await asyncio.to_thread(child.process.wait, GUARD_S)
        assert child.status == 0

    with_child(spec, "orphan", scenario)


def test_a_child_inherits_what_its_spec_names_and_nothing_else(spec: StageSpec) -> None:
    async def scenario(child: Child) -> None:
        names = {int(path.name) for path in Path(f"/proc/{child.process.pid}/fd").iterdir()}
        expected = {0, 1, 2, *spec.descriptors} - {-1}
        assert expected <= names
        assert len(names - expected) <= 4  # its end of the life line, and what its own interpreter opens

    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc")
    with_child(spec, "hang", scenario)


def test_a_program_that_cannot_be_started_leaves_nothing_open(spec: StageSpec) -> None:
    before = len(os.listdir("/dev/fd"))
    with pytest.raises(FileNotFoundError):
        StageProcess(spec, lambda process: None, program=["/nowhere/at/all"])
    assert len(os.listdir("/dev/fd")) == before


def test_it_shows_its_stage_and_pid(spec: StageSpec) -> None:
    async def scenario(child: Child) -> None:
        assert repr(child.process) == f"<StageProcess g2p pid={child.process.pid}>"

    with_child(spec, "hang", scenario)
