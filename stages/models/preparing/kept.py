"""Files that steps have finished, each under a name that tells what it was made of, so that it is made once.

A file appears whole or not at all. `made.json` remembers the sha256 of each: what was cut short, or changed since, is
made again.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

JOURNAL = "made.json"

_KEPT = re.compile(r"[\w-]+(\.[\w-]+)*\.[0-9a-f]{12}\.(onnx|npz)")
_UNFINISHED = ".making-"
"""How names of files and folders begin that are being written."""


def digest(*made_of: str) -> str:
    """A name for these ingredients together: 12 hexadecimal digits."""
    text = json.dumps(made_of, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def sha256_of(path: Path) -> str:
    """In hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Kept:
    """A folder of such files. One owner at a time: who has its lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[str, str] = {}
        with suppress(OSError, ValueError):  # a journal that is none: everything is made again
            read = json.loads((folder / JOURNAL).read_text("utf-8"))
            self._made = {str(name): str(sha256) for name, sha256 in read.items()} if isinstance(read, dict) else {}

    def has(self, name: str) -> bool:
        """Whether it is there, as it was made."""
        with suppress(OSError):
            return name in self._made and sha256_of(self.folder / name) == self._made[name]
        return False

    def path(self, name: str) -> Path:
        return self.folder / name

    def sha256(self, name: str) -> str:
        """Of a file that is there."""
        return self._made[name]

    @contextmanager
    def making(self, name: str) -> Iterator[Path]:
        """Where to write what is to be kept as `name`; it is kept when the block ends well.

        Raises:
            OSError: it cannot be.
        """
        assert _KEPT.fullmatch(name), name
        unfinished = self.folder / f"{_UNFINISHED}{name}"
        try:
            yield unfinished
            flush(unfinished)
            sha256 = sha256_of(unfinished)
            unfinished.replace(self.folder / name)
        finally:
            unfinished.unlink(missing_ok=True)
        self._remember(self._made | {name: sha256})

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A folder beside them, on the same disk, that is gone behind the block."""
        folder = self.folder / f"{_UNFINISHED}work"
        folder.mkdir(exist_ok=True)
        try:
            yield folder
        finally:
            _remove(folder)

    def tidy(self) -> None:
        """Take away what an interrupted run was just writing."""
        for path in self.folder.glob(f"{_UNFINISHED}*"):
            _remove(path)

    def sweep(self, named: Collection[str]) -> None:
        """Take away every kept file but these."""
        for path in self.folder.iterdir():
            if _KEPT.fullmatch(path.name) and path.name not in named:
                path.unlink()
        self._remember({name: sha256 for name, sha256 in self._made.items() if name in named})

    def _remember(self, made: dict[str, str]) -> None:
        unfinished = self.folder / f"{_UNFINISHED}{JOURNAL}"
        unfinished.write_text(json.dumps(made, indent=1), "utf-8")
        flush(unfinished)
        unfinished.replace(self.folder / JOURNAL)
        flush(self.folder)
        self._made = made


def flush(path: Path) -> None:
    """Have it on the disk: what is renamed before may be empty after a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
