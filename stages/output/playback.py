"""Chunks in, blocks of frames out: order, prebuffer, fades on every edge, cuts. No device, no clock, no I/O."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from utterd.stages.chunks import SAMPLE_RATE_HZ, AudioChunk, Passing
from utterd.stages.output.part import Release, Samples, Taken
from utterd.stages.output.prebuffer import Prebuffer
from utterd.stages.output.track import Track
from utterd.stages.pcm import FADE_FRAMES, fade_in, fade_out, first_audible_frame
from utterd.stages.reports import CutDone, GapFound, PlaybackCut, Report, UnitBuffered

_MOST_HELD = 8
"""Chunks held behind a missing one before it counts as lost: well under the ring's slots, so that it can come again."""

_NEAR_FRAMES = SAMPLE_RATE_HZ // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Frames for the device, and what they mean."""

    samples: Samples
    """Mono float32, faded where an edge is near."""
    utterance_id: int
    sequence: int
    frame_end: int
    """Behind the last frame, in frames of the unit."""
    clock_frames: int
    """Of the utterance, this block included."""
    audible_frame: int | None
    """In this block: the utterance's first audible one, if it is here."""
    units_ended: tuple[int, ...]
    ends_utterance: bool
    passings: tuple[tuple[int, Passing], ...]
    """Words and marks whose sound begins here, each with its place in `samples`."""
    underruns: int
    """Of the utterance so far."""
    trace: dict[str, int]


