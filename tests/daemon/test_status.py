"""What `utterd status` is told: figures of the right processes, and never the text."""

import os
import subprocess
import sys
from typing import Any

import pytest
from rig.daemon_fakes import FakeHopReader, FakeLoop, FakePipeline, Listener, default_settings, make_engine

from utterd.client.messages import Speak
from utterd.config.bundles import TONE
from utterd.daemon.engine import Engine
from utterd.daemon.status import describe_queue, describe_status, describe_voices
from utterd.daemon.supervisor import Problem
from utterd.stages.reports import DeviceChanged

SETTINGS = default_settings(output_device="null")


@pytest.fixture
def engine() -> Engine:
    pipeline: Any = FakePipeline()
    reader: Any = FakeHopReader()
    loop: Any = FakeLoop()
    return make_engine(SETTINGS, pipeline, reader, loop)[0]


def status_of(engine: Engine) -> dict[str, Any]:
    return describe_status(engine, TONE, SETTINGS, started_at_s=0.0)


def stage_of(engine: Engine, name: str) -> dict[str, Any]:
    stages: list[dict[str, Any]] = status_of(engine)["stages"]
    return next(stage for stage in stages if stage["name"] == name)


def test_a_stage_that_does_not_run_has_no_pid_and_no_figures(engine: Engine) -> None:
    assert stage_of(engine, "g2p") == {
        "name": "g2p",
        "pid": None,
        "state": "backing_off",
        "restarts": 0,
        "rss_bytes": None,
        "cpu_s": None,
        "scheduling": {"asked": None, "granted": None, "refused": []},
        "problem": None,
    }


def test_the_manner_is_that_of_the_head_or_else_of_what_comes_next(engine: Engine) -> None:
    engine.speed, engine.pitch = 1.5, -2.0
    assert {name: status_of(engine)[name] for name in ("speed", "pitch", "volume")} == {
        "speed": 1.5,
        "pitch": -2.0,
        "volume": 1.0,
    }
    engine.speak(Speak(text="Hello.", speed=2.0), Listener(), None, 0)
    assert (status_of(engine)["speed"], status_of(engine)["pitch"]) == (2.0, -2.0)


def test_what_a_stage_was_refused_is_told(engine: Engine) -> None:
    supervisor = engine.pipeline.supervisor
    supervisor.started("output", 4711, 0.0)
    supervisor.ready(
        "output", 4711, 0.0, asked="real time", granted="nice 0", refused=("real time: no", "nice -11: no")
    )
    assert stage_of(engine, "output")["scheduling"] == {
        "asked": "real time",
        "granted": "nice 0",
        "refused": ["real time: no", "nice -11: no"],
    }


def test_a_stage_that_runs_has_the_figures_of_its_own_process(engine: Engine) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        engine.pipeline.supervisor.started("output", child.pid, 0.0)
        stage = stage_of(engine, "output")
        assert stage["pid"] == child.pid != os.getpid()
        assert stage["rss_bytes"] > 0
        child.communicate(b"\n")
    assert stage_of(engine, "output")["rss_bytes"] is None  # it is gone, and nobody has noticed yet


def test_the_daemon_shows_itself(engine: Engine) -> None:
    assert status_of(engine)["daemon"]["pid"] == os.getpid()


def test_nothing_has_a_value_before_it_was_measured(engine: Engine) -> None:
    metrics = status_of(engine)["metrics"]
    assert (metrics["first_audio_ms"], metrics["rtf"], metrics["last_first_audio_ms"]) == (None, None, None)


def test_the_device_is_the_one_last_heard_of(engine: Engine) -> None:
    assert status_of(engine)["device"] == {"name": "null", "state": "starting", "latency_ms": None}
    engine.device = DeviceChanged(name="a loudspeaker", state="started", latency_ms=50.0)
    assert status_of(engine)["device"] == {"name": "a loudspeaker", "state": "started", "latency_ms": 50.0}
    engine.pipeline.supervisor.records["output"].problem = Problem(code="device_unusable", message="none")
    assert status_of(engine)["device"]["state"] == "unusable"


PLAIN = {"priority": None, "group": None, "client": None}


def test_the_queue_is_told_by_length_and_place(engine: Engine) -> None:
    for destination in ("device", "device", "client"):
        engine.speak(Speak(text="Zanzibar.", destination=destination), Listener(), None, 0)  # type: ignore[arg-type]
    assert describe_queue(engine) == [
        {"id": 1, "state": "queued", "position": 0, "characters": 9, "destination": "device", **PLAIN},
        {"id": 2, "state": "queued", "position": 1, "characters": 9, "destination": "device", **PLAIN},
        {"id": 3, "state": "queued", "position": 0, "characters": 9, "destination": "client", **PLAIN},
    ]
    assert "Zanzibar" not in str(status_of(engine))


def test_the_last_first_audio_is_told_step_by_step(engine: Engine) -> None:
    engine.trace_of_last = {"handed": 41_500_000, "received": 1_500_000, "g2p": 4_000_000}
    breakdown = status_of(engine)["metrics"]["last_first_audio_ms"]
    assert list(breakdown.items()) == [("g2p", 2.5), ("handed", 40.0)]


def test_without_a_bundle_there_are_no_voices() -> None:
    assert describe_voices(None) == []
    assert [voice["is_default"] for voice in describe_voices(TONE)] == [True]
