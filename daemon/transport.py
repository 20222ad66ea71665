"""What listeners ask for while something is spoken: pause, go on, skip, go elsewhere, faster, louder.

Places are those of the script; the stages know where its words lie in the sound. What the output stage holds, it finds
itself (`SeekTo`, `Sought`); what it does not hold is made anew from the unit that has it (`LaneFeeder.seek`).
"""

import math
import time
from dataclasses import replace
from typing import Any

from utterd.client.messages import (
    GAIN_RANGE,
    PITCH_RANGE,
    SPEED_RANGE,
    Adjust,
    ErrorCode,
    Pause,
    Paused,
    Replay,
    Resume,
    Resumed,
    Seek,
    Skip,
)
from utterd.daemon.engine import Engine, label_of
from utterd.daemon.requests import Refusal, check_range, tail_of
from utterd.daemon.sentences import step
from utterd.daemon.utterance import State, Utterance
from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.commands import PausePlayback, ResumePlayback, SeekTo, SetVolume
from utterd.stages.reports import PlaybackCut, PlaybackPaused, Sought

_AHEAD_FRAMES = SAMPLE_RATE_HZ // 4
"""250 ms of the old speed are still heard while the new one is made."""

_REPLAY_LIMIT_S = 3600.0

TransportRequest = Pause | Resume | Skip | Seek | Replay | Adjust


