"""Waiting for what happens elsewhere: look often, give up late."""

import time
from collections.abc import Callable

HANG_GUARD_S = 60.0


def wait_until(claim: Callable[[], object], *, what: str, guard_s: float = HANG_GUARD_S) -> None:
    """Return when `claim()` is true. The guard is for hangs only; nothing is measured by it."""
    deadline = time.monotonic() + guard_s
    while not claim():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {guard_s:g} s for {what}")
        time.sleep(0.002)
