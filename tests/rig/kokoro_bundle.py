"""A model bundle around the tiny Kokoro, as `utterd models get` leaves one."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt
from kokoro_shaped import tiny_model, tiny_voices

from utterd.stages.models.preparing.arrays import save_arrays

LANGUAGES = {"af_heart": "en-us", "am_liam": "en-us"}


def save_kokoro_bundle(
    folder: Path,
    *,
    release: str = "1.1",
    voices: Mapping[str, npt.NDArray[Any]] | None = None,
    languages: Mapping[str, str] = LANGUAGES,
    model: bytes | None = None,
) -> Path:
    """In this folder, which is made; returns it.

    Args:
        voices: tables by name, unless the tiny model's own.
        languages: of voices; those that are not in it speak US English.
        model: the bytes of model.onnx, unless the tiny model's.
    """
    folder.mkdir(parents=True)
    tables = tiny_voices() if voices is None else voices
    (folder / "model.onnx").write_bytes(tiny_model(release).read_bytes() if model is None else model)
    save_arrays(folder / "voices.npz", tables)
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("model.onnx", "voices.npz")}
    spoken = {name: languages.get(name, "en-us") for name in tables}
    lines = [
        "# A comment that stays.",
        f"name = {json.dumps(folder.name)}",
        'family = "kokoro"',
        "sample_rate_hz = 24000",
        f"languages = {json.dumps(sorted(set(spoken.values())))}",
        f"default_voice = {json.dumps(next(iter(tables)))}",
        'licence = "Apache-2.0"',
        "[voices]",
        *(f"{json.dumps(name)} = {{ language = {json.dumps(language)} }}" for name, language in spoken.items()),
        "[files]",
        *(f"{json.dumps(name)} = {json.dumps(sha256)}" for name, sha256 in hashes.items()),
    ]
    (folder / "bundle.toml").write_text("\n".join(lines) + "\n")
    return folder
