"""What the stages report, and what befalls them: turned into events, ends, and places to go on from."""

import itertools
import time
from collections.abc import Callable

from utterd.client.messages import ErrorCode, Event, Mark, Progress, Sentence, Started, Word
from utterd.daemon.engine import Engine
from utterd.daemon.feed import Feed
from utterd.daemon.sentences import sentence_around
from utterd.daemon.transport import Transport
from utterd.daemon.utterance import Utterance
from utterd.stages.chunks import LANES, SAMPLE_RATE_HZ, Lane
from utterd.stages.position import Position
from utterd.stages.reports import (
    CutDone,
    DeviceChanged,
    GapFound,
    Passed,
    PlaybackCut,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackStarted,
    Report,
    SlotLost,
    Sought,
    UnitBuffered,
    UnitFailed,
    UnitPhonemized,
    UnitPlayed,
    UnitSynthesized,
)


class Reported:
    """Hears the pipeline for an engine. Belongs to the event loop."""

    def __init__(self, engine: Engine, transport: Transport, on_trouble: Callable[[str], None] | None = None) -> None:
        """Args:
        on_trouble: told when speech has come to an end that only a person can mend.
        """
        self._engine = engine
        self._on_trouble = on_trouble or (lambda message: None)
        self._transport = transport
        self._pipeline = engine.pipeline
        self._live = engine.pipeline.lanes["live"]
        self._pipeline.on_report = self._on_report
        self._pipeline.on_unit_blamed = self._on_unit_blamed
        self._pipeline.on_output_lost = self._on_output_lost
        self._pipeline.on_unusable = self._on_unusable

    def _on_report(self, report: Report) -> None:
        match report:
            case UnitPhonemized():
                if utterance := self._engine.find(report.utterance_id):
                    utterance.dropped[report.sequence] = report.dropped
            case UnitSynthesized():
                self._on_unit_synthesized(report)
            case UnitBuffered():
                if feed := self._live.find_reported(report.utterance_id):
                    feed.buffered(report.sequence)
                    self._live.pump()
            case UnitPlayed():
                self._on_unit_played(report)
            case PlaybackStarted():
                self._on_started(report)
            case Passed():
                self._on_passed(report)
            case PlaybackFinished():
                self._on_finished(report)
            case PlaybackPaused():
                self._transport.on_paused(report)
            case Sought():
                self._transport.on_sought(report)
            case PlaybackCut():
                self._transport.on_cut(report)
            case CutDone():
                self._live.answered(report.generation, report.trimmed)
            case GapFound():
                if feed := self._live.find_reported(report.utterance_id):
                    feed.lost(report.sequence)
                self._engine.unhear(self._live.mend(report.reason))
            case SlotLost():
                self._engine.unhear(self._pipeline.lanes[report.lane].mend(f"{report.stage}: {report.reason}"))
            case UnitFailed():
                self._on_unit_failed(report)
            case DeviceChanged():
                self._engine.device = report
            case _:
                pass
        self._pipeline.poke()

    def _on_unit_synthesized(self, report: UnitSynthesized) -> None:
        if report.audio_ms > 0:
            self._engine.metrics.real_time_factor.add(report.compute_ms / report.audio_ms)
        feed = self._pipeline.lanes[report.lane].find(report.utterance_id)
        if feed is not None:
            feed.is_open = True
            self._pipeline.lanes[report.lane].pump()

    # What is heard

    def _on_started(self, report: PlaybackStarted) -> None:
        feed = self._live.find_reported(report.utterance_id)
        if feed is None or feed.utterance.has_started:
            return
        utterance = feed.utterance
        if utterance.id in self._engine.is_measured:
            self._engine.is_measured.discard(utterance.id)
            self._engine.metrics.first_audio_ms.add(utterance.since_received_ms(report.handed_at_ns))
            self._engine.trace_of_last = report.trace
        heard_at_ns = _heard_at_ns(report.handed_at_ns, report.latency_frames)
        event = Started(
            utterance=utterance.id,
            t_ms=utterance.since_received_ms(heard_at_ns),
            audio_ms=_clock_ms(utterance, report.audio_frames),
            handed_ms=utterance.since_received_ms(report.handed_at_ns),
        )
        self._expect(utterance, event, heard_at_ns, report.audio_frames)

    def _on_passed(self, report: Passed) -> None:
        feed = self._live.find_reported(report.utterance_id)
        if feed is None:
            return
        utterance = feed.utterance
        feed.is_in_output = True
        heard_at_ns = _heard_at_ns(report.handed_at_ns, report.latency_frames)

        def tell() -> None:
            if not utterance.is_over:
                self._pass(utterance, report, utterance.since_received_ms(heard_at_ns))

        self._engine.hearing.expect(utterance.id, heard_at_ns, report.audio_frames, tell)

    def _pass(self, utterance: Utterance, report: Passed, t_ms: float) -> None:
        if not report.mark:
            utterance.heard_char = report.char_start
            utterance.heard_words.append((utterance.clock_base_frames + report.audio_frames, report.char_start))
        if not utterance.wants_words:
            return
        audio_ms = _clock_ms(utterance, report.audio_frames)
        t_ms = max(t_ms, utterance.started_ms)  # a first word may begin softly, before its first audible frame
        start, end = utterance.script.offsets.to_source(report.char_start, report.char_end)
        if report.mark:
            self._tell(
                utterance,
                Mark(utterance=utterance.id, t_ms=t_ms, audio_ms=audio_ms, name=report.mark, char_start=start),
            )
            return
        sentence = sentence_around(utterance.units.text, report.char_start)
        if utterance.told_sentence != sentence:
            utterance.told_sentence = sentence
            first, last = utterance.script.offsets.to_source(*sentence)
            self._tell(
                utterance,
                Sentence(utterance=utterance.id, t_ms=t_ms, audio_ms=audio_ms, char_start=first, char_end=last),
            )
        self._tell(
            utterance, Word(utterance=utterance.id, t_ms=t_ms, audio_ms=audio_ms, char_start=start, char_end=end)
        )

    def _on_unit_played(self, report: UnitPlayed) -> None:
        if feed := self._live.find_reported(report.utterance_id):
            feed.played(report.sequence)
            utterance = feed.utterance
            utterance.audio_frames = utterance.clock_base_frames + report.audio_frames
            if utterance.wants_words and utterance.has_started:
                self._tell_progress(feed, report.sequence)

    def _tell_progress(self, feed: Feed, sequence: int) -> None:
        utterance = feed.utterance
        _, char_end = utterance.script.offsets.to_source(0, feed.progress(sequence, ended=True))
        self._tell(
            utterance,
            Progress(
                utterance=utterance.id,
                t_ms=utterance.since_received_ms(time.monotonic_ns()),
                audio_ms=utterance.audio_ms,
                char_end=char_end,
                characters=utterance.characters,
            ),
        )

    def _expect(self, utterance: Utterance, event: Started, heard_at_ns: int, audio_frames: int) -> None:
        def tell() -> None:
            if not utterance.is_over and not utterance.has_started:
                utterance.started_ms = event.t_ms
                utterance.happen(event)
                self._engine.mind_expiry()

        self._engine.hearing.expect(utterance.id, heard_at_ns, audio_frames, tell)

    def _tell(self, utterance: Utterance, event: Event) -> None:
        if utterance.has_started and not utterance.is_over:
            utterance.happen(event)

    def _on_finished(self, report: PlaybackFinished) -> None:
        if feed := self._live.find_reported(report.utterance_id):
            utterance = feed.utterance
            utterance.audio_frames = utterance.clock_base_frames + report.audio_frames
            utterance.underruns += report.underruns
            self._engine.metrics.underruns += report.underruns
            self._engine.finish(utterance)

    # What goes wrong

    def _on_unit_failed(self, report: UnitFailed) -> None:
        utterance = self._engine.find(report.utterance_id)
        if utterance is not None and report.generation == self._pipeline.lanes[report.lane].generation:
            self._engine.fail([utterance], report.code, report.message)

    def _on_unit_blamed(self, utterance_id: int, stage: str) -> None:
        if utterance := self._engine.find(utterance_id):
            message = f"the {stage} stage died twice over the same piece of this text; the log says how"
            self._engine.fail([utterance], ErrorCode.STAGE_CRASHED, message)

    def _on_output_lost(self, position: Position | None) -> None:
        utterance = self._engine.find(position.utterance_id) if position is not None else None
        is_known = utterance is not None and self._live.find_reported(utterance.id) is not None
        if utterance is not None and position is not None and (is_known or utterance.has_started):
            self._engine.hearing.settle(utterance.id, position.clock_frames)
            utterance.clock_base_frames += position.clock_frames
            utterance.audio_frames = utterance.clock_base_frames
        for feed in self._live.feeds:
            other = feed.utterance
            if other is not utterance and other.has_started:  # what it had to say of them, it can say no more
                other.clock_base_frames = max(other.clock_base_frames, other.audio_frames)
        if utterance is not None and position is not None and is_known:
            self._live.restart(utterance.id, position.sequence, position.frame)
        else:  # it had played nothing of what is still wanted, or that begins anew
            self._live.restart(0, 0, 0)
        self._transport.on_output_lost()
        for feed in list(itertools.takewhile(lambda feed: feed.is_played_out, self._live.feeds)):
            self._engine.finish(feed.utterance)
        self._engine.hearing.forget_all()  # what was on its way through the device died with it

    def _on_unusable(self, stage: str) -> None:
        problem = self._pipeline.supervisor.records[stage].problem
        assert problem is not None
        lanes: tuple[Lane, ...] = ("live",) if stage == "output" else LANES
        for lane in lanes:
            self._engine.fail(list(self._engine.queues[lane]), problem.code, problem.message)
        self._on_trouble(problem.message)


def _heard_at_ns(handed_at_ns: int, latency_frames: int) -> int:
    return handed_at_ns + latency_frames * 1_000_000_000 // SAMPLE_RATE_HZ


def _clock_ms(utterance: Utterance, audio_frames: int) -> float:
    """Of frames that the output stage counted, on the utterance's whole sample clock."""
    return (utterance.clock_base_frames + audio_frames) * 1000 / SAMPLE_RATE_HZ
