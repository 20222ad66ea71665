"""A process at one end of a hop: writes a count, badly on request. Run as `python counting.py SPEC FAULT COUNT`.

FAULT: none, drop, duplicate, reorder, stale: what becomes of every seventh chunk.
"""

import json
import struct
import sys

import zmq

from utterd.stages.chunks import AudioChunk, ChunkHeader
from utterd.stages.hop import HopSpec, HopWriter

FRAMES_PER_CHUNK = 240
GENERATION = 5


def chunk_of_count(sequence: int, *, generation: int = GENERATION, count: int = 0) -> AudioChunk:
    """Frames that count on from chunk to chunk."""
    first = sequence * FRAMES_PER_CHUNK
    values = [float(first + n) for n in range(FRAMES_PER_CHUNK)]
    return AudioChunk(
        header=ChunkHeader(utterance_id=1, generation=generation, sequence=sequence, is_last=sequence == count - 1),
        first_frame=0,
        ends_unit=True,
        pcm=struct.pack(f"{FRAMES_PER_CHUNK}f", *values),
    )


def faulty_order(fault: str, count: int) -> list[AudioChunk]:
    """The chunks 0 … count-1 as a producer with this fault would send them."""
    chunks = [chunk_of_count(n, count=count) for n in range(count)]
    for n in range(6, count - 1, 7):
        if fault == "drop":
            chunks[n] = None
        elif fault == "reorder":
            chunks[n], chunks[n + 1] = chunks[n + 1], chunks[n]
    sent = []
    for n, chunk in enumerate(chunks):
        if chunk is None:
            continue
        sent.append(chunk)
        if n % 7 == 6 and fault == "duplicate":
            sent.append(chunk)
        if n % 7 == 6 and fault == "stale":
            sent.append(chunk_of_count(n + 1, generation=GENERATION - 1, count=count))
    return sent


def main() -> None:
    spec, fault, count = HopSpec(**json.loads(sys.argv[1])), sys.argv[2], int(sys.argv[3])
    writer = HopWriter(spec, zmq.Context())
    for chunk in faulty_order(fault, count):
        while not writer.try_send(chunk):
            writer.socket.poll()
            writer.collect_credit()
    while writer.in_flight:
        writer.socket.poll()
        writer.collect_credit()


if __name__ == "__main__":
    main()
