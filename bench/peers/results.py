"""The figures as JSON."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.peers.figures import Figures
from bench.peers.targets import Verdict
from utterd.stages.models.machine import cpu_name, onnxruntime_version


def write_results(
    path: Path,
    figures: Sequence[Figures],
    peaks: Mapping[int, Mapping[str, float]],
    shares: Mapping[str, float],
    verdicts: Sequence[Verdict],
    absent: Mapping[str, str],
    *,
    run: Mapping[str, Any],
) -> None:
    """Seconds, MB, operations a second in units of 1e9; `run` is how it was measured."""
    results = {
        "machine": {
            "cpu": cpu_name(),
            "cores": os.cpu_count(),
            "platform": platform.platform(),
            "python": platform.python_version(),
            "onnxruntime": onnxruntime_version(),
        },
        "run": dict(run),
        "peak_gflops": {threads: {kind: round(peak) for kind, peak in each.items()} for threads, each in peaks.items()},
        "engines": [each.as_json() | {"share_of_limit": _rounded(shares.get(each.spec.label))} for each in figures],
        "targets": [{"target": each.target, "found": each.found, "verdict": each.word} for each in verdicts],
        "not_measured": dict(absent),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)
