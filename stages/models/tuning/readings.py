"""Readings on their way from a probe's process to the one that judges: an NPZ file, gone with its folder."""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from utterd.stages.models.tuning.distance import Reading
from utterd.stages.models.tuning.guard import Readings


class ReadingsDamaged(Exception):
    """The file is not what `write_readings` writes."""


def write_readings(path: Path, readings: Readings) -> None:
    """Raises OSError if there is no room."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for text, runs in readings.items():
        for number, reading in enumerate(runs):
            arrays |= {f"{text}/{number}/{name}": getattr(reading, name) for name in Reading.__slots__}
    np.savez(path, **arrays)  # type: ignore[arg-type]  # its own keyword is not among the names


def read_readings(path: Path, texts: Sequence[str]) -> Readings:
    """Of these texts, each with at least one run.

    Raises:
        ReadingsDamaged: one is missing, or there is no such file.
    """
    try:
        with path.open("rb") as opened, np.load(opened) as file:  # numpy leaves one open that it cannot read
            arrays = {name: file[name] for name in file.files}
        return {text: _runs(arrays, text) for text in texts}
    except OSError as error:
        raise ReadingsDamaged(f"its readings cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise ReadingsDamaged("its readings are damaged") from error


def _runs(arrays: dict[str, npt.NDArray[Any]], text: str) -> list[Reading]:
    count = len({name.split("/")[1] for name in arrays if name.startswith(f"{text}/")})
    return [
        Reading(**{name: arrays[f"{text}/{number}/{name}"] for name in Reading.__slots__})
        for number in range(max(1, count))
    ]
