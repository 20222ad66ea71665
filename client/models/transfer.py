"""What is told of a transfer while it goes on, and the files of this machine that one can be made of."""

import hashlib
from pathlib import Path
from typing import Final, Protocol

from utterd.client.models.errors import UnknownModel
from utterd.client.models.partial import PartialFile

BLOCK_BYTES: Final = 256 * 1024


class Watcher(Protocol):
    """Who is told. Every method may be called often, and returns at once."""

    def moved(self, file: str, present_bytes: int, total_bytes: int) -> None:
        """So much of `file` is here; also at its begin and its end."""

    def waits(self, file: str, reason: str, wait_s: float) -> None:
        """The connection failed, and is tried again after this time."""

    def warns(self, sentence: str) -> None:
        """Something to know that keeps nothing from going on."""


def hash_file(path: Path) -> str:
    """sha256 in hexadecimal.

    Raises:
        UnknownModel: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnknownModel(f"cannot read {path}: {error.strerror or error}") from error


def copy_file(source: Path, partial: PartialFile, sha256: str, watcher: Watcher) -> None:
    """Have `source` in `partial`, whole.

    Raises:
        UnknownModel: `source` cannot be read, or is not the file with this hash (any more).
        ModelUnfetched: `partial` cannot be written.
    """
    partial.restart()
    try:
        with source.open("rb") as file:
            total_bytes = source.stat().st_size
            watcher.moved(partial.path.name, 0, total_bytes)
            while block := file.read(BLOCK_BYTES):
                partial.append(block)
                watcher.moved(partial.path.name, partial.size_bytes, total_bytes)
    except OSError as error:
        raise UnknownModel(f"cannot read {source}: {error.strerror or error}") from error
    if partial.sha256 != sha256:
        partial.restart()
        raise UnknownModel(f"{source} changed while it was copied, or is damaged; nothing was installed")
