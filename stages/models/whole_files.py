"""Files that are there whole, or as they were before."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


def replace_json(path: Path, values: Any) -> None:
    """Have these values in `path`, on the disk when this returns.

    Raises:
        OSError: it cannot be written; what was there still is.
    """
    replace_text(path, json.dumps(values, indent=1))


def replace_text(path: Path, text: str) -> None:
    """As `replace_json`."""
    with replacing(path) as new:
        new.write_text(text, "utf-8")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Where to write what is to be at `path`: there it is, on the disk, once the block has ended well.

    Always the same place, so that what a killed process left is written over. Who writes holds a lock, then, or can do
    without the file: of two at once it may come out damaged.

    Raises:
        OSError: it cannot be; what was there still is.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        yield new
        flush(new)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
    flush(path.parent)


def flush(path: Path) -> None:
    """Have a file, or a folder's names, on the disk: what is renamed before may be empty after a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
