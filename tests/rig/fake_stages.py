"""The stages as a toy, under a real Engine: every queue between them is a list, and a test says which of them moves.

Sound is counted, not made: a unit has so many frames for every character. What the output plays is noted as stretches
of each utterance's sound, so that a frame lost or heard twice shows. Processes die with all they hold, and never hear
what was told while they were not there, as real ones do. Only the Playback, the lanes and the Engine are the real ones.
"""

import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rig.daemon_fakes import FakeHopReader, FakeLoop, FakePipeline, Listener, default_settings, make_engine

from utterd.client.messages import Placement, Speak, Stop
from utterd.daemon.requests import Refusal
from utterd.stages.chunks import AudioChunk, TextChunk
from utterd.stages.commands import Cut
from utterd.stages.g2p.segment import Segmenter
from utterd.stages.output.playback import Playback
from utterd.stages.position import Position
from utterd.stages.reports import (
    CutDone,
    PlaybackFinished,
    PlaybackStarted,
    Report,
    SlotLost,
    UnitFailed,
    UnitPlayed,
    UnitSynthesized,
)

FRAMES_PER_CHARACTER = 40
WINDOW_FRAMES = 900
BLOCK_FRAMES = 240
AUDIO_SLOTS = 16
LOUD = struct.pack("f", 0.5)


@dataclass(slots=True)
class Spoken:
    """An utterance as a client sees it."""

    text: str
    listener: Listener
    heard: list[tuple[int, int]]
    """Stretches of its sound, [start, end) in frames, in the order they were played."""

    @property
    def frames(self) -> int:
        return sum(frames_of(unit.text) for unit in Segmenter(self.text))


def frames_of(text: str) -> int:
    return FRAMES_PER_CHARACTER * len(text)