class Playback:
    """What is to be played, in order. Only the output stage's main thread uses it."""

    def __init__(self, *, generation: int = 0, resume: Mapping[int, tuple[int, int]] | None = None) -> None:
        self._generation = generation
        self._resume: dict[int, tuple[int, int | None]] = {
            utterance: (sequence, frame if frame >= 0 else None)
            for utterance, (sequence, frame) in (resume or {}).items()
        }
        """Utterance id → the (sequence, frame) to go on from, after this stage was restarted, or after a seek."""
        self.is_paused = False
        self.waits_for_cut = False
        """A place was asked for that is not here: silence, until the daemon sends it."""
        self._tracks: list[Track] = []
        self._over: deque[int] = deque(maxlen=256)
        """Utterances played to their end: late chunks of theirs are dropped."""
        self._early: list[tuple[AudioChunk, Release]] = []
        """Of a generation whose Cut has not arrived yet: commands and chunks come by different roads."""
        self._is_flowing = False
        self._fade_in_next = True
        self.prebuffer = Prebuffer()

    def __repr__(self) -> str:
        return f"<Playback generation={self._generation} flowing={self._is_flowing} {self._tracks}>"

    @property
    def is_idle(self) -> bool:
        return not self._tracks

    @property
    def is_flowing(self) -> bool:
        """An utterance is under way: silence now would be an underrun."""
        return self._is_flowing

    def add(self, chunk: AudioChunk, release: Release) -> list[Report]:
        """Take in a chunk, unless it is stale or its utterance is over; what to tell the daemon."""
        header = chunk.header
        if header.generation > self._generation:
            self._early.append((chunk, release))
            return []
        if header.generation < self._generation or header.utterance_id in self._over:
            release()
            return []
        track = self._track(header.utterance_id)
        ended = track.add(chunk, release)
        reports: list[Report] = [UnitBuffered(utterance_id=track.utterance_id, sequence=unit) for unit in ended]
        if track.held >= _MOST_HELD:
            reports += self.give_up_waiting()
        return reports

    def next_block(self, frames: int, *, starving: bool = False) -> Block | None:
        """At most `frames` frames (FADE_FRAMES or more), or None if nothing can be played now.

        The last FADE_FRAMES of what is buffered are kept for a block of their own until more follows, so that there is
        always something to fade. `starving` says that the device is about to run dry: they are given away, faded.
        """
        if not self._tracks or self.is_paused or self.waits_for_cut:
            return None
        track = self._tracks[0]
        if not self._is_flowing:
            least_frames = max(self.prebuffer.target_frames, 2 * FADE_FRAMES)  # the first block must hold its fade
            if not track.is_complete and track.buffered_frames <= least_frames:
                return None
            self._is_flowing = True
        if track.is_complete and track.buffered_frames <= max(frames, FADE_FRAMES):
            return self._block(track, track.take(track.buffered_frames))
        spare = track.buffered_frames - FADE_FRAMES
        if spare > 0:
            return self._block(track, track.take(min(frames, spare)))
        return self._last_before_underrun(track) if starving else None

    @property
    def has_begun(self) -> bool:
        """Frames of the head have been taken: some of them may sound."""
        return bool(self._tracks and self._tracks[0].taken_frames)

    def is_cut(self, keep: Sequence[int]) -> bool:
        """Whether a cut that keeps these makes silence: the head has begun, and does not stay the head."""
        if not self.has_begun:
            return False
        known = {track.utterance_id for track in self._tracks}
        return self._tracks[0].utterance_id != next((kept for kept in keep if kept in known), None)

    def cut(
        self,
        generation: int,
        keep: Sequence[int],
        begin: Sequence[tuple[int, int]] = (),
        trim: Sequence[int] = (),
        unheard_frames: int = 0,
    ) -> list[Report]:
        """Drop what is older than `generation`, but for the gapless audio of the utterances in `keep`.

        Args:
            begin, trim: as in `commands.Cut`.
            unheard_frames: handed to the device and taken back, because what sounds is not kept (see `is_cut`).

        Returns:
            Reports for the utterances that are gone, and CutDone. The faded end of what sounded counts as heard.
        """
        self._generation = max(self._generation, generation)
        self.waits_for_cut = False
        known = {track.utterance_id: track for track in self._tracks}
        kept = [known.pop(utterance_id) for utterance_id in keep if utterance_id in known]
        for track in kept:
            track.drop_held(before_generation=self._generation)
        if self._tracks and self._tracks[0] not in kept[:1]:
            self._tracks[0].turn_back(unheard_frames)
            if self._is_flowing:
                self._tracks[0].take(FADE_FRAMES)
        if not kept or self._tracks[0] is not kept[0]:
            self._is_flowing, self._fade_in_next = False, True
        reports: list[Report] = []
        for track in known.values():
            reports.append(PlaybackCut(utterance_id=track.utterance_id, audio_frames=track.taken_frames))
            track.drop()  # not over: it may come again, behind another utterance
        self._tracks = kept
        self._resume = {
            utterance: place for utterance, place in self._resume.items() if place[1] is not None or utterance in keep
        }
        self._resume |= {utterance: (sequence, None) for utterance, sequence in begin}
        trimmed: tuple[int, ...] = ()
        if trim and (place := next((t.trim(trim[1]) for t in kept if t.utterance_id == trim[0]), None)):
            trimmed = (trim[0], *place)
        reports.append(CutDone(generation=generation, trimmed=trimmed))
        # Of the others nothing old can arrive any more, and what is new means it: their turn was given to another one.
        self._over = deque((utterance for utterance in self._over if utterance in keep), maxlen=self._over.maxlen)
        early, self._early = self._early, []
        for chunk, release in early:
            reports += self.add(chunk, release)
        return reports

    @property
    def head(self) -> Track | None:
        """The utterance that sounds, or is about to."""
        return self._tracks[0] if self._tracks else None

    def stand(self, unheard_frames: int) -> None:
        """Stop where the listener is: frames that were taken and not heard are to be played again."""
        if self._tracks:
            self._tracks[0].turn_back(unheard_frames)
        self._is_flowing, self._fade_in_next = False, True

    def upcoming(self) -> Samples:
        """What would be taken next, at most FADE_FRAMES; empty if nothing sounds."""
        return self._tracks[0].peek(FADE_FRAMES) if self._is_flowing else np.zeros(0, np.float32)

    def give_up_waiting(self) -> list[Report]:
        """A chunk is missing and does not come: ask for it again, and forget what came too early."""
        reports: list[Report] = []
        for track in self._tracks:
            if track.held:
                reason = f"{track.held} later chunks are here"
                reports.append(GapFound(utterance_id=track.utterance_id, sequence=track.sequence, reason=reason))
                track.drop_held()
        return reports

    @property
    def waits_for_missing(self) -> bool:
        """A chunk is overdue: later ones are here, and little is left to play before its turn.

        While much is buffered the ring may be full, and then the missing chunk only waits for room.
        """
        return any(track.held and track.buffered_frames < _NEAR_FRAMES for track in self._tracks)

    def _track(self, utterance_id: int) -> Track:
        for track in self._tracks:
            if track.utterance_id == utterance_id:
                return track
        sequence, frame = self._resume.pop(utterance_id, (0, 0))
        track = Track(utterance_id, sequence=sequence, frame=frame)
        self._tracks.append(track)
        return track

    def _block(self, track: Track, taken: Taken | None) -> Block | None:
        if taken is None:  # complete, and nothing was left: an utterance without a sound
            taken = Taken(
                samples=np.zeros(0, np.float32), sequence=track.sequence, frame_end=track.frame or 0, units_ended=()
            )
        samples = taken.samples
        audible = None
        if track.audible_at is None and (audible := first_audible_frame(samples)) is not None:
            track.audible_at = track.taken_frames - len(samples) + audible
        if self._fade_in_next and len(samples):
            samples = fade_in(samples, FADE_FRAMES)
            self._fade_in_next = False
        self.prebuffer.played(len(samples))
        ends = track.is_played_out
        if ends:
            samples = fade_out(samples, FADE_FRAMES)
            self._end(track)
            self._tracks.remove(track)
            # The next utterance waits for its own prebuffer; its edge is faded like the first one's.
            self._is_flowing, self._fade_in_next = False, True
        return Block(
            samples=samples,
            utterance_id=track.utterance_id,
            sequence=taken.sequence,
            frame_end=taken.frame_end,
            clock_frames=track.taken_frames,
            audible_frame=audible,
            units_ended=taken.units_ended,
            ends_utterance=ends,
            passings=taken.passings,
            underruns=track.underruns,
            trace=track.trace,
        )

    def _last_before_underrun(self, track: Track) -> Block | None:
        taken = track.take(FADE_FRAMES)
        if taken is None:
            return None
        track.underruns += 1
        self.prebuffer.underran()
        block = self._block(track, taken)
        assert block is not None
        self._is_flowing, self._fade_in_next = False, True
        return replace(block, samples=fade_out(block.samples, FADE_FRAMES))

    def _end(self, track: Track) -> None:
        track.drop()
        self._over.append(track.utterance_id)
