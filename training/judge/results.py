"""Results on disk, so that a run cut short goes on where it stopped: found again by voice, lines and method."""

import hashlib
import inspect
import json
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from training.judge.voice import SHORT_HASH, Voice
from training.lines import Line

Figures = dict[str, Any]
"""Name, with its unit → number. What goes into no table (hypotheses) stands beside the numbers as it is in JSON."""

_UNFIT_FOR_NAMES: Final = re.compile(r"[^\w.]+")


class Results:
    """A folder with a JSON file for each result."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def find_or_make(self, name: str, key: str, make: Callable[[], Figures], *, is_lasting: bool = True) -> Figures:
        """The result kept under `name` and `key`, made if there is none.

        Args:
            is_lasting: False makes it in any case, and keeps it for whoever looks into the folder.
        """
        path = self._folder / f"{_UNFIT_FOR_NAMES.sub('-', name)}-{key}.json"
        if is_lasting and path.is_file():
            kept: Figures = json.loads(path.read_text("utf-8"))
            return kept
        figures = _without_nan(make())
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(path)  # whole or not at all
        return figures


def result_key(voices: Iterable[Voice], lines: Iterable[Line], methods: Iterable[ModuleType]) -> str:
    """Differs if anything does that the result hangs on: voices, phonemes, or the code that measures."""
    digest = hashlib.sha256()
    for voice in voices:
        digest.update(voice.fingerprint.encode())
    for line in lines:
        digest.update(f"{line.text}\n{line.phonemes}\n".encode())
    for method in methods:
        digest.update(inspect.getsource(method).encode())
    return digest.hexdigest()[:SHORT_HASH]


def _without_nan(figures: Figures) -> Figures:
    """JSON has no NaN: what cannot be told is null."""
    return {key: None if isinstance(value, float) and value != value else value for key, value in figures.items()}