class FakeStages:
    """Upstream (g2p and inference as one) and output. Each public method is one step of one of the parts."""

    def __init__(self) -> None:
        self.loop = FakeLoop()
        self.pipeline = FakePipeline(slots=3)
        self.pipeline.on_cut = self._send_cut
        pipeline: Any = self.pipeline
        loop: Any = self.loop
        reader: Any = FakeHopReader()
        self.engine, self.transport = make_engine(default_settings(queue_limit=6), pipeline, reader, loop)
        self.spoken: dict[int, Spoken] = {}
        self.order_heard: list[int] = []
        self.failing = 0
        """So many units will fail upstream."""
        self._lane = self.pipeline.lanes["live"]
        self._audio: deque[tuple[AudioChunk, Callable[[], None]]] = deque()
        self._unreleased: list[AudioChunk] = []
        self._output_life = 0
        self._reports: deque[Report] = deque()
        self._begin_upstream()
        self._begin_output()

    # What clients do

    def speak(self, text: str, placement: Placement) -> None:
        listener = Listener()
        try:
            request = Speak(text=text, placement=placement)
            number = self.engine.speak(request, listener, self, time.monotonic_ns())
        except Refusal:
            return
        self.spoken[number] = Spoken(text, listener, [])

    def stop(self, request: Stop) -> None:
        try:
            self.engine.stop(request, self)
        except Refusal:
            return

    # Upstream

    def tell_upstream(self) -> bool:
        if not self._to_upstream:
            return False
        self._upstream_generation = max(self._upstream_generation, self._to_upstream.popleft().generation)
        while self._made and self._made[0].header.generation < self._upstream_generation:
            self._made.popleft()
        return True

    def work(self) -> bool:
        """Pass a window on, or read a chunk of text."""
        if self._made:
            if len(self._unreleased) >= AUDIO_SLOTS:
                return False
            self._ring(self._made.popleft())
            return True
        if not self._writer.sent:
            return False
        chunk = self._writer.take()
        self._lane.pump()
        if chunk.header.generation >= self._upstream_generation:
            self._upstream_generation = chunk.header.generation
            self._synthesize(chunk)
            self._reports.append(
                UnitSynthesized(
                    lane="live",
                    utterance_id=chunk.header.utterance_id,
                    sequence=chunk.header.sequence,
                    compute_ms=1.0,
                    audio_ms=10.0,
                )
            )
        return True

    def kill_upstream(self) -> None:
        self._audio.clear()  # void: the next one writes over it
        self._unreleased.clear()
        self._lane.rewind("upstream died")
        self._begin_upstream()

    # Output

    def tell_output(self) -> bool:
        """Start it, if it is not there; hear its first heartbeat; or let it obey a command."""
        if self._is_down:
            self._begin_output()
            return True
        if not self._is_linked:
            self._is_linked = True
            if self._lane.generation != self._output_generation:
                self._lane.output_missed_a_cut()
            return True
        if not self._to_output:
            return False
        command = self._to_output.popleft()
        self._lose_unheard(command.generation)
        self._ending = [report for report in self._ending if report.utterance_id in command.keep]
        self._reports.extend(self._playback.cut(command.generation, command.keep))
        self._output_generation = command.generation
        if self._position is not None and self._position.utterance_id not in command.keep:
            self._position = None
        self._reports.append(CutDone(generation=command.generation))
        return True

    def receive(self) -> bool:
        if not self._audio or self._is_down:
            return False
        self._reports.extend(self._playback.add(*self._audio.popleft()))
        return True

    def damage(self) -> None:
        """The next slot does not hold what was announced."""
        if self._audio and not self._is_down:
            _, release = self._audio.popleft()
            release()
            self._reports.append(SlotLost(stage="output", lane="live", reason="checksum"))

    def lose(self) -> None:
        """The news of the next slot gets lost; the slot stays taken."""
        if self._audio:
            self._audio.popleft()

    def play(self, *, starving: bool = False) -> bool:
        block = None if self._is_down else self._playback.next_block(BLOCK_FRAMES, starving=starving)
        if block is None:
            return False
        identity = block.utterance_id
        end = self._offset(identity, block.sequence) + block.frame_end
        if len(block.samples):
            self.spoken[identity].heard.append((end - len(block.samples), end))
            self.order_heard.append(identity)
        self._position = Position(
            utterance_id=identity,
            sequence=block.sequence,
            frame=block.frame_end,
            clock_frames=block.clock_frames,
            is_working=True,
        )
        if block.audible_frame is not None:
            started = PlaybackStarted(
                utterance_id=identity, handed_at_ns=time.monotonic_ns(), latency_frames=0, audio_frames=0, trace={}
            )
            self._reports.append(started)
        for sequence in block.units_ended:
            self._reports.append(UnitPlayed(utterance_id=identity, sequence=sequence, audio_frames=block.clock_frames))
        if block.ends_utterance:
            self._ending.append(
                PlaybackFinished(utterance_id=identity, audio_frames=block.clock_frames, underruns=block.underruns)
            )
        return True

    def be_heard(self) -> bool:
        """The device has played the end of an utterance."""
        if not self._ending:
            return False
        self._reports.append(self._ending.pop(0))
        return True

    def miss_something(self) -> bool:
        """Chunks wait for one that does not come."""
        reports = [] if self._is_down else self._playback.give_up_waiting()
        self._reports.extend(reports)
        return bool(reports)

    def kill_output(self) -> None:
        """It dies; what it had told before is still heard. The next one is not there yet."""
        if self._is_down:
            return
        while self.report():
            pass
        position = self._position
        self._lose_unheard(self._lane.generation)
        self._output_life += 1
        unread, self._audio = list(self._unreleased), deque()
        self._unreleased.clear()
        self._ending = []
        self._is_down, self._is_linked = True, False
        self.pipeline.on_output_lost(position)  # type: ignore[attr-defined]
        for chunk in unread:
            self._ring(chunk)

    # The daemon

    def report(self) -> bool:
        if not self._reports:
            return False
        self.pipeline.on_report(self._reports.popleft())  # type: ignore[attr-defined]
        return True

    def run_out(self) -> None:
        """Let everything go on until nothing moves any more."""
        for _ in range(100_000):
            moves = [self.tell_output(), self.tell_upstream(), self.work(), self.receive(), self.report()]
            if any(moves) or any((self.play(), self.be_heard())):
                continue
            if not self.play(starving=True) and not self.miss_something():
                self.loop.fire_all()
                return
        raise AssertionError(f"it never ends: {self._lane!r} {self._playback!r}")

    # Inside

    @property
    def _writer(self) -> Any:
        return self.pipeline.writers["live"]

    def _lose_unheard(self, generation: int) -> None:
        """Of utterances that begin anew, what was handed lay in the device's buffer, behind the end of the head."""
        for feed in self._lane.feeds:
            identity = feed.utterance.id
            if self._output_generation < feed.since_generation <= generation:
                self.spoken[identity].heard.clear()
                self.order_heard = [other for other in self.order_heard if other != identity]

    def _begin_upstream(self) -> None:
        self._upstream_generation = self._lane.generation
        self._to_upstream: deque[Cut] = deque()
        self._made: deque[AudioChunk] = deque()

    def _begin_output(self) -> None:
        resume = {feed.utterance.id: feed.place for feed in self._lane.feeds if feed.place != (0, 0)}
        self._output_generation = self._lane.generation
        self._playback = Playback(generation=self._output_generation, resume=resume)
        self._lane.output_started()
        self._to_output: deque[Cut] = deque()
        self._is_down = self._is_linked = False
        self._ending: list[PlaybackFinished] = []
        self._position: Position | None = None

    def _send_cut(self, cut: Cut) -> None:
        if cut.lane == "live":
            self._to_upstream.append(cut)
            if self._is_linked:
                self._to_output.append(cut)

    def _synthesize(self, chunk: TextChunk) -> None:
        if self.failing:
            self.failing -= 1
            header = chunk.header
            self._reports.append(
                UnitFailed(
                    stage="inference",
                    lane="live",
                    generation=header.generation,
                    utterance_id=header.utterance_id,
                    sequence=header.sequence,
                    code="synthesis_failed",
                    message="it failed",
                )
            )
            return
        total, first = frames_of(chunk.text), chunk.first_frame
        while first < total or first == chunk.first_frame:
            frames = max(0, min(WINDOW_FRAMES, total - first))
            ends_unit = first + frames >= total
            self._made.append(
                AudioChunk(header=chunk.header, first_frame=first, ends_unit=ends_unit, pcm=LOUD * frames)
            )
            if ends_unit:
                return
            first += frames

    def _ring(self, chunk: AudioChunk) -> None:
        life = self._output_life
        self._unreleased.append(chunk)

        def release() -> None:
            if life == self._output_life:
                self._unreleased[:] = [other for other in self._unreleased if other is not chunk]

        self._audio.append((chunk, release))

    def _offset(self, identity: int, sequence: int) -> int:
        units = Segmenter(self.spoken[identity].text)
        return sum(frames_of(unit.text) for unit in units if unit.index < sequence)
