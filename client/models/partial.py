"""A file that is on its way: NAME.part beside its place, hashed as it grows, put in place as a whole."""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from utterd.client.models.errors import ModelUnfetched

_BLOCK_BYTES: Final = 1024 * 1024


class PartialFile:
    """`path.part`, taken up where it was left; a context, within which it is open.

    Beside it stands what the server called that version of the file, so that a later try need not mix two.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        """Where it is to be in the end."""
        self.part = path.with_name(f"{path.name}.part")
        self._note = path.with_name(f"{path.name}.part.json")

    def __enter__(self) -> Self:
        try:
            self._file = open(os.open(self.part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600), "r+b")
            self._hash_present()
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # of what could not be written, whoever reads the file next time will see less
            self._file.close()
        if not self.size_bytes:
            self.discard()

    def _hash_present(self) -> None:
        self._hash = hashlib.sha256()
        self.size_bytes = 0
        while block := self._file.read(_BLOCK_BYTES):
            self._hash.update(block)
            self.size_bytes += len(block)

    @property
    def sha256(self) -> str:
        """Of what is there, in hexadecimal."""
        return self._hash.hexdigest()

    def append(self, data: bytes) -> None:
        """
        Raises:
            ModelUnfetched: the disk is full, or gone.
        """
        try:
            self._file.write(data)
        except OSError as error:
            raise self._unwritable(error) from error
        self._hash.update(data)
        self.size_bytes += len(data)

    def restart(self) -> None:
        """Begin again with nothing."""
        try:
            self._file.seek(0)
            self._file.truncate()
        except OSError as error:
            raise self._unwritable(error) from error
        self._hash_present()
        self._note.unlink(missing_ok=True)

    def version_of(self, url: str) -> str | None:
        """What `url` called the version that is here so far, as an If-Range header takes it."""
        try:
            noted = json.loads(self._note.read_text("utf-8"))
            return str(noted["version"]) if noted["url"] == url else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def note_version(self, url: str, version: str | None) -> None:
        """For the next try; without one, the sha256 alone will tell whether two halves fit."""
        with suppress(OSError):
            self._note.unlink(missing_ok=True)
            if version:
                self._note.touch(0o600)
                self._note.write_text(json.dumps({"url": url, "version": version}), "utf-8")

    def flush(self) -> None:
        """Have it on the disk.

        Raises:
            ModelUnfetched: it does not fit there.
        """
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._unwritable(error) from error

    def place(self) -> None:
        """Have it where it belongs, whole, even if the power fails now.

        Raises:
            ModelUnfetched: it cannot be moved there.
        """
        self.flush()
        try:
            os.replace(self.part, self.path)
            sync_folder(self.path.parent)
        except OSError as error:
            raise self._unwritable(error) from error
        self._note.unlink(missing_ok=True)

    def discard(self) -> None:
        self.part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> ModelUnfetched:
        return ModelUnfetched(f"cannot write {self.part}: {error.strerror or error}")


def sync_folder(folder: Path) -> None:
    """Have its entries on the disk: a file that was renamed is found under its new name after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
