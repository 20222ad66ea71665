"""What `utterd models prepare` and `tune` have left beside a model, as far as people want to know.

Read as plain JSON: what these files are for in full, `utterd.stages.models` knows, which a client cannot import.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

PREPARED: Final = "prepared"
"""The folder of a model's parts, in its own."""
PREPARED_LOCK: Final = "lock"
"""In it: held (flock) by who prepares or tunes the model."""
_PARTS, _TUNED = "parts.json", "tuned.json"
_PARTS_FORMAT: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    variants: tuple[str, ...]
    onnxruntime: str
    """The version that optimised them."""
    cpu: str
    """The processor that they were optimised on."""
    size_bytes: int
    problem: str = ""
    """Why they are not used, in words; empty if nothing is known against them. The processor is not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    variant: str
    threads: int
    provider: str
    """Of execution: cpu, openvino …"""
    reasons: tuple[str, ...]
    """In words, the most important first."""
    problem: str = ""
    """As in Prepared."""


def read_prepared(bundle_folder: Path, model_sha256: str) -> Prepared | None:
    """None if the model was never prepared."""
    folder = bundle_folder / PREPARED
    if not (folder / _PARTS).exists():
        return None
    values = _read(folder / _PARTS)
    size_bytes = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    variants = values.get("variants")
    if not isinstance(variants, dict):
        return Prepared(variants=(), onnxruntime="", cpu="", size_bytes=size_bytes, problem=f"{_PARTS} is damaged")
    return Prepared(
        variants=tuple(map(str, variants)),
        onnxruntime=str(values.get("onnxruntime", "")),
        cpu=str(values.get("cpu", "")),
        size_bytes=size_bytes,
        problem=_problem(values, model_sha256) if values.get("format") == _PARTS_FORMAT else "of another release",
    )


def read_tuned(bundle_folder: Path, model_sha256: str) -> Tuned | None:
    """None if nothing was chosen for this model."""
    values = _read(bundle_folder / PREPARED / _TUNED)
    variant, threads = values.get("variant"), values.get("threads")
    if not isinstance(variant, str) or not isinstance(threads, int):
        return None
    measured = values.get("measured")
    reasons = measured.get("explanation") if isinstance(measured, dict) else None
    return Tuned(
        variant=variant,
        threads=threads,
        provider=str(values.get("provider", "cpu")),
        reasons=tuple(map(str, reasons)) if isinstance(reasons, list) else (),
        problem=_problem(values, model_sha256),
    )


def _read(path: Path) -> dict[str, Any]:
    """Empty if it is not there, or not right."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _problem(values: Mapping[str, Any], model_sha256: str) -> str:
    if values.get("model_sha256") != model_sha256:
        return "of another model file"
    version = values.get("onnxruntime")
    try:
        running = metadata.version("onnxruntime")
    except metadata.PackageNotFoundError:  # one of its other packages, such as onnxruntime-openvino
        return ""
    return "" if version == running else f"of ONNX Runtime {version}, not {running}"
