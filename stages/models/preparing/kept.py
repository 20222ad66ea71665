"""Files that steps have finished, each under a name that tells what it was made of, so that it is made once.

A file appears whole or not at all, and a graph's weights go with it. `made.json` remembers the sha256 of each: what was
cut short, or changed since, is made again.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from utterd.stages.models.parts import DATA
from utterd.stages.models.whole_files import flush, replace_json

JOURNAL = "made.json"

_KEPT = re.compile(rf"[\w-]+(\.[\w-]+)*\.[0-9a-f]{{12}}\.(onnx({re.escape(DATA)})?|npz)")


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

    def __init__(self, folder: Path, workspace: Path) -> None:
        """`workspace`: a folder on the same disk, for what is being written."""
        self.folder = folder
        self._workspace = workspace
        self._made: dict[str, str] = {}
        with suppress(OSError, ValueError):  # a journal that is none: everything is made again
            read = json.loads((folder / JOURNAL).read_text("utf-8"))
            self._made = {str(name): str(sha256) for name, sha256 in read.items()} if isinstance(read, dict) else {}

    def has(self, name: str) -> bool:
        """Whether it is there, as it was made."""
        with suppress(OSError):
            return name in self._made and all(
                sha256_of(self.folder / each) == sha256 for each, sha256 in self.files(name).items()
            )
        return False

    def path(self, name: str) -> Path:
        return self.folder / name

    def files(self, name: str) -> dict[str, str]:
        """The sha256 of what is there under this name, and of the weights beside it."""
        return {each: self._made[each] for each in (name, name + DATA) if each in self._made}

    @contextmanager
    def making(self, name: str) -> Iterator[Path]:
        """Where to write what is to be kept as `name`; it is kept when the block ends well.

        Raises:
            OSError: it cannot be.
        """
        assert _KEPT.fullmatch(name), name
        unfinished, weights = self._workspace / name, self._workspace / (name + DATA)
        try:
            yield unfinished
            there = [unfinished, weights] if weights.exists() else [unfinished]
            made = {path.name: _flushed_sha256(path) for path in there}
            for path in there:
                path.replace(self.folder / path.name)
        finally:
            unfinished.unlink(missing_ok=True)
            weights.unlink(missing_ok=True)
        others = {each: sha256 for each, sha256 in self._made.items() if each not in (name, name + DATA)}
        self._remember(others | made)

    def sweep(self, named: Collection[str]) -> None:
        """Take away every kept file but these."""
        wanted = {each: sha256 for name in named for each, sha256 in self.files(name).items()}
        for path in self.folder.iterdir():
            if _KEPT.fullmatch(path.name) and path.name not in wanted:
                path.unlink()
        self._remember(wanted)

    def _remember(self, made: dict[str, str]) -> None:
        replace_json(self.folder / JOURNAL, made)
        self._made = made


def _flushed_sha256(path: Path) -> str:
    flush(path)
    return sha256_of(path)
