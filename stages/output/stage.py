"""The output process: takes AudioChunks from its hop, plays them, and tells the daemon what has been heard.

One thread does it all, with short writes (10 ms) into the device's 50 ms buffer and a look at the hop and the commands
between any two of them: no lock, nothing to wait for but the device. It never opens a file that is not a device, and
never computes more than a block.
"""

import time
from typing import Any

import numpy as np
import zmq

from utterd.stages.chunks import SAMPLE_RATE_HZ, AudioChunk
from utterd.stages.commands import (
    Command,
    Cut,
    PausePlayback,
    Prepare,
    ResumePlayback,
    SeekTo,
    SetVolume,
    Shutdown,
)
from utterd.stages.control import Activity, ControlThread
from utterd.stages.hop import Arrival, HopReader, SlotCorrupt
from utterd.stages.output.device import BLOCK_FRAMES, DeviceError, DeviceState
from utterd.stages.output.loudspeaker import Loudspeaker
from utterd.stages.output.playback import Block, Playback
from utterd.stages.position import Position, PositionPage
from utterd.stages.reports import (
    DeviceChanged,
    Passed,
    PlaybackCut,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackStarted,
    Ready,
    Report,
    SlotLost,
    Sought,
    UnitPlayed,
)
from utterd.stages.spec import StageSpec
from utterd.stages.wire import pack
from utterd.stages.worker import open_reports

_NS_PER_FRAME = 1_000_000_000 / SAMPLE_RATE_HZ

_DRY_MARGIN_FRAMES = SAMPLE_RATE_HZ // 50
"""20 ms before the device runs dry the last frames are given away, faded: later they would come too late."""

_GAP_PATIENCE_NS = 200_000_000
"""How long a missing chunk is waited for while later ones are here. Nothing in a hop takes a tenth of this."""

_TAIL_FRAMES = SAMPLE_RATE_HZ * 3 // 100
"""30 ms of silence behind the end of speech: PortAudio on ALSA keeps the last period back until more is written."""


