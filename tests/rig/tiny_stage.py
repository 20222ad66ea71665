"""A Worker around a stage that does as each text says. Run as `python tiny_stage.py SPEC`.

make N     N chunks, numbered by `first_frame`
pause N    two chunks, then wait for an interrupt; taken up again: the rest of N
hang       wait for an interrupt, every time
fail       ChunkFailed
stumble    another exception, with the text in it
die        end the process
"""

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

from utterd.stages.child import prepare_child
from utterd.stages.chunks import Chunk, PhonemeChunk, TextChunk
from utterd.stages.reports import Ready, UnitPhonemized
from utterd.stages.spec import StageSpec
from utterd.stages.work import ChunkFailed, ChunkInterrupted, Reporter
from utterd.stages.worker import Worker

HANG_GUARD_S = 20.0


class TinyStage:
    """Reports UnitPhonemized when it begins a unit, so that a test knows what it is at; a "silent" one if it pauses."""

    def __init__(self) -> None:
        self._interrupted = threading.Event()

    def process(self, chunk: TextChunk, report: Reporter) -> Iterator[PhonemeChunk]:
        self._interrupted.clear()
        report(self._sign(chunk))
        order, _, number = chunk.text.partition(" ")
        for n in range(chunk.first_frame, int(number or 0)):
            if order == "pause" and n == 2 and chunk.first_frame == 0:
                report(replace(self._sign(chunk), is_silent=True))
                self._wait()
            yield self._result(chunk, n)
        if order == "hang":
            self._wait()
        if order == "fail":
            raise ChunkFailed("synthesis_failed", "this piece cannot be read")
        if order == "stumble":
            raise ValueError(chunk.text)
        if order == "die":
            os._exit(3)

    def resume(self, chunk: TextChunk, sent: Chunk | None) -> TextChunk:
        return replace(chunk, first_frame=sent.first_frame + 1) if isinstance(sent, PhonemeChunk) else chunk

    def interrupt(self) -> None:
        self._interrupted.set()

    def _wait(self) -> None:
        if self._interrupted.wait(HANG_GUARD_S):
            raise ChunkInterrupted

    def _sign(self, chunk: TextChunk) -> UnitPhonemized:
        lane, header = chunk.speaking.lane, chunk.header
        return UnitPhonemized(
            lane=lane, utterance_id=header.utterance_id, sequence=header.sequence, dropped=(), is_silent=False
        )

    def _result(self, chunk: TextChunk, number: int) -> PhonemeChunk:
        return PhonemeChunk(
            header=chunk.header, speaking=chunk.speaking, pieces=(), dropped=(), pause="none", first_frame=number
        )


def main() -> None:
    spec = StageSpec.from_json(sys.argv[1])
    prepare_child(spec)
    Worker(spec, TinyStage(), Ready(stage="stage", pid=os.getpid(), asked="nothing", granted="nothing")).run()


if __name__ == "__main__":
    main()
