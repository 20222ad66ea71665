"""`utterd doctor --selftest` through a real sound server: what came out is recorded, and a mute one is found out."""

import json
import subprocess
import sys

import pytest
from rig.pulse import PulseServer
from running_daemon import RunningDaemon

pytestmark = [pytest.mark.sound, pytest.mark.slow]

SCRIPT = "import sys; from utterd.client.cli import main; sys.exit(main())"


def selftest(daemon: RunningDaemon) -> dict[str, dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "doctor", "--selftest", "--json"],
        capture_output=True, text=True, timeout=120, env=daemon.environ,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return {finding["name"]: finding for finding in json.loads(done.stdout)}


def test_a_sentence_is_rendered_and_heard(pulse_server: PulseServer) -> None:
    with RunningDaemon("--device", "auto", environ=pulse_server.env) as daemon:
        found = selftest(daemon)
    assert found["self test, rendered"]["verdict"] == "ok"
    assert found["self test, heard"]["verdict"] == "ok"
    assert "came out of the sound server" in found["self test, heard"]["detail"]


def test_sound_that_goes_elsewhere_is_found_out(pulse_server: PulseServer) -> None:
    with RunningDaemon("--device", "null", environ=pulse_server.env) as daemon:
        found = selftest(daemon)
    assert found["self test, heard"]["verdict"] == "BROKEN"
    assert found["device"]["verdict"] == "note"


def test_without_a_sound_server_it_asks_the_listener(pulse_server: PulseServer) -> None:
    with RunningDaemon("--device", "null", environ={"PULSE_SERVER": "unix:/nowhere"}) as daemon:
        found = selftest(daemon)
    assert found["self test, spoken"]["verdict"] == "note"
    assert "did you hear it?" in found["self test, spoken"]["detail"]
