"""Player: what is to be played, block by block into the loudspeaker, and what of it has been heard.

Writes are short (10 ms) and made when there is room, so that nothing waits in the device while a command does.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.control import Activity
from utterd.stages.output.device import BLOCK_FRAMES, BUFFER_S, DeviceError, DeviceState
from utterd.stages.output.loudspeaker import Loudspeaker
from utterd.stages.output.playback import Block, Playback
from utterd.stages.position import Position, PositionPage
from utterd.stages.reports import (
    DeviceChanged,
    Passed,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    Report,
    UnitPlayed,
)

_NS_PER_FRAME = 1_000_000_000 / SAMPLE_RATE_HZ

_ROOM_FRAMES = round(BUFFER_S * SAMPLE_RATE_HZ) - BLOCK_FRAMES
"""With no more than this in the device the next block fits in."""

_DRY_MARGIN_FRAMES = SAMPLE_RATE_HZ // 50
"""20 ms before the device runs dry the last frames are given away, faded: later they would come too late."""

_TAIL_FRAMES = SAMPLE_RATE_HZ * 3 // 100
"""30 ms of silence behind the end of speech: PortAudio on ALSA keeps the last period back until more is written."""


class Player:
    """Only the output stage's main thread uses it."""

    def __init__(
        self,
        playback: Playback,
        loudspeaker: Loudspeaker,
        *,
        position: PositionPage,
        activity: Activity,
        report: Callable[[Report], None],
    ) -> None:
        self._playback = playback
        self._loudspeaker = loudspeaker
        self._position = position
        self._activity = activity
        self._report = report
        self._marked_utterance = 0
        self._again: Block | None = None
        """A block the device did not take; it is played first when the device is back."""
        self._tail_frames = 0
        """Of silence still to be written behind the end of speech."""
        self._finishing: list[tuple[int, PlaybackFinished]] = []
        """When (monotonic ns) which utterance will have been heard to its end."""
        self._is_continued = False
        """What is written next continues what was written last: a gap between them tears it."""
        self._underflows = 0
        """The device's, when they were last looked at."""
        self._torn: tuple[int, int] = (0, 0)
        """An utterance, and how often the device ran dry in the middle of it."""
        self._reported: tuple[str, DeviceState] | None = None
        """The device's name and state, as the daemon knows them."""

    # What is played

    def play_next(self) -> bool:
        """Write one block, if there is something to write and room for it; whether there was."""
        if not self._wants_device:
            return False
        self._activity.begin()
        played = self.guarded(self._write_next)
        self._activity.end()
        return bool(played)

    @property
    def _wants_device(self) -> bool:
        """There is something to play, now or when more of it is here."""
        waits = self._again is not None and not self._playback.is_paused
        return waits or not self._is_quiet or self._tail_frames > 0

    @property
    def _is_quiet(self) -> bool:
        return self._playback.is_idle or self._playback.is_paused

    def _write_next(self) -> bool:
        if self._loudspeaker.state is not DeviceState.STARTED and not self._loudspeaker.recover_if_due():
            return False
        self.report_device()
        queued_frames = self._loudspeaker.queued_frames
        if queued_frames > _ROOM_FRAMES:
            return False
        is_starving = self._playback.is_flowing and queued_frames <= _DRY_MARGIN_FRAMES
        again = None if self._playback.is_paused else self._again
        block = again or self._playback.next_block(BLOCK_FRAMES, starving=is_starving)
        if block is None:
            return self._write_tail()
        self._again = block
        self._loudspeaker.write(block.samples)
        self._again = None
        # Of its first frame; read behind the write, which may have waited.
        latency_frames = max(0, self._loudspeaker.latency_frames - len(block.samples))
        self._count_torn(block)
        self._after_block(block, latency_frames)
        return True

    def _write_tail(self) -> bool:
        """Silence behind the end of speech, when the device is about to run out and not before.

        New speech that comes in time stands right behind the old; later it waits for a block at most.
        """
        if self._tail_frames == 0 or not self._is_quiet or self._loudspeaker.queued_frames > BLOCK_FRAMES:
            return False
        frames = min(BLOCK_FRAMES, self._tail_frames)
        self._loudspeaker.write(np.zeros(frames, np.float32), is_speech=False)
        self._tail_frames -= frames
        return True

    def _count_torn(self, block: Block) -> None:
        underflows = self._loudspeaker.underflows
        if self._is_continued and underflows > self._underflows:
            before = self._torn[1] if self._torn[0] == block.utterance_id else 0
            self._torn = block.utterance_id, before + underflows - self._underflows
        self._underflows = underflows
        self._is_continued = self._playback.is_flowing

    def _after_block(self, block: Block, latency_frames: int) -> None:
        handed_at_ns = time.monotonic_ns()
        self._mark(block)
        if block.audible_frame is not None:
            self._report_started(block, handed_at_ns, latency_frames, block.audible_frame)
        for offset, passing in block.passings:
            self._report(
                Passed(
                    utterance_id=block.utterance_id,
                    char_start=passing.char_start,
                    char_end=passing.char_end,
                    mark=passing.mark,
                    handed_at_ns=handed_at_ns,
                    latency_frames=latency_frames + offset,
                    audio_frames=block.clock_frames - len(block.samples) + offset,
                )
            )
        for sequence in block.units_ended:
            self._report(
                UnitPlayed(utterance_id=block.utterance_id, sequence=sequence, audio_frames=block.clock_frames)
            )
        if block.ends_utterance:
            torn = self._torn[1] if self._torn[0] == block.utterance_id else 0
            finished = PlaybackFinished(
                utterance_id=block.utterance_id, audio_frames=block.clock_frames, underruns=block.underruns + torn
            )
            heard_in_ns = int(self._loudspeaker.latency_frames * _NS_PER_FRAME)
            self._finishing.append((handed_at_ns + heard_in_ns, finished))
            self._tail_frames = _TAIL_FRAMES if self._loudspeaker.needs_tail else 0

    def _report_started(self, block: Block, handed_at_ns: int, latency_frames: int, audible_frame: int) -> None:
        block.trace["handed"] = handed_at_ns
        self._report(
            PlaybackStarted(
                utterance_id=block.utterance_id,
                handed_at_ns=handed_at_ns,
                latency_frames=latency_frames + audible_frame,
                audio_frames=block.clock_frames - len(block.samples) + audible_frame,
                trace=block.trace,
            )
        )

    # What is not

    def take_back(self) -> int:
        """Silence, as soon as can be; the frames of speech that were taken to be played and are not heard."""
        again_frames = len(self._again.samples) if self._again else 0
        self._again = None
        self._is_continued = False
        self._tail_frames = _TAIL_FRAMES if self._loudspeaker.needs_tail else 0
        taken_back = self.guarded(lambda: self._loudspeaker.take_back(self._playback.upcoming()))
        return again_frames + (taken_back or 0)

    def withdraw(self, keep: frozenset[int]) -> list[PlaybackCut]:
        """Utterances not among `keep` that were taken to their end, which has not been heard: they do not finish."""
        ending = [finished for _, finished in self._finishing if finished.utterance_id not in keep]
        self._finishing = [entry for entry in self._finishing if entry[1] not in ending]
        cut = [PlaybackCut(utterance_id=each.utterance_id, audio_frames=each.audio_frames) for each in ending]
        if self._again and self._again.ends_utterance and self._again.utterance_id not in keep:
            heard_frames = self._again.clock_frames - len(self._again.samples)
            cut.append(PlaybackCut(utterance_id=self._again.utterance_id, audio_frames=heard_frames))
        return cut

    @property
    def again_utterance(self) -> int | None:
        """Whose block waits for the device to come back."""
        return self._again.utterance_id if self._again else None

    # What is left word of, in case this process dies

    def _mark(self, block: Block) -> None:
        """What need not be played again.

        What is still in the device's buffer dies with this process: so much is taken back, to the start of the unit at
        most (the unit before it may be out of the daemon's hands).
        """
        mortal_frames = min(block.frame_end, self._loudspeaker.mortal_frames)
        self._marked_utterance = block.utterance_id
        self._position.write(
            Position(
                utterance_id=block.utterance_id,
                sequence=block.sequence,
                frame=block.frame_end - mortal_frames,
                clock_frames=max(0, block.clock_frames - mortal_frames),
                is_working=True,
            )
        )

    def mark_head(self) -> None:
        """Where the head stands."""
        if head := self._playback.head:
            sequence, frame = head.place
            self._marked_utterance = head.utterance_id
            self._position.write(
                Position(
                    utterance_id=head.utterance_id,
                    sequence=sequence,
                    frame=frame,
                    clock_frames=head.taken_frames,
                    is_working=False,
                )
            )

    def unmark(self, keep: frozenset[int]) -> None:
        """One that is not kept comes from its beginning, should it come again."""
        if self._marked_utterance not in keep:
            self._position.write(Position(utterance_id=0, sequence=0, is_working=False))

    # The device

    def guarded(self, action: Callable[[], Any]) -> Any:
        """Run something that needs the device; a failure costs the device, not what is to be played."""
        try:
            return action()
        except DeviceError as error:
            self._tail_frames = 0  # there is no speech left in it to push out, and no haste to have it back
            self._loudspeaker.note_loss(error)
            self.report_device()
            return None

    def report_device(self) -> None:
        """Tell the daemon if the device's state is another one, or the user has chosen another loudspeaker."""
        name, state = self._loudspeaker.name, self._loudspeaker.state
        if (name, state) != self._reported:
            self._reported = name, state
            latency_ms = self._loudspeaker.latency_frames * 1000 / SAMPLE_RATE_HZ
            self._report(DeviceChanged(name=name, state=state.value, latency_ms=latency_ms))

    # What the clock brings

    def report_due(self, now_ns: int) -> None:
        """Ends that have been heard, and a device to let go of."""
        while self._finishing and self._finishing[0][0] <= now_ns:
            self._report(self._finishing.pop(0)[1])
        if not self._wants_device and not self._finishing:
            self._loudspeaker.release_if_idle()
            self.report_device()

    def waits_ns(self, now_ns: int) -> list[float]:
        """After how long there may be something to do, each for a reason of its own; none: only if something comes."""
        waits_ns: list[float] = [at_ns - now_ns for at_ns, _ in self._finishing[:1]]
        if self._loudspeaker.state is not DeviceState.STARTED:
            if self._wants_device:
                waits_ns.append(self._loudspeaker.recovery_left_ns)
            return waits_ns
        queued_frames = self._loudspeaker.queued_frames
        if queued_frames > _ROOM_FRAMES and not self._is_quiet:
            waits_ns.append((queued_frames - _ROOM_FRAMES) * _NS_PER_FRAME)
        elif self._playback.is_flowing:
            waits_ns.append((queued_frames - _DRY_MARGIN_FRAMES) * _NS_PER_FRAME)
        elif self._tail_frames and self._is_quiet:
            waits_ns.append((queued_frames - BLOCK_FRAMES) * _NS_PER_FRAME)
        elif self._is_quiet:
            waits_ns.append(max(self._loudspeaker.idle_left_ns, queued_frames * _NS_PER_FRAME))
        return waits_ns
