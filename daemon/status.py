"""The document behind `utterd status`."""

import time
from importlib.metadata import version
from typing import Any

import psutil

from utterd.config.bundles import Bundle
from utterd.config.settings import Settings
from utterd.daemon.engine import Engine
from utterd.daemon.supervisor import StageRecord

_NO_PROCESS: dict[str, Any] = {"pid": None, "rss_bytes": None, "cpu_s": None}


def describe_status(engine: Engine, bundle: Bundle | None, settings: Settings, started_at_s: float) -> dict[str, Any]:
    """Plain values only, ready for JSON; PROTOCOL.md lists the fields."""
    device = engine.device
    records = engine.pipeline.supervisor.records
    output_problem = records["output"].problem
    head = engine.queues["live"].head
    return {
        "version": version("utterd"),
        "uptime_s": round(time.monotonic() - started_at_s, 1),
        "daemon": _process(None),
        "device": {
            "name": device.name if device else settings.output.device,
            "state": "unusable" if output_problem else device.state if device else "starting",
            "latency_ms": device.latency_ms if device else None,
        },
        "voice": settings.speech.voice or (bundle.default_voice if bundle else None),
        "model": settings.speech.model,
        "speed": head.speaking.speed if head else engine.speed,
        "pitch": head.speaking.pitch if head else engine.pitch,
        "volume": engine.pipeline.volume,
        "queue": describe_queue(engine),
        "stages": [_stage(record) for record in records.values()],
        "metrics": {**engine.metrics.summary(), "last_first_audio_ms": _breakdown(engine.trace_of_last)},
    }


def describe_queue(engine: Engine) -> list[dict[str, Any]]:
    """What is spoken and what waits, the loudspeaker's queue first; never the text."""
    return [
        {
            "id": utterance.id,
            "state": utterance.state.value,
            "position": position,
            "characters": utterance.characters,
            "priority": utterance.wish.priority,
            "group": utterance.wish.group or None,
            "client": utterance.client or None,
            "destination": "device" if lane == "live" else "client",
        }
        for lane, queue in engine.queues.items()
        for position, utterance in enumerate(queue)
    ]


def describe_voices(bundle: Bundle | None) -> list[dict[str, Any]]:
    if bundle is None:
        return []
    return [
        {
            "name": voice.name,
            "language": voice.language,
            "description": voice.description,
            "is_default": voice.name == bundle.default_voice,
        }
        for voice in bundle.voices
    ]


def _stage(record: StageRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "state": record.state.value,
        "restarts": record.restarts,
        **(_process(record.pid) if record.pid else _NO_PROCESS),
        "scheduling": {
            "asked": record.asked or None,
            "granted": record.granted or None,
            "refused": list(record.refused),
        },
        "problem": record.problem.message if record.problem else None,
    }


def _process(pid: int | None) -> dict[str, Any]:
    """Memory and processor time of a process; of this one if `pid` is None."""
    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        return {
            "pid": process.pid,
            "rss_bytes": process.memory_info().rss,
            "cpu_s": round(times.user + times.system, 3),
        }
    except psutil.Error:
        return _NO_PROCESS


def _breakdown(trace: dict[str, int]) -> dict[str, float] | None:
    """Milliseconds since the request was received, event by event."""
    if "received" not in trace:
        return None
    received = trace["received"]
    ordered = sorted(trace.items(), key=lambda item: item[1])
    return {name: round((at_ns - received) / 1e6, 3) for name, at_ns in ordered if name != "received"}
