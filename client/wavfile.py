"""A 16-bit WAV file that appears only when it is complete.

The sound goes to a hidden file beside the target, which takes its name at the end: no reader ever sees half of it, and
a failed rendering leaves what was there before.
"""

import os
import secrets
import stat
import struct
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from utterd.client.errors import FileUnwritable

SAMPLE_RATE_HZ = 24_000
"""Of Audio events, and so of every file."""

SAMPLE_BYTES = 2

HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
"""RIFF chunk, format chunk, and the head of the data chunk."""

MAX_PCM_BYTES = 2**32 - 64
"""A WAV file counts its bytes in 32 bits: 24 hours and 51 minutes."""


class WavFile:
    """A context: commits at its end, if `commit` was called for, and otherwise leaves no trace."""

    def __init__(self, path: Path) -> None:
        """Make sure, before any sound is made, that it can be written.

        Raises:
            FileUnwritable: it cannot.
        """
        self._target = Path(os.path.realpath(path))  # a link stays a link
        mode = _mode_for(self._target)
        self._part = self._target.with_name(f".{self._target.name[:64]}.{secrets.token_hex(4)}.part")
        try:
            descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            if self._target.exists():
                os.fchmod(descriptor, mode)  # past the umask: a private file stays private, a shared one shared
        except OSError as error:
            raise _unwritable(self._target, error) from None
        self._stream = os.fdopen(descriptor, "wb")
        self._stream.write(_header(0))
        self._pcm_bytes = 0

    @property
    def duration_s(self) -> float:
        """Of the sound so far."""
        return self._pcm_bytes / SAMPLE_BYTES / SAMPLE_RATE_HZ

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # what could not be written before cannot be written now
            self._stream.close()
        self._part.unlink(missing_ok=True)

    def write(self, pcm: bytes) -> None:
        """Mono, 24 kHz, signed 16 bits, little endian.

        Raises:
            FileUnwritable: the disk is full, or the file would be longer than a WAV file can be.
        """
        self._pcm_bytes += len(pcm)
        if self._pcm_bytes > MAX_PCM_BYTES:
            raise FileUnwritable(
                f"{self._target} would be longer than the 24 hours a WAV file can hold; split the text"
            )
        try:
            self._stream.write(pcm)
        except OSError as error:
            raise _unwritable(self._target, error) from None

    def commit(self) -> None:
        """All is written: let it appear.

        Raises:
            FileUnwritable: it cannot be finished or renamed.
        """
        try:
            self._stream.seek(0)
            self._stream.write(_header(self._pcm_bytes))
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._part.replace(self._target)
        except OSError as error:
            raise _unwritable(self._target, error) from None


def _header(pcm_bytes: int) -> bytes:
    rest_bytes = HEADER.size - 8 + pcm_bytes
    sound = (1, 1, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * SAMPLE_BYTES, SAMPLE_BYTES, 8 * SAMPLE_BYTES)  # 1: PCM, 1: mono
    return HEADER.pack(b"RIFF", rest_bytes, b"WAVE", b"fmt ", 16, *sound, b"data", pcm_bytes)


def _mode_for(target: Path) -> int:
    """Permissions of the new file: those of the one it replaces, if that is ours to replace."""
    try:
        status = target.stat()
    except FileNotFoundError:
        return 0o666
    except OSError as error:
        raise _unwritable(target, error) from None
    if stat.S_ISDIR(status.st_mode):
        raise FileUnwritable(f"{target} is a folder; name a file in it, such as {target / 'speech.wav'}")
    if not stat.S_ISREG(status.st_mode):
        raise FileUnwritable(f"{target} is not a regular file; name another one to write to")
    if not os.access(target, os.W_OK):
        raise FileUnwritable(f"{target} is write-protected; name another file, or run `chmod u+w` on it")
    return stat.S_IMODE(status.st_mode)


def _unwritable(target: Path, error: OSError) -> FileUnwritable:
    if isinstance(error, FileNotFoundError):
        return FileUnwritable(f"cannot write {target}: the folder {target.parent} does not exist")
    return FileUnwritable(f"cannot write {target}: {error.strerror or error}")
