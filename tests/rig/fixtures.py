"""pytest fixtures of the sound rig; conftest.py imports them."""

from collections.abc import Iterator

import pytest
from rig.pulse import PulseServer, missing_programs

__all__ = ["heard_server", "pulse_server"]


@pytest.fixture
def pulse_server() -> Iterator[PulseServer]:
    """A private sound server with one silent sink of 24 kHz, mono, int16. Up in some 100 ms."""
    if missing := missing_programs():
        pytest.skip(f"not installed: {', '.join(missing)}; run tests/rig/install.sh")
    with PulseServer() as server:
        yield server


@pytest.fixture
def heard_server(pulse_server: PulseServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    """A `pulse_server` that this very process plays into: its environment is set, PortAudio looks anew."""
    for name, value in pulse_server.env.items():
        monkeypatch.setenv(name, value)
    try:
        import sounddevice
    except OSError as error:
        pytest.skip(f"{error}; run tests/rig/install.sh")
    sounddevice._terminate()
    sounddevice._initialize()
    yield pulse_server
    sounddevice._terminate()
    sounddevice._initialize()