class Transport:
    """Of the loudspeaker's lane. Belongs to the event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._wanted: dict[int, int] = {}
        """Utterance → the place of its script that has been asked for, and not answered for."""

    def carry_out(self, request: TransportRequest, owner: Any) -> list[int]:
        """The ids of the utterances that were touched. Raises Refusal."""
        match request:
            case Pause():
                return self.pause() if self._may(request, owner) else []
            case Resume():
                return self.resume() if self._may(request, owner) else []
            case Skip():
                return self.skip()
            case Seek():
                return self.seek(request)
            case Replay():
                return self.replay(request)
            case Adjust():
                return self.adjust(request)

    # Requests

    def pause(self) -> list[int]:
        head = self._head()
        if self._engine.pipeline.is_paused or head is None:
            return []
        self._engine.pipeline.is_paused = True
        self._engine.pipeline.send("output", PausePlayback())
        return [head.id]

    def resume(self) -> list[int]:
        head = self._head()
        if not self._engine.pipeline.is_paused:
            return []
        self._engine.pipeline.is_paused = False
        self._engine.pipeline.send("output", ResumePlayback())
        if head is None:
            return []
        if head.state is State.PAUSED:
            t_ms = head.since_received_ms(time.monotonic_ns())
            head.happen(Resumed(utterance=head.id, t_ms=t_ms, audio_ms=head.audio_ms))
        return [head.id]

    def skip(self) -> list[int]:
        head = self._head()
        if head is None:
            return []
        self._engine.cancel([head], "skipped")
        return [head.id]

    def seek(self, request: Seek) -> list[int]:
        """Raises Refusal for a place or count that cannot be."""
        head = self._head()
        if head is None:
            return []
        if request.to is not None:
            if not 0 <= request.to <= head.characters:
                raise Refusal(
                    ErrorCode.BAD_FIELD, f"to is {request.to}; this text has {head.characters} characters, from 0 on"
                )
            return self._go_to(head, head.script.offsets.to_script(request.to))
        if request.count == 0:
            raise Refusal(ErrorCode.BAD_FIELD, "count is 0; give a positive number to go on, a negative one to go back")
        if request.by == "second":
            return self._go_seconds(head, request.count)
        place = self._wanted.get(head.id, head.heard_char)
        return self._go_to(head, step(head.units.text, place, request.by, request.count))

    def replay(self, request: Replay) -> list[int]:
        """Raises Refusal."""
        if not (math.isfinite(request.seconds) and 0 < request.seconds <= _REPLAY_LIMIT_S):
            raise Refusal(
                ErrorCode.BAD_FIELD, f"seconds is {request.seconds:g}; it has to be above 0, up to {_REPLAY_LIMIT_S:g}"
            )
        head, last = self._head(), self._engine.last_heard
        if head is not None and head.has_started:
            return self._go_seconds(head, -request.seconds)
        if head is not None or last is None or not last.has_started:
            return []
        again = tail_of(last, request.seconds)
        return [self._engine.queue(again, lambda event: None, None, time.monotonic_ns())]

    def adjust(self, request: Adjust) -> list[int]:
        """Raises Refusal."""
        engine, head = self._engine, self._head()
        if request.speed is not None:
            check_range("speed", request.speed, *SPEED_RANGE)
        if request.pitch is not None:
            check_range("pitch", request.pitch, *PITCH_RANGE)
        if request.volume is not None:
            check_range("volume", request.volume, *GAIN_RANGE)
            engine.pipeline.send("output", SetVolume(gain=request.volume))
            engine.pipeline.volume = request.volume
        if request.speed is not None:
            engine.speed = request.speed
        if request.pitch is not None:
            engine.pitch = request.pitch
        if head is not None:
            speed = head.speaking.speed if request.speed is None else request.speed
            pitch = head.speaking.pitch if request.pitch is None else request.pitch
            if (speed, pitch) != (head.speaking.speed, head.speaking.pitch):
                head.speaking = replace(head.speaking, speed=speed, pitch=pitch)
                self._respeak(head)
        return [head.id] if head is not None else []

    # Reports

    def on_paused(self, report: PlaybackPaused) -> None:
        head = self._engine.find(report.utterance_id) or self._head()
        if head is None or not self._engine.pipeline.is_paused or head.state is State.PAUSED:
            return
        self._settle(head, report.audio_frames if head.id == report.utterance_id else 0)
        t_ms = head.since_received_ms(time.monotonic_ns())
        head.happen(Paused(utterance=head.id, t_ms=t_ms, audio_ms=head.audio_ms))

    def on_sought(self, report: Sought) -> None:
        utterance = self._engine.find(report.utterance_id)
        char = report.char
        if self._wanted.get(report.utterance_id) != char and report.utterance_id in self._wanted:
            if not report.is_found:
                return  # a later wish decides
        else:
            self._wanted.pop(report.utterance_id, None)
        live = self._engine.pipeline.lanes["live"]
        feed = live.find_reported(report.utterance_id)
        if utterance is None or feed is None:
            return
        utterance.told_sentence = None
        if report.audio_frames:
            self._settle(utterance, report.audio_frames)
        if report.is_found:
            feed.went_to(report.sequence, report.frame)
            if char is not None:
                utterance.heard_char = char
            live.pump()
        elif char is not None:
            self._make(utterance, char)
        self._engine.pipeline.poke()

    def on_output_lost(self) -> None:
        """It died before it could answer; the lane has been fed again by now."""
        for utterance_id, char in list(self._wanted.items()):
            if utterance := self._engine.find(utterance_id):
                self._make(utterance, char)
        self._wanted.clear()

    def on_cut(self, report: PlaybackCut) -> None:
        """What was heard of one that begins anew, elsewhere or later, was heard for good."""
        live = self._engine.pipeline.lanes["live"]
        feed = live.find(report.utterance_id)
        is_anew = feed is not None and feed.since_generation > live.output_generation
        if feed is not None and is_anew and feed.utterance.has_started:
            utterance = feed.utterance
            utterance.clock_base_frames += report.audio_frames
            utterance.audio_frames = utterance.clock_base_frames

    # How it is done

    def _may(self, request: Pause | Resume, owner: Any) -> bool:
        """Whether the one that is spoken is the client's, where that is asked."""
        head = self._head()
        return not request.mine or (head is not None and head.wish.owner_label == label_of(request, owner))

    def _head(self) -> Utterance | None:
        return self._engine.queues["live"].head

    def _go_to(self, head: Utterance, char: int) -> list[int]:
        feed = self._engine.pipeline.lanes["live"].find(head.id)
        if feed is None:
            return []
        self._wanted[head.id] = char
        if self._engine.pipeline.lanes["live"].find_reported(head.id) is None or not feed.has_begun:
            self._make(head, char)  # the output stage does not know yet that it begins anew: it cannot answer
        else:
            self._engine.pipeline.send("output", SeekTo(utterance_id=head.id, char=char))
        return [head.id]

    def _go_seconds(self, head: Utterance, seconds: float) -> list[int]:
        if seconds < 0:
            frames = round(-seconds * SAMPLE_RATE_HZ)
            self._engine.pipeline.send("output", SeekTo(utterance_id=head.id, back_frames=frames))
            return [head.id]
        # Forward: nobody knows how long the text ahead will be; what it has been like so far is a good guess.
        spoken_ms = head.audio_ms or 1000 / head.speaking.speed
        per_second = max(5.0, head.heard_char / spoken_ms * 1000) if head.heard_char else 15.0
        place = self._wanted.get(head.id, head.heard_char) + math.ceil(seconds * per_second)
        return self._go_to(head, min(place, len(head.units.text)))

    def _make(self, utterance: Utterance, char: int) -> None:
        """The stages make it anew from there on."""
        self._wanted.pop(utterance.id, None)
        live = self._engine.pipeline.lanes["live"]
        feed = live.find(utterance.id)
        if feed is None:
            return
        self._engine.hearing.forget(utterance.id)
        utterance.told_sentence = None
        is_there = live.seek(feed, char)
        utterance.heard_char = min(char, len(utterance.units.text))
        if not is_there and not utterance.units.is_open:
            self._engine.finish(utterance)
        self._engine.pipeline.poke()

    def _respeak(self, head: Utterance) -> None:
        live = self._engine.pipeline.lanes["live"]
        feed = live.find(head.id)
        if feed is None or (not feed.has_begun and feed.place == (0, 0)):
            return  # nothing of it is made yet
        if live.find_reported(head.id) is None or not feed.is_in_output:
            self._make(head, head.heard_char)
        else:
            live.respeak(feed, _AHEAD_FRAMES)
        self._engine.pipeline.poke()

    def _settle(self, utterance: Utterance, audio_frames: int) -> None:
        """So much of it has been heard, and no more of what was reported."""
        self._engine.hearing.settle(utterance.id, audio_frames)
        utterance.audio_frames = utterance.clock_base_frames + audio_frames
