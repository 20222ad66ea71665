"""A daemon that plays into a sound server of its own, whose sink is recorded: what is measured here has been heard."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rig.pulse import PulseServer, Recorder, missing_programs

from tests.running_daemon import RunningDaemon


@contextmanager
def heard_daemon(*, latency_ms: int = 5) -> Iterator[tuple[RunningDaemon, Recorder]]:
    """Its device is a null sink of PulseAudio at the engine's own rate, so that every sample is recorded as it is.

    Args:
        latency_ms: size of the sink's blocks; a recorded frame's time is late by up to one.
    """
    with (
        PulseServer() as server,
        RunningDaemon("--device", "pulse", environ=server.env) as daemon,
        Recorder(server, latency_ms=latency_ms) as recorder,
    ):
        daemon.wait_ready()
        yield daemon, recorder


def unheard() -> dict[str, Any] | None:
    """What a measurement says where it cannot be made; None where it can."""
    if missing := missing_programs():
        return {"not_measured": f"not installed: {', '.join(missing)} (tests/rig/install.sh)"}
    return None
