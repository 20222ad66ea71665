"""An AIFF file from a WAV file of ours: `say -o hello.aiff`. Written out, as Python has no AIFF from 3.13 on.

The format is Apple's "Audio Interchange File Format: AIFF", version 1.3 (1989): big-endian chunks.
"""

import os
import secrets
import struct
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from utterd.client.errors import FileUnwritable
from utterd.client.wavfile import HEADER as WAV_HEADER
from utterd.client.wavfile import SAMPLE_BYTES, SAMPLE_RATE_HZ

HEADER: Final = struct.Struct(">4sI4s 4sIhIhHQ 4sIII")
"""FORM; COMM: channels, frames, bits, the rate as exponent and mantissa; SSND: size, offset, block size."""

COMMON_BYTES: Final = 18

EXPONENT_BIAS: Final = 16_383
"""Of the 80-bit floating point number that the sample rate is."""

COPY_BYTES: Final = 1 << 20


@contextmanager
def as_aiff(path: Path) -> Iterator[Path]:
    """A place for a WAV file that is `path` as AIFF when the block ends well, and nothing when it does not.

    Raises:
        FileUnwritable: the disk is full, or the like.
    """
    target = Path(os.path.realpath(path))
    stem = f".{target.name[:64]}.{secrets.token_hex(4)}"
    wav, part = target.with_name(f"{stem}.wav"), target.with_name(f"{stem}.part")
    try:
        yield wav
        try:
            _convert(wav, part)
            if target.exists():
                part.chmod(target.stat().st_mode & 0o7777)  # a private file stays private
            part.replace(target)
        except OSError as error:
            raise FileUnwritable(f"cannot write {target}: {error.strerror or error}") from None
    finally:
        wav.unlink(missing_ok=True)
        part.unlink(missing_ok=True)


def _convert(wav: Path, aiff: Path) -> None:
    with wav.open("rb") as source, aiff.open("xb") as target:
        pcm_bytes = os.fstat(source.fileno()).st_size - WAV_HEADER.size
        source.seek(WAV_HEADER.size)
        target.write(_header(pcm_bytes))
        while data := source.read(COPY_BYTES):
            samples = array("h", data)
            if sys.byteorder == "little":
                samples.byteswap()
            target.write(samples)
        target.flush()
        os.fsync(target.fileno())


def _header(pcm_bytes: int) -> bytes:
    magnitude = SAMPLE_RATE_HZ.bit_length() - 1
    rate = (EXPONENT_BIAS + magnitude, SAMPLE_RATE_HZ << (63 - magnitude))
    form_bytes = HEADER.size - 8 + pcm_bytes
    common = (1, pcm_bytes // SAMPLE_BYTES, 8 * SAMPLE_BYTES, *rate)
    return HEADER.pack(b"FORM", form_bytes, b"AIFF", b"COMM", COMMON_BYTES, *common, b"SSND", pcm_bytes + 8, 0, 0)
