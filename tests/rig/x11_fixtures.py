"""pytest fixtures of the screen; the conftest.py of folders that need one imports them."""

from collections.abc import Iterator

import pytest
from rig.x11 import Screen, missing_programs

__all__ = ["screen"]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """An X server of the test's own, which this very process is on, too. Up in some 200 ms."""
    if missing := missing_programs():
        pytest.skip(f"not installed: {', '.join(missing)}; run tests/rig/install.sh")
    with Screen() as screen:
        for name, value in screen.env.items():
            monkeypatch.setenv(name, value)
        yield screen
