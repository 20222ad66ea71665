"""The idle limit: how long nobody has needed the daemon, by a clock that only the event loop moves."""

import asyncio

import pytest

from utterd.daemon import idle as idle_module
from utterd.daemon.idle import IdleLimit


class Clock:
    """In place of the time, and of sleeping through it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        monkeypatch.setattr(idle_module.time, "monotonic", lambda: self.now_s)
        monkeypatch.setattr(idle_module.asyncio, "sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_it_is_reached_after_the_time_set(clock: Clock) -> None:
    idle = IdleLimit(60.0, lambda: False)
    asyncio.run(idle.reached())
    assert clock.now_s == pytest.approx(160.0)


def test_the_time_counts_from_the_last_use(clock: Clock) -> None:
    idle = IdleLimit(60.0, lambda: clock.now_s < 500.0)
    asyncio.run(idle.reached())
    assert 556.0 < clock.now_s <= 566.0  # it is looked every 3 s


def test_a_visit_between_two_looks_counts(clock: Clock) -> None:
    idle = IdleLimit(60.0, lambda: False)
    clock.now_s += 59.0
    idle.touch()
    asyncio.run(idle.reached())
    assert clock.now_s == pytest.approx(219.0)


def test_without_a_limit_it_is_never_reached() -> None:
    async def wait_a_little() -> None:
        task = asyncio.ensure_future(IdleLimit(0.0, lambda: False).reached())
        done, _ = await asyncio.wait([task], timeout=0.01)
        assert not done
        task.cancel()

    asyncio.run(wait_a_little())
