"""Writes the bundle.toml of a Kokoro model: what `utterd run --model NAME` and `utterd voices` read."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from utterd.client.models.partial import sync_folder
from utterd.config.bundles import SAMPLE_RATE_HZ, Origin

GRAPH, VOICES = "model.onnx", "voices.npz"
"""The files of every Kokoro model."""
DESCRIPTION: Final = "bundle.toml"

_LANGUAGES: Final = {
    "a": ("en-us", "US English"),
    "b": ("en-gb", "British English"),
    "e": ("es", "Spanish"),
    "f": ("fr-fr", "French"),
    "h": ("hi", "Hindi"),
    "i": ("it", "Italian"),
    "j": ("ja", "Japanese"),
    "p": ("pt-br", "Brazilian Portuguese"),
    "z": ("zh", "Mandarin Chinese"),
}
"""First letter of a voice → language, and its name for people (FIELD.md 5.5)."""
_SEXES: Final = {"f": "female", "m": "male"}
_UNREAD: Final = frozenset({"ja", "zh"})
"""Languages of voices that no text of ours can be turned into phonemes for."""


def write_description(
    folder: Path,
    *,
    name: str,
    default_voice: str,
    voices: Iterable[str],
    licence: str,
    files: Mapping[str, str],
    origins: Iterable[Origin],
) -> None:
    """Have `folder` as a bundle; whole, or as it was.

    Args:
        default_voice: if it is among the voices; else the first of them.
        files: name → sha256.

    Raises:
        OSError: it cannot be written.
    """
    text = _describe(name, default_voice, sorted(voices), licence, files, origins)
    partial = folder / f"{DESCRIPTION}.part"
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, folder / DESCRIPTION)
    sync_folder(folder)


def _describe(
    name: str,
    default_voice: str,
    voices: list[str],
    licence: str,
    files: Mapping[str, str],
    origins: Iterable[Origin],
) -> str:
    spoken = [language for language, _ in _LANGUAGES.values() if language not in _UNREAD]
    lines = [
        "# Written by `utterd models get`.",
        "",
        f"name = {_quote(name)}",
        'family = "kokoro"',
        f"sample_rate_hz = {SAMPLE_RATE_HZ}",
        f"languages = [{', '.join(map(_quote, spoken))}]",
        f"default_voice = {_quote(default_voice if default_voice in voices else voices[0])}",
        f"licence = {_quote(licence)}",
        "",
        "[voices]",
        *map(_voice, voices),
        "",
        "[files]",
        *(f"{_quote(file)} = {_quote(sha256)}" for file, sha256 in files.items()),
    ]
    for origin in origins:
        lines += ["", "[[origins]]", *(f"{key} = {_quote(getattr(origin, key))}" for key in Origin.__slots__)]
    return "\n".join(lines) + "\n"


def _voice(name: str) -> str:
    """A voice with a name of another kind is taken for American, without saying so."""
    language, called = _LANGUAGES.get(name[:1], ("en-us", "")) if name[2:3] == "_" else ("en-us", "")
    sex = _SEXES.get(name[1:2], "")
    description = f"{called}, {sex}" if called and sex else called
    return f"{_quote(name)} = {{ language = {_quote(language)}, description = {_quote(description)} }}"


def _quote(text: str) -> str:
    """As a basic string of TOML, which escapes as JSON does, and DEL besides."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
