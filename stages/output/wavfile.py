"""WavFile: a WAV file that is whole after every write, whatever becomes of the one who writes it.

The standard library's `wave` writes the sizes into the header when the file is closed; after a `kill -9` its header
says 0 frames. Here every append is followed by the header, 44 bytes in one go. Knows nothing of devices.
"""

import os
import struct
from pathlib import Path

BYTES_PER_FRAME = 2
"""Mono, signed 16 bits, little endian: all this file writes."""

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
HEADER_BYTES = _HEADER.size
_RIFF_SIZE, _DATA_SIZE = slice(4, 8), slice(40, 44)
_MAX_DATA_BYTES = 0xFFFF_FFFF - HEADER_BYTES
"""A header cannot say more: 24 hours at 24 kHz. What follows is written, but most readers will stop there."""


class NotOurWav(Exception):
    """The file to be continued is something else; it was left untouched."""


class WavFile:
    """Appends frames to a file. One thread.

    A reader may open it at any time: the header never claims frames that are not there.
    """

    def __init__(self, path: Path, *, sample_rate_hz: int, append: bool = False) -> None:
        """Create the file (or empty it), or go on behind its last frame if `append`.

        Raises:
            OSError: it cannot be opened for writing.
            NotOurWav: `append`, and it is not a mono 16-bit WAV of this rate.
        """
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | (0 if append else os.O_TRUNC), 0o666)
        try:
            self._sample_rate_hz = sample_rate_hz
            self._length_frames = self._read_length_frames()
            self._write_header()
        except BaseException:
            os.close(self._fd)
            raise

    @property
    def length_frames(self) -> int:
        return self._length_frames

    def append(self, frames: bytes) -> None:
        """Add whole frames, then let the header know of them: never the other way round."""
        offset = HEADER_BYTES + self._length_frames * BYTES_PER_FRAME
        written = 0
        while written < len(frames):
            written += os.pwrite(self._fd, frames[written:], offset + written)
        self._length_frames += len(frames) // BYTES_PER_FRAME
        self._write_header()

    def close(self) -> None:
        os.close(self._fd)

    def _read_length_frames(self) -> int:
        """From the file's size, not its header: after a kill between the two the file knows better."""
        size_bytes = os.fstat(self._fd).st_size
        if size_bytes == 0:
            return 0
        found = os.pread(self._fd, HEADER_BYTES, 0)
        if _without_sizes(found) != _without_sizes(_header(self._sample_rate_hz, 0)):
            raise NotOurWav
        return (size_bytes - HEADER_BYTES) // BYTES_PER_FRAME

    def _write_header(self) -> None:
        os.pwrite(self._fd, _header(self._sample_rate_hz, self._length_frames), 0)


def _header(sample_rate_hz: int, length_frames: int) -> bytes:
    data_bytes = min(length_frames * BYTES_PER_FRAME, _MAX_DATA_BYTES)
    # fmt chunk: 16 bytes, PCM, 1 channel, rate, bytes a second, bytes a frame, bits a sample
    form = (b"fmt ", 16, 1, 1, sample_rate_hz, sample_rate_hz * BYTES_PER_FRAME, BYTES_PER_FRAME, 16)
    return _HEADER.pack(b"RIFF", HEADER_BYTES - 8 + data_bytes, b"WAVE", *form, b"data", data_bytes)


def _without_sizes(header: bytes) -> bytes:
    return header[: _RIFF_SIZE.start] + header[_RIFF_SIZE.stop : _DATA_SIZE.start]