class OutputStage:
    """Everything here happens on the main thread, at elevated priority."""

    def __init__(self, spec: StageSpec, loudspeaker: Loudspeaker, ready: Ready) -> None:
        context: zmq.Context[Any] = zmq.Context()
        resume = {int(key): (place[0], place[1]) for key, place in spec.settings.get("resume", {}).items()}
        self._playback = Playback(generation=spec.generations["live"], resume=resume)
        self._playback.is_paused = bool(spec.settings.get("is_paused", False))
        self._loudspeaker = loudspeaker
        self._position = PositionPage(spec.position_descriptor)
        self._marked_utterance = 0
        self._activity = Activity()
        self._reader = HopReader(spec.inputs["live"], context)
        self._reports = open_reports(spec, context)
        self._control = ControlThread(spec, context, self._activity, on_beat=loudspeaker.free_stuck_write)
        self._poller = zmq.Poller()
        self._poller.register(self._control.inbox, zmq.POLLIN)
        self._poller.register(self._reader.socket, zmq.POLLIN)
        self._again: Block | None = None
        """A block the device did not take; it is played first when the device is back."""
        self._tail_frames = 0
        """Of silence still to be written behind the end of speech."""
        self._finishing: list[tuple[int, PlaybackFinished]] = []
        """When (monotonic ns) which utterance will have been heard to its end."""
        self._gap_since_ns = 0
        self._reported_state: DeviceState | None = None
        self._report(ready)
        self._report_device()

    def run(self) -> None:
        """Play until Shutdown."""
        while True:
            for command in self._control.commands():
                if isinstance(command, Shutdown):
                    self._shut_down()
                    return
                self._obey(command)
            for arrival in self._reader.receive():
                self._take_in(arrival)
            has_played = self._play_next()
            self._report_due()
            if not has_played:
                self._poller.poll(self._patience_ms())

    # What arrives

    def _obey(self, command: Command) -> None:
        if isinstance(command, Cut) and command.lane == "live":
            self._cut(command)
        elif isinstance(command, Prepare):
            self._guarded(self._loudspeaker.open)
            self._report_device()
        elif isinstance(command, SetVolume):
            self._loudspeaker.set_volume(command.gain)
        elif isinstance(command, PausePlayback):
            self._pause()
        elif isinstance(command, ResumePlayback):
            self._playback.is_paused = False
        elif isinstance(command, SeekTo):
            self._seek(command)

    def _pause(self) -> None:
        if not self._playback.is_paused:
            self._stand()
            self._playback.is_paused = True
        head = self._playback.head
        self._report(
            PlaybackPaused(utterance_id=head.utterance_id if head else 0, audio_frames=head.taken_frames if head else 0)
        )

    def _seek(self, command: SeekTo) -> None:
        head = self._playback.head
        if head is None or head.utterance_id != command.utterance_id:
            self._report(Sought(utterance_id=command.utterance_id, audio_frames=0, is_found=False, char=command.char))
            return
        self._stand()
        heard_frames = head.taken_frames
        is_found = True
        if command.char is not None:
            is_found = head.seek(command.char)
        else:
            head.seek_back(command.back_frames)
        self._playback.waits_for_cut = not is_found
        sequence, frame = head.place
        self._mark_head()
        self._report(
            Sought(
                utterance_id=head.utterance_id,
                audio_frames=heard_frames,
                is_found=is_found,
                char=command.char,
                sequence=sequence,
                frame=frame,
            )
        )

    def _stand(self) -> None:
        """Silence, and the head stands at the first frame that has not been heard."""
        again_frames = len(self._again.samples) if self._again else 0
        self._again = None
        was_flowing = self._playback.is_flowing
        tail = self._playback.stand(again_frames + self._loudspeaker.unheard_frames)
        if was_flowing:
            self._tail_frames = _TAIL_FRAMES if self._loudspeaker.needs_tail else 0
            self._guarded(lambda: self._loudspeaker.silence(tail))
        self._mark_head()

    def _mark_head(self) -> None:
        """Leave word of where the head stands."""
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

    def _cut(self, command: Cut) -> None:
        ending = [finished for _, finished in self._finishing if finished.utterance_id not in command.keep]
        self._finishing = [entry for entry in self._finishing if entry[1] not in ending]
        again_frames = len(self._again.samples) if self._again else 0
        reports, tail = self._playback.cut(
            command.generation,
            command.keep,
            command.begin,
            command.trim,
            again_frames + self._loudspeaker.unheard_frames,
        )
        if tail is not None or (self._again is not None and self._again.utterance_id not in command.keep):
            self._again = None
        if tail is not None or ending:
            self._tail_frames = _TAIL_FRAMES if self._loudspeaker.needs_tail else 0
            self._guarded(lambda: self._loudspeaker.silence(tail if tail is not None else np.zeros(0, np.float32)))
        for finished in ending:
            self._report(PlaybackCut(utterance_id=finished.utterance_id, audio_frames=finished.audio_frames))
        for report in reports:
            self._report(report)
        if self._marked_utterance not in command.keep:  # should it come again, it comes from its beginning
            self._position.write(Position(utterance_id=0, sequence=0, is_working=False))

    def _take_in(self, arrival: Arrival) -> None:
        if arrival.is_void:
            return  # its writer died; the daemon sends again what it had made
        try:
            chunk = arrival.read()
        except SlotCorrupt as error:
            arrival.release()
            self._report(SlotLost(stage="output", lane="live", reason=str(error)))
            return
        assert isinstance(chunk, AudioChunk)
        chunk.trace.setdefault("output_received", time.monotonic_ns())
        for report in self._playback.add(chunk, arrival.release):
            self._report(report)

    # What is played

    @property
    def _wants_device(self) -> bool:
        """There is something to play, now or when more of it is here."""
        is_quiet = self._playback.is_idle or self._playback.is_paused
        return self._again is not None or not is_quiet or self._tail_frames > 0

    def _play_next(self) -> bool:
        """Write one block, if there is something to write; whether there was."""
        if not self._wants_device:
            return False
        self._activity.begin()
        played = self._guarded(self._write_next)
        self._activity.end()
        return bool(played)

    def _write_next(self) -> bool:
        if self._loudspeaker.state is not DeviceState.STARTED and not self._loudspeaker.recover_if_due():
            return False
        self._report_device()
        is_starving = self._playback.is_flowing and self._loudspeaker.queued_frames <= _DRY_MARGIN_FRAMES
        block = self._again or self._playback.next_block(BLOCK_FRAMES, starving=is_starving)
        if block is None:
            return self._write_tail()
        self._again = block
        self._loudspeaker.write(block.samples)
        self._again = None
        # Of its first frame; read behind the write, which blocks for as long as a block lasts.
        latency_frames = max(0, self._loudspeaker.latency_frames - len(block.samples))
        self._after_block(block, latency_frames)
        return True

    def _write_tail(self) -> bool:
        """Silence behind the end of speech, when the device is about to run out and not before.

        New speech that comes in time stands right behind the old; later it waits for a block at most.
        """
        is_quiet = self._playback.is_idle or self._playback.is_paused
        if self._tail_frames == 0 or not is_quiet or self._loudspeaker.queued_frames > BLOCK_FRAMES:
            return False
        frames = min(BLOCK_FRAMES, self._tail_frames)
        self._loudspeaker.write(np.zeros(frames, np.float32), is_speech=False)
        self._tail_frames -= frames
        return True

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
            finished = PlaybackFinished(
                utterance_id=block.utterance_id, audio_frames=block.clock_frames, underruns=block.underruns
            )
            heard_in_ns = int(self._loudspeaker.latency_frames * _NS_PER_FRAME)
            self._finishing.append((handed_at_ns + heard_in_ns, finished))
            self._tail_frames = _TAIL_FRAMES if self._loudspeaker.needs_tail else 0

    def _mark(self, block: Block) -> None:
        """Leave word of what need not be played again, in case this process dies.

        What is still in the device's buffer dies with it: so much is taken back, to the start of the unit at most (the
        unit before it may be out of the daemon's hands).
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

    # The device

    def _guarded(self, action: Any) -> Any:
        """Run something that needs the device; a failure costs the device, not what is to be played."""
        try:
            return action()
        except DeviceError as error:
            self._tail_frames = 0  # there is no speech left in it to push out, and no haste to have it back
            self._loudspeaker.note_loss(error)
            self._report_device()
            return None

    def _shut_down(self) -> None:
        tail = self._playback.fading_end()
        self._guarded(lambda: self._loudspeaker.silence(tail))
        self._guarded(self._loudspeaker.drain)  # closing would cut the fade off
        self._loudspeaker.close()

    # What is told, and when

    def _report(self, report: Report) -> None:
        self._reports.send(pack(report))

    def _report_device(self) -> None:
        state = self._loudspeaker.state
        if state is not self._reported_state:
            self._reported_state = state
            latency_ms = self._loudspeaker.latency_frames * 1000 / SAMPLE_RATE_HZ
            self._report(DeviceChanged(name=self._loudspeaker.name, state=state.value, latency_ms=latency_ms))

    def _report_due(self) -> None:
        """What the clock brings: ends that have been heard, chunks that are missing too long, a device to let go."""
        now_ns = time.monotonic_ns()
        while self._finishing and self._finishing[0][0] <= now_ns:
            self._report(self._finishing.pop(0)[1])
        if not self._playback.waits_for_missing:
            self._gap_since_ns = 0
        elif self._gap_since_ns == 0:
            self._gap_since_ns = now_ns
        elif now_ns - self._gap_since_ns > _GAP_PATIENCE_NS:
            self._gap_since_ns = 0
            for report in self._playback.give_up_waiting():
                self._report(report)
        if not self._wants_device and not self._finishing:
            self._loudspeaker.release_if_idle()
            self._report_device()

    def _patience_ms(self) -> int | None:
        """How long there is nothing to do unless something arrives; None for ever."""
        now_ns = time.monotonic_ns()
        waits_ns: list[float] = [at_ns - now_ns for at_ns, _ in self._finishing[:1]]
        if self._gap_since_ns:
            waits_ns.append(self._gap_since_ns + _GAP_PATIENCE_NS - now_ns)
        if self._loudspeaker.state is not DeviceState.STARTED:
            if self._wants_device:
                waits_ns.append(self._loudspeaker.recovery_left_ns)
        elif self._playback.is_flowing:
            waits_ns.append((self._loudspeaker.queued_frames - _DRY_MARGIN_FRAMES) * _NS_PER_FRAME)
        elif self._tail_frames and (self._playback.is_idle or self._playback.is_paused):
            waits_ns.append((self._loudspeaker.queued_frames - BLOCK_FRAMES) * _NS_PER_FRAME)
        elif self._playback.is_idle or self._playback.is_paused:
            waits_ns.append(max(self._loudspeaker.idle_left_ns, self._loudspeaker.queued_frames * _NS_PER_FRAME))
        return max(1, int(min(waits_ns) / 1e6) + 1) if waits_ns else None
