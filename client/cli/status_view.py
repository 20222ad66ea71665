"""The status document as text for people. Bears whatever is absent: nothing has a value before it was measured."""

from collections.abc import Iterator, Mapping
from typing import Any

from utterd.client.cli.table import cell, queue_table, table

MEBIBYTE = 1024 * 1024

STAGE_COLUMNS = ("STAGE", "PID", "STATE", "RESTARTS", "MEMORY", "CPU", "SCHEDULING")

SUMMARY_KEYS = ("p50", "p95", "p99", "max", "count")


def describe(status: Mapping[str, Any]) -> str:
    """Several lines, without a newline at the end."""
    return "\n".join(
        [*_daemon_lines(status), "", *_stage_lines(status), "", *_queue_lines(status), *_metric_lines(status)]
    )


def _daemon_lines(status: Mapping[str, Any]) -> Iterator[str]:
    device = _map(status, "device")
    yield f"utterd {cell(status.get('version'))}, up {_duration(status.get('uptime_s'))}"
    yield f"voice    {cell(status.get('voice'))} of {cell(status.get('model'))}{_manner(status)}"
    latency = _with_unit(device.get("latency_ms"), "ms")
    yield f"device   {cell(device.get('name'))}, {cell(device.get('state'))}, latency {latency}"


def _manner(status: Mapping[str, Any]) -> str:
    """Speed, pitch and volume, where they are not the voice's own."""
    given = [(name, status.get(name)) for name in ("speed", "pitch", "volume")]
    usual = {"speed": 1, "pitch": 0, "volume": 1}
    return "".join(f", {name} {value:g}" for name, value in given if value is not None and value != usual[name])


def _stage_lines(status: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (
            stage.get("name"),
            stage.get("pid"),
            stage.get("state"),
            stage.get("restarts"),
            _memory(stage.get("rss_bytes")),
            _with_unit(stage.get("cpu_s"), "s"),
            _scheduling(_map(stage, "scheduling")),
        )
        for stage in _maps(status, "stages")
    ]
    yield table(STAGE_COLUMNS, rows)
    if any(_is_refused(_map(stage, "scheduling")) for stage in _maps(status, "stages")):
        yield "not all that was asked of the scheduler was granted; `utterd doctor` says why"


def _queue_lines(status: Mapping[str, Any]) -> Iterator[str]:
    queue = _maps(status, "queue")
    yield queue_table(queue) if queue else "the queue is empty"


def _metric_lines(status: Mapping[str, Any]) -> Iterator[str]:
    metrics = _map(status, "metrics")
    summaries = [
        (label, *(_map(metrics, key).get(number) for number in SUMMARY_KEYS))
        for label, key in (("first sound, ms", "first_audio_ms"), ("compute per second of sound", "rtf"))
        if _map(metrics, key).get("count")
    ]
    if summaries:
        yield ""
        yield table(("MEASURED", *map(str.upper, SUMMARY_KEYS)), summaries)
    if metrics.get("underruns") is not None:
        yield f"underruns {cell(metrics['underruns'])}"
    if cache := _map(metrics, "cache"):
        numbers = f"{cell(cache.get('hits'))} hits, {cell(cache.get('misses'))} misses, {_memory(cache.get('bytes'))}"
        yield f"cache     {numbers}"


def _map(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    return value if isinstance(value, Mapping) else {}


def _maps(document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = document.get(key)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _scheduling(scheduling: Mapping[str, Any]) -> str:
    asked, granted = scheduling.get("asked"), scheduling.get("granted")
    if asked is None and granted is None:
        return cell(None)
    return f"{cell(granted)} (asked {cell(asked)})" if _is_refused(scheduling) else cell(granted)


def _is_refused(scheduling: Mapping[str, Any]) -> bool:
    """What is granted says more than what was asked for: "SCHED_RR priority 4, cores 0,1"."""
    asked = scheduling.get("asked")
    return isinstance(asked, str) and asked != "nothing" and asked not in str(scheduling.get("granted"))


def _with_unit(value: object, unit: str) -> str:
    return f"{value:.1f} {unit}" if isinstance(value, int | float) else cell(None)


def _memory(value: object) -> str:
    return f"{value / MEBIBYTE:.1f} MiB" if isinstance(value, int | float) else cell(None)


def _duration(value: object) -> str:
    if not isinstance(value, int | float):
        return cell(None)
    hours, seconds = divmod(int(value), 3600)
    minutes, seconds = divmod(seconds, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
