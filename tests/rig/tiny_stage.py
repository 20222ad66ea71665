"""A Worker around a stage that does as each text says. Run as `python tiny_stage.py SPEC`.

With `restless` behind the SPEC it rests in RESTS short goes, and reports each as utterance RESTING.

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
RESTING = 1000
RESTS = 30
"""More than there are events at a start."""


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
    ready = Ready(stage="stage", pid=os.getpid(), asked="nothing", granted="nothing")
    if sys.argv[2:] != ["restless"]:
        Worker(spec, TinyStage(), ready).run()
        return
    rests = 0

    def rest() -> float | None:
        nonlocal rests
        rests += 1
        worker.report(UnitPhonemized(lane="live", utterance_id=RESTING, sequence=rests, dropped=(), is_silent=True))
        return 0.001 if rests < RESTS else None

    worker = Worker(spec, TinyStage(), ready, rest=rest)
    worker.run()


if __name__ == "__main__":
    main()
