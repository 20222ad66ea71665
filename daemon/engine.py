"""What clients ask for, and what becomes of it: utterances from request to end. No sockets of its own."""

import asyncio
import itertools
import logging
import time
from collections.abc import Callable
from typing import Any, Literal

from utterd.client.messages import Cancelled, ErrorCode, Failed, Finished, Placement, Speak, Started, Stop
from utterd.config.bundles import Bundle
from utterd.config.settings import Settings
from utterd.daemon.feed import Feed
from utterd.daemon.metrics import Metrics
from utterd.daemon.pipeline import Pipeline
from utterd.daemon.rendering import Rendering
from utterd.daemon.requests import Refusal, check_speak
from utterd.daemon.scheduler import QueueFull, Scheduler
from utterd.daemon.utterance import Listener, Utterance
from utterd.stages.chunks import LANES, SAMPLE_RATE_HZ, Lane
from utterd.stages.commands import Prepare, Yield
from utterd.stages.hop import HopReader
from utterd.stages.position import Position
from utterd.stages.reports import (
    CutDone,
    DeviceChanged,
    GapFound,
    PlaybackFinished,
    PlaybackStarted,
    Report,
    SlotLost,
    UnitBuffered,
    UnitFailed,
    UnitPhonemized,
    UnitPlayed,
    UnitSynthesized,
)

logger = logging.getLogger(__name__)

CancelReason = Literal["stopped", "interrupted", "disconnected", "shutting_down"]


