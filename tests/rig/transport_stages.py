"""The toy stages, with words in their sound, and an output that pauses, seeks and trims as the real one does."""

import re
import time
from collections import deque
from typing import Any

from rig.daemon_fakes import Listener
from rig.fake_stages import BLOCK_FRAMES, FRAMES_PER_CHARACTER, LOUD, WINDOW_FRAMES, FakeStages, Spoken, frames_of

from utterd.client.messages import Speak
from utterd.daemon.requests import Refusal
from utterd.stages.chunks import AudioChunk, Passing, TextChunk
from utterd.stages.commands import Command, Cut, PausePlayback, ResumePlayback, SeekTo
from utterd.stages.position import Position
from utterd.stages.reports import (
    Passed,
    PlaybackCut,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackStarted,
    Sought,
    UnitPlayed,
)

WORD = re.compile(r"\S+")


class TransportStages(FakeStages):
    """Steps as in FakeStages. The device takes a block only when the one before it has been heard."""

    def __init__(self) -> None:
        self._commands: deque[Command] = deque()
        super().__init__()
        self.pipeline.send = self._send  # type: ignore[method-assign]

    def speak(self, text: str, placement: Any = "append", **fields: Any) -> None:
        listener = Listener()
        try:
            request = Speak(text=text, placement=placement, words=True, **fields)
            number = self.engine.speak(request, listener, self, time.monotonic_ns())
        except Refusal:
            return
        self.spoken[number] = Spoken(text, listener, [])

    def ask(self, request: Any) -> list[int]:
        try:
            return self.transport.carry_out(request, self)
        except Refusal:
            return []

    def tell_output(self) -> bool:
        if self._is_down or not self._is_linked:
            self._commands.clear()
            return super().tell_output()
        if not self._commands:
            return False
        command = self._commands.popleft()
        if isinstance(command, Cut):
            reports = self._playback.cut(command.generation, command.keep, command.begin, command.trim)
            self._reports.extend(
                PlaybackCut(utterance_id=report.utterance_id, audio_frames=report.audio_frames)
                for report in self._ending
                if report.utterance_id not in command.keep
            )
            self._ending = [report for report in self._ending if report.utterance_id in command.keep]
            self._reports.extend(reports)
            self._output_generation = command.generation
            if self._position is not None and self._position.utterance_id not in command.keep:
                self._position = None
        elif isinstance(command, PausePlayback):
            self._playback.stand(0)
            self._playback.is_paused = True
            head = self._playback.head
            self._reports.append(
                PlaybackPaused(
                    utterance_id=head.utterance_id if head else 0, audio_frames=head.taken_frames if head else 0
                )
            )
        elif isinstance(command, ResumePlayback):
            self._playback.is_paused = False
        elif isinstance(command, SeekTo):
            self._seek(command)
        return True

    def play(self, *, starving: bool = False) -> bool:
        block = None if self._is_down else self._playback.next_block(BLOCK_FRAMES, starving=starving)
        if block is None:
            return False
        self._position = Position(
            utterance_id=block.utterance_id,
            sequence=block.sequence,
            frame=block.frame_end,
            clock_frames=block.clock_frames,
            is_working=True,
        )
        now_ns = time.monotonic_ns()
        before = block.clock_frames - len(block.samples)
        if block.audible_frame is not None:
            self._reports.append(
                PlaybackStarted(
                    utterance_id=block.utterance_id, handed_at_ns=now_ns, latency_frames=0,
                    audio_frames=before + block.audible_frame, trace={},
                )
            )  # fmt: skip
        for offset, passing in block.passings:
            self._reports.append(
                Passed(
                    utterance_id=block.utterance_id, char_start=passing.char_start, char_end=passing.char_end,
                    mark=passing.mark, handed_at_ns=now_ns, latency_frames=0, audio_frames=before + offset,
                )
            )  # fmt: skip
        self.order_heard.append(block.utterance_id)
        for sequence in block.units_ended:
            self._reports.append(
                UnitPlayed(utterance_id=block.utterance_id, sequence=sequence, audio_frames=block.clock_frames)
            )
        if block.ends_utterance:
            self._ending.append(
                PlaybackFinished(
                    utterance_id=block.utterance_id, audio_frames=block.clock_frames, underruns=block.underruns
                )
            )
        while self.report():  # and the listener hears it before anything else happens
            pass
        self.loop.fire_all()
        return True

    def _seek(self, command: SeekTo) -> None:
        head = self._playback.head
        if head is None or head.utterance_id != command.utterance_id:
            self._reports.append(
                Sought(utterance_id=command.utterance_id, audio_frames=0, is_found=False, char=command.char)
            )
            return
        self._playback.stand(0)
        heard, is_found = head.taken_frames, True
        if command.char is not None:
            is_found = head.seek(command.char)
        else:
            head.seek_back(command.back_frames)
        self._playback.waits_for_cut = not is_found
        sequence, frame = head.place
        self._position = Position(
            utterance_id=head.utterance_id, sequence=sequence, frame=frame, clock_frames=heard, is_working=False
        )
        self._reports.append(
            Sought(
                utterance_id=head.utterance_id,
                audio_frames=heard,
                is_found=is_found,
                char=command.char,
                sequence=sequence,
                frame=frame,
            )
        )

    def _send(self, stage: str, command: Command) -> None:
        if stage == "output" and self._is_linked:
            self._commands.append(command)

    def _send_cut(self, cut: Cut) -> None:
        if cut.lane == "live":
            self._to_upstream.append(cut)
            self._send("output", cut)

    def _lose_unheard(self, generation: int) -> None:
        """Here all is heard that is played."""

    def _synthesize(self, chunk: TextChunk) -> None:
        scale = FRAMES_PER_CHARACTER / chunk.speaking.speed
        total = round(frames_of(chunk.text) / chunk.speaking.speed)
        words = [
            Passing(
                frame=round(found.start() * scale),
                char_start=chunk.char_start + found.start(),
                char_end=chunk.char_start + found.end(),
            )
            for found in WORD.finditer(chunk.text)
        ]
        first = chunk.first_frame
        if chunk.from_char:
            wanted = next((word for word in words if word.char_end > chunk.from_char), None)
            first = max(first, max(0, wanted.frame - 240) if wanted else total)
            words = [word for word in words if word.char_end > chunk.from_char]
        words = [word for word in words if word.frame >= first]
        while True:
            frames = max(0, min(WINDOW_FRAMES, total - first))
            ends_unit = first + frames >= total
            inside = tuple(word for word in words if first <= word.frame < first + frames)
            self._made.append(
                AudioChunk(
                    header=chunk.header, first_frame=first, ends_unit=ends_unit, pcm=LOUD * frames, passings=inside
                )
            )
            if ends_unit:
                return
            first += frames
