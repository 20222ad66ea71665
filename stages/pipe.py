"""Chunks on standard input and output, for a stage run by hand:

    echo hello | python -m utterd.stages.g2p | python -m utterd.stages.inference | python -m utterd.stages.output

The stream is a sequence of frames: four bytes of length, big-endian, then a packed chunk (`wire.py`).
"""

import struct
import sys
from collections.abc import Iterator
from typing import BinaryIO, TypeVar

from utterd.stages.chunks import Chunk
from utterd.stages.wire import pack, unpack

_LENGTH = struct.Struct(">I")

_LONGEST_BYTES = 16 * 1024 * 1024
"""Of a chunk. The first four bytes of a text say far more."""

C = TypeVar("C", bound=Chunk)


class NotAPipe(Exception):
    """Standard input or output is not what a stage can use; the message says what to do."""


def output_stream() -> BinaryIO:
    """Standard output, unless a person would get the bytes on the screen."""
    if sys.stdout.isatty():
        raise NotAPipe("this stage writes binary chunks: pipe it into the next one (see --help)")
    return sys.stdout.buffer


def write_chunk(stream: BinaryIO, chunk: Chunk) -> None:
    """Write one chunk and let it be read at once."""
    packed = pack(chunk)
    stream.write(_LENGTH.pack(len(packed)) + packed)
    stream.flush()


def read_chunks(stream: BinaryIO, kind: type[C]) -> Iterator[C]:
    """Chunks of one kind until the stream ends.

    Raises:
        NotAPipe: the bytes are not such chunks.
    """
    while head := stream.read(_LENGTH.size):
        (length,) = _LENGTH.unpack(head) if len(head) == _LENGTH.size else (1,)
        packed = stream.read(length) if length <= _LONGEST_BYTES else b""
        if len(packed) < length <= _LONGEST_BYTES:
            raise NotAPipe("standard input ends in the middle of a chunk")
        try:
            yield unpack(packed, kind)
        except Exception as error:  # msgpack and the builders raise many kinds
            wanted = kind.__name__
            raise NotAPipe(
                f"standard input is not a stream of {wanted}s: run the stage before this one into it"
            ) from error