class Engine:
    """Belongs to the event loop."""

    def __init__(
        self,
        settings: Settings,
        bundle: Bundle | None,
        pipeline: Pipeline,
        render_reader: HopReader,
        loop: asyncio.AbstractEventLoop,
        can_send: Callable[[Utterance], bool],
    ) -> None:
        self._settings = settings
        self._bundle = bundle
        self.pipeline = pipeline
        self._loop = loop
        self.metrics = Metrics()
        self.device: DeviceChanged | None = None
        self._ids = itertools.count(1)
        self.queues: dict[Lane, Scheduler] = {lane: Scheduler(limit=settings.queue.limit) for lane in LANES}
        self.rendering = Rendering(render_reader, pipeline.lanes["render"], can_send, self._finish)
        self._unheard_starts: dict[int, tuple[asyncio.TimerHandle, Started]] = {}
        """Started events that wait until the sound has passed the device's buffer."""
        self._is_measured: set[int] = set()
        """Utterances that had nothing to wait for: their first audio is a measurement."""
        self.trace_of_last: dict[str, int] = {}
        """Where the time to the first audio of the latest measured utterance went."""
        pipeline.on_report = self._on_report
        pipeline.on_unit_blamed = self._on_unit_blamed
        pipeline.on_output_lost = self._on_output_lost
        pipeline.on_unusable = self._on_unusable

    # Requests

    def speak(self, request: Speak, listener: Listener, owner: Any, received_at_ns: int) -> Utterance:
        """Accept a request. Raises Refusal."""
        speaking = check_speak(request, self._bundle, self._settings)
        queue = self.queues[speaking.lane]
        utterance = Utterance(
            id=next(self._ids),
            text=request.text,
            speaking=speaking,
            received_at_ns=received_at_ns,
            listener=listener,
            on_disconnect="stop" if speaking.lane == "render" else request.on_disconnect,
            owner=owner,
        )
        was_idle = queue.head is None
        replaced = self._place(queue, utterance, request.placement)
        if speaking.lane == "live" and (was_idle or request.placement == "now"):
            self._is_measured.add(utterance.id)
            if self.queues["render"].head is not None:
                self.pipeline.send("inference", Yield())
            self.pipeline.send("output", Prepare())
        if self.pipeline.problem(speaking.lane) is not None:
            self.pipeline.revive()
        self._arrange(speaking.lane)
        if replaced is not None:
            self._cancelled(replaced, "interrupted")
        logger.info("utterance accepted id=%d characters=%d lane=%s", utterance.id, len(request.text), speaking.lane)
        return utterance

    def stop(self, request: Stop) -> list[int]:
        """Be silent: the ids of what was stopped. Raises Refusal for an unknown id."""
        if request.all:
            doomed = [utterance for queue in self.queues.values() for utterance in queue]
        elif request.utterance is None:
            head = self.queues["live"].head
            doomed = [head] if head else []
        else:
            found = next((u for queue in self.queues.values() if (u := queue.find(request.utterance or 0))), None)
            if found is None:
                raise Refusal(
                    ErrorCode.UNKNOWN_UTTERANCE,
                    f"utterance {request.utterance} is neither being spoken nor waiting (see `utterd queue`)",
                )
            doomed = [found]
        self._cancel(doomed, "stopped")
        return [utterance.id for utterance in doomed]

    def disconnected(self, owner: Any) -> None:
        """A client is gone: what it wanted stopped with it is stopped."""
        doomed = []
        for queue in self.queues.values():
            for utterance in queue:
                if utterance.owner is owner:
                    utterance.listener = lambda event: None
                    if utterance.on_disconnect == "stop":
                        doomed.append(utterance)
        self._cancel(doomed, "disconnected")

    def close(self) -> None:
        """The daemon ends: every utterance is told."""
        self._cancel([utterance for queue in self.queues.values() for utterance in queue], "shutting_down")

    # The queue and the lanes

    def _place(self, queue: Scheduler, utterance: Utterance, placement: Placement) -> Utterance | None:
        """Queue it; the one whose place it takes, if there is one."""
        try:
            return queue.add(utterance, placement)
        except QueueFull:
            raise Refusal(
                ErrorCode.QUEUE_FULL,
                f"{len(queue)} utterances wait already (queue.limit); stop some, or try again later",
            ) from None

    def _arrange(self, lane: Lane) -> None:
        """Let the lane hold the queue's utterances, in the queue's order."""
        feeder = self.pipeline.lanes[lane]
        known = {feed.utterance.id: feed for feed in feeder.feeds}
        head_before = feeder.feeds[0] if feeder.feeds else None
        self._unhear(feeder.arrange([known.get(utterance.id) or Feed(utterance) for utterance in self.queues[lane]]))
        if lane == "render" and (feeder.feeds[0] if feeder.feeds else None) is not head_before:
            self.rendering.begin()
            self.rendering.send()  # what waited for another client gives its room back
        self.pipeline.poke()

    def _unhear(self, feeds: list[Feed]) -> None:
        """They begin anew: what was reported of them has not been heard, and will not be."""
        for feed in feeds:
            self._forget_started(feed.utterance.id)
            feed.utterance.audio_frames = feed.utterance.clock_base_frames

    def _cancel(self, utterances: list[Utterance], reason: CancelReason) -> None:
        self._take_away(utterances)
        for utterance in utterances:
            self._cancelled(utterance, reason)

    def _take_away(self, utterances: list[Utterance]) -> None:
        """They are wanted no more: first silence, then words about it."""
        for utterance in utterances:
            self.queues[utterance.speaking.lane].remove(utterance)
        for lane in {utterance.speaking.lane for utterance in utterances}:
            self._arrange(lane)

    def _take_out(self, utterance: Utterance) -> None:
        """It is over, and the stages hold nothing of it."""
        lane = utterance.speaking.lane
        self.queues[lane].remove(utterance)
        if feed := self.pipeline.lanes[lane].find(utterance.id):
            self.pipeline.lanes[lane].leave(feed)
        if lane == "render":
            self.rendering.begin()
        self.pipeline.poke()

    # Ends

    def _finish(self, utterance: Utterance) -> None:
        self._tell_started(utterance.id)
        self._is_measured.discard(utterance.id)
        self._take_out(utterance)
        utterance.happen(
            Finished(
                utterance=utterance.id,
                t_ms=utterance.since_received_ms(time.monotonic_ns()),
                audio_ms=utterance.audio_ms,
                underruns=utterance.underruns,
                dropped=[
                    {"char_start": drop.char_start, "char_end": drop.char_end, "reason": drop.reason}
                    for drop in utterance.dropped_in_order()
                ],
            )
        )
        logger.info(
            "utterance finished id=%d audio_ms=%.0f underruns=%d", utterance.id, utterance.audio_ms, utterance.underruns
        )

    def _cancelled(self, utterance: Utterance, reason: CancelReason) -> None:
        self._forget_started(utterance.id)
        t_ms = utterance.since_received_ms(time.monotonic_ns())
        utterance.happen(Cancelled(utterance=utterance.id, t_ms=t_ms, audio_ms=utterance.audio_ms, reason=reason))
        logger.info("utterance cancelled id=%d reason=%s", utterance.id, reason)

    def _fail(self, utterances: list[Utterance], code: str, message: str) -> None:
        """They cannot be spoken to their end; the next ones are."""
        self._take_away(utterances)
        for utterance in utterances:
            self._forget_started(utterance.id)
            t_ms = utterance.since_received_ms(time.monotonic_ns())
            utterance.happen(
                Failed(utterance=utterance.id, t_ms=t_ms, audio_ms=utterance.audio_ms, code=code, message=message)
            )
            logger.error("utterance failed id=%d code=%s reason=%s", utterance.id, code, message)

    # What the stages report

    def _on_report(self, report: Report) -> None:
        match report:
            case UnitPhonemized():
                if utterance := self._find(report.utterance_id):
                    utterance.dropped[report.sequence] = report.dropped
            case UnitSynthesized():
                self._on_unit_synthesized(report)
            case UnitBuffered():
                if feed := self.pipeline.lanes["live"].find_reported(report.utterance_id):
                    feed.buffered(report.sequence)
                    self.pipeline.lanes["live"].pump()
            case UnitPlayed():
                self._on_unit_played(report)
            case PlaybackStarted():
                self._on_started(report)
            case PlaybackFinished():
                self._on_finished(report)
            case CutDone():
                live = self.pipeline.lanes["live"]
                live.output_generation = max(live.output_generation, report.generation)
            case GapFound():
                if feed := self.pipeline.lanes["live"].find_reported(report.utterance_id):
                    feed.lost(report.sequence)
                self._unhear(self.pipeline.lanes["live"].mend(report.reason))
            case SlotLost():
                self._unhear(self.pipeline.lanes[report.lane].mend(f"{report.stage}: {report.reason}"))
            case UnitFailed():
                self._on_unit_failed(report)
            case DeviceChanged():
                self.device = report
            case _:
                pass
        self.pipeline.poke()

    def _on_unit_synthesized(self, report: UnitSynthesized) -> None:
        if report.audio_ms > 0:
            self.metrics.real_time_factor.add(report.compute_ms / report.audio_ms)
        feed = self.pipeline.lanes[report.lane].find(report.utterance_id)
        if feed is not None:
            feed.is_open = True
            self.pipeline.lanes[report.lane].pump()

    def _on_unit_played(self, report: UnitPlayed) -> None:
        if feed := self.pipeline.lanes["live"].find_reported(report.utterance_id):
            feed.played(report.sequence)
            utterance = feed.utterance
            utterance.audio_frames = utterance.clock_base_frames + report.audio_frames

    def _on_started(self, report: PlaybackStarted) -> None:
        feed = self.pipeline.lanes["live"].find_reported(report.utterance_id)
        if feed is None or feed.utterance.id in self._unheard_starts or feed.utterance.has_started:
            return
        utterance = feed.utterance
        if utterance.id in self._is_measured:
            self._is_measured.discard(utterance.id)
            self.metrics.first_audio_ms.add(utterance.since_received_ms(report.handed_at_ns))
            self.trace_of_last = report.trace
        heard_at_ns = report.handed_at_ns + report.latency_frames * 1_000_000_000 // SAMPLE_RATE_HZ
        event = Started(
            utterance=utterance.id,
            t_ms=utterance.since_received_ms(heard_at_ns),
            audio_ms=(utterance.clock_base_frames + report.audio_frames) * 1000 / SAMPLE_RATE_HZ,
            handed_ms=utterance.since_received_ms(report.handed_at_ns),
        )
        delay_s = max(0.0, (heard_at_ns - time.monotonic_ns()) / 1e9)
        timer = self._loop.call_later(delay_s, self._tell_started, utterance.id)
        self._unheard_starts[utterance.id] = (timer, event)

    def _tell_started(self, utterance_id: int) -> None:
        timer, event = self._unheard_starts.pop(utterance_id, (None, None))
        utterance = self._find(utterance_id)
        if timer is not None and event is not None and utterance is not None:
            timer.cancel()
            utterance.happen(event)

    def _forget_started(self, utterance_id: int) -> None:
        self._is_measured.discard(utterance_id)
        timer, _ = self._unheard_starts.pop(utterance_id, (None, None))
        if timer is not None:
            timer.cancel()

    def _on_finished(self, report: PlaybackFinished) -> None:
        if feed := self.pipeline.lanes["live"].find_reported(report.utterance_id):
            utterance = feed.utterance
            utterance.audio_frames = utterance.clock_base_frames + report.audio_frames
            utterance.underruns += report.underruns
            self.metrics.underruns += report.underruns
            self._finish(utterance)

    def _on_unit_failed(self, report: UnitFailed) -> None:
        utterance = self._find(report.utterance_id)
        if utterance is not None and report.generation == self.pipeline.lanes[report.lane].generation:
            self._fail([utterance], report.code, report.message)

    # What befalls the stages

    def _on_unit_blamed(self, utterance_id: int, stage: str) -> None:
        if utterance := self._find(utterance_id):
            message = f"the {stage} stage died twice over the same piece of this text; the log says how"
            self._fail([utterance], ErrorCode.STAGE_CRASHED, message)

    def _on_output_lost(self, position: Position | None) -> None:
        feeder = self.pipeline.lanes["live"]
        if position is not None and (feed := feeder.find_reported(position.utterance_id)):
            utterance = feed.utterance
            utterance.clock_base_frames += position.clock_frames
            utterance.audio_frames = utterance.clock_base_frames
            feeder.restart(utterance.id, position.sequence, position.frame)
        else:  # it had played nothing of what is still wanted
            feeder.restart(0, 0, 0)
        for feed in list(itertools.takewhile(lambda feed: feed.is_played_out, feeder.feeds)):
            self._finish(feed.utterance)
        for utterance_id in list(self._unheard_starts):
            self._forget_started(utterance_id)  # what was on its way through the device died with it

    def _on_unusable(self, stage: str) -> None:
        problem = self.pipeline.supervisor.records[stage].problem
        assert problem is not None
        lanes: tuple[Lane, ...] = ("live",) if stage == "output" else LANES
        for lane in lanes:
            self._fail(list(self.queues[lane]), problem.code, problem.message)

    def _find(self, utterance_id: int) -> Utterance | None:
        return next((found for queue in self.queues.values() if (found := queue.find(utterance_id))), None)
