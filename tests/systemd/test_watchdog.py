"""Signs of life: how often, and to whom."""

import asyncio
import os
import socket
from pathlib import Path

import pytest
from rig.hops import short_folder

from utterd.systemd.watchdog import beat_interval_s, keep_beating


def test_half_of_what_is_allowed_is_taken() -> None:
    assert beat_interval_s({"WATCHDOG_USEC": "30000000"}) == 15.0
    assert beat_interval_s({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": str(os.getpid())}) == 0.5


@pytest.mark.parametrize(
    "environ",
    [{}, {"WATCHDOG_USEC": ""}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "-1"},
     {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": str(os.getppid())}],
)  # fmt: skip
def test_where_nobody_waits_for_one_none_is_given(environ: dict[str, str]) -> None:
    assert beat_interval_s(environ) is None


def test_the_loop_gives_one_at_once_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def receive_three(manager: socket.socket) -> list[bytes]:
        loop = asyncio.get_running_loop()
        keep_beating(loop, 0.001)
        async with asyncio.timeout(30):
            return [await loop.sock_recv(manager, 100) for _ in range(3)]

    with short_folder() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        address = Path(folder) / "notify"
        manager.bind(str(address))
        manager.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(address))
        assert asyncio.run(receive_three(manager)) == [b"WATCHDOG=1"] * 3
