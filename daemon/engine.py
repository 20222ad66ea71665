"""Utterances from request to end: who is queued, in what order the lanes hold them, and how each ends.

What listeners ask for while something is spoken is in `transport.py`, what the stages report in `reported.py`. No
sockets of its own.
"""

import asyncio
import itertools
import logging
import time
from collections.abc import Callable
from typing import Any

from utterd.client.messages import Append, Cancelled, ErrorCode, Failed, Finished, Speak, Stop
from utterd.config.bundles import Bundle
from utterd.config.settings import Settings
from utterd.daemon.feed import Feed
from utterd.daemon.hearing import Hearing
from utterd.daemon.metrics import Metrics
from utterd.daemon.pipeline import Pipeline
from utterd.daemon.rendering import Rendering
from utterd.daemon.requests import Refusal, Request, check_append, check_speak
from utterd.daemon.scheduler import QueueFull, Scheduler
from utterd.daemon.streams import Streams
from utterd.daemon.units import Units
from utterd.daemon.utterance import Listener, State, Utterance
from utterd.stages.chunks import LANES, Lane
from utterd.stages.commands import Prepare, ResumePlayback, Yield
from utterd.stages.hop import HopReader
from utterd.stages.reports import DeviceChanged

logger = logging.getLogger(__name__)


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
        self.rendering = Rendering(
            render_reader,
            pipeline.lanes["render"],
            can_send,
            self.finish,
            on_unread=lambda utterance: self.cancel([utterance], "unread"),
            loop=loop,
        )
        self.hearing = Hearing(loop)
        self.streams = Streams(loop, self._on_written)
        self.speed = settings.speech.speed
        self.pitch = settings.speech.pitch
        """Of requests that give none."""
        self.last_heard: Utterance | None = None
        """The one that was over last, to be replayed."""
        self.is_measured: set[int] = set()
        """Utterances that had nothing to wait for: their first audio is a measurement."""
        self.trace_of_last: dict[str, int] = {}
        """Where the time to the first audio of the latest measured utterance went."""
        self._expiry: asyncio.TimerHandle | None = None

    # Requests

    def speak(self, request: Speak, listener: Listener, owner: Any, received_at_ns: int) -> int:
        """Accept a request: the id of the utterance, an earlier one's if that has the same key. Raises Refusal."""
        checked = check_speak(
            request,
            self._bundle,
            self._settings,
            owner_label=label_of(request, owner),
            speed=self.speed,
            pitch=self.pitch,
        )
        return self.queue(checked, listener, owner, received_at_ns)

    def queue(self, checked: Request, listener: Listener, owner: Any, received_at_ns: int) -> int:
        """As `speak`, for what has been checked."""
        lane = checked.speaking.lane
        queue = self.queues[lane]
        utterance = Utterance(
            id=next(self._ids),
            script=checked.script,
            units=Units(checked.script, is_open=checked.is_stream, start=checked.start),
            speaking=checked.speaking,
            received_at_ns=received_at_ns,
            wish=checked.wish,
            listener=listener,
            characters=checked.characters,
            voices_of=checked.voices_of,
            client=checked.client,
            wants_words=checked.wants_words,
            on_disconnect="stop" if lane == "render" else checked.on_disconnect,
            owner=owner,
        )
        head_before = queue.head
        try:
            change = queue.add(utterance, utterance.wish, time.monotonic())
        except QueueFull as full:
            raise Refusal(
                ErrorCode.QUEUE_FULL,
                f"{full.waiting} utterances wait already (queue.limit); stop some, or try again later",
            ) from None
        if change.existing_id is not None:
            existing = change.existing_id
            listener(Cancelled(utterance=existing, t_ms=0.0, audio_ms=0.0, reason="coalesced"))
            return existing
        if checked.is_stream:
            self.streams.open(utterance)
        if lane == "live" and queue.head is utterance:
            self._make_haste(utterance)
        if self.pipeline.problem(lane) is not None:
            self.pipeline.revive()
        if lane == "live" and queue.head is not head_before:
            self.unpause()
        self.arrange(lane)
        for dropped, reason in change.dropped:
            self.cancelled(dropped, reason)
        self.mind_expiry()
        logger.info("utterance accepted id=%d characters=%d lane=%s", utterance.id, utterance.characters, lane)
        return utterance.id

    def append(self, request: Append) -> list[int]:
        """More text of a stream. Raises Refusal."""
        utterance = self.find(request.utterance)
        check_append(request, utterance)
        assert utterance is not None
        self.streams.write(utterance, request.text, is_last=request.is_last)
        return [utterance.id]

    def stop(self, request: Stop, owner: Any) -> list[int]:
        """Be silent: the ids of what was stopped. Raises Refusal for an unknown id."""
        if request.all:
            doomed = [utterance for queue in self.queues.values() for utterance in queue]
        elif request.mine:
            label = label_of(request, owner)
            doomed = [each for queue in self.queues.values() for each in queue.owned_by(label)]
        elif request.utterance is None:
            head = self.queues["live"].head
            doomed = [head] if head else []
        else:
            found = self.find(request.utterance)
            if found is None:
                raise Refusal(
                    ErrorCode.UNKNOWN_UTTERANCE,
                    f"utterance {request.utterance} is neither being spoken nor waiting (see `utterd queue`)",
                )
            doomed = [found]
        self.cancel(doomed, "stopped")
        return [utterance.id for utterance in doomed]

    def disconnected(self, owner: Any) -> None:
        """A client is gone: what it wanted stopped with it is stopped, and its streams are at their end."""
        doomed = []
        for queue in self.queues.values():
            for utterance in queue:
                if utterance.owner is owner:
                    utterance.listener = lambda event: None
                    if utterance.on_disconnect == "stop":
                        doomed.append(utterance)
        self.cancel(doomed, "disconnected")
        for utterance in self.streams.of(owner):
            self.streams.write(utterance, "", is_last=True)

    def close(self) -> None:
        """The daemon ends: every utterance is told."""
        if self._expiry is not None:
            self._expiry.cancel()
        self.cancel([utterance for queue in self.queues.values() for utterance in queue], "shutting_down")

    # The queue and the lanes

    def find(self, utterance_id: int) -> Utterance | None:
        return next((found for queue in self.queues.values() if (found := queue.find(utterance_id))), None)

    def arrange(self, lane: Lane) -> None:
        """Let the lane hold the queue's utterances, in the queue's order."""
        feeder = self.pipeline.lanes[lane]
        known = {feed.utterance.id: feed for feed in feeder.feeds}
        head_before = feeder.feeds[0] if feeder.feeds else None
        displaced = feeder.arrange([known.get(utterance.id) or Feed(utterance) for utterance in self.queues[lane]])
        self.unhear(displaced)
        for feed in displaced:
            if feed.is_played_out:  # it was displaced behind its last word
                self.finish(feed.utterance)
        if lane == "render" and (feeder.feeds[0] if feeder.feeds else None) is not head_before:
            self.rendering.begin()
            self.rendering.send()  # what waited for another client gives its room back
        self.pipeline.poke()

    def unhear(self, feeds: list[Feed]) -> None:
        """They begin anew: what was reported of them and has not been heard, will not be."""
        for feed in feeds:
            self.hearing.forget(feed.utterance.id)
            if not feed.utterance.has_started:
                feed.utterance.audio_frames = feed.utterance.clock_base_frames

    def cancel(self, utterances: list[Utterance], reason: str) -> None:
        self._take_away(utterances)
        for utterance in utterances:
            self.cancelled(utterance, reason)

    def mind_expiry(self) -> None:
        """Wake up when something will be too old to be spoken."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        due_s = min((at_s for queue in self.queues.values() if (at_s := queue.next_expiry_s) is not None), default=None)
        if due_s is not None:
            self._expiry = self._loop.call_later(max(0.0, due_s - time.monotonic()), self._expire)

    def unpause(self) -> None:
        """Another utterance is at the head, or the loudspeaker is wanted: it runs."""
        if self.pipeline.is_paused:
            self.pipeline.is_paused = False
            self.pipeline.send("output", ResumePlayback())

    def _make_haste(self, utterance: Utterance) -> None:
        """Nothing goes before it: have everything ready."""
        self.is_measured.add(utterance.id)
        if self.queues["render"].head is not None:
            self.pipeline.send("inference", Yield())
        self.pipeline.send("output", Prepare())

    def _expire(self) -> None:
        self._expiry = None
        for lane, queue in self.queues.items():
            late = queue.expire(time.monotonic())
            if late:
                self.arrange(lane)
            for utterance in late:
                self.cancelled(utterance, "expired")
        self.mind_expiry()

    def _on_written(self, utterance: Utterance) -> None:
        """A stream has grown, or is at its end."""
        lane = utterance.speaking.lane
        self.pipeline.lanes[lane].pump()
        feed = self.pipeline.lanes[lane].find(utterance.id)
        if feed is not None and feed.is_played_out:
            self.finish(utterance)
        self.pipeline.poke()

    def _take_away(self, utterances: list[Utterance]) -> None:
        """They are wanted no more: first silence, then words about it."""
        heads = {queue.head for queue in self.queues.values()}
        for utterance in utterances:
            self.queues[utterance.speaking.lane].remove(utterance)
        if any(utterance in heads and utterance.speaking.lane == "live" for utterance in utterances):
            self.unpause()
        for lane in {utterance.speaking.lane for utterance in utterances}:
            self.arrange(lane)

    def take_out(self, utterance: Utterance) -> None:
        """It is over, and the stages hold nothing of it."""
        lane = utterance.speaking.lane
        self.queues[lane].remove(utterance)
        if feed := self.pipeline.lanes[lane].find(utterance.id):
            self.pipeline.lanes[lane].leave(feed)
        if lane == "render":
            self.rendering.begin()
        self.pipeline.poke()

    # Ends

    def finish(self, utterance: Utterance) -> None:
        self.hearing.tell_all(utterance.id)
        self.is_measured.discard(utterance.id)
        self.streams.forget(utterance)
        self.take_out(utterance)
        if utterance.speaking.lane == "live":
            self.last_heard = utterance
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

    def cancelled(self, utterance: Utterance, reason: str) -> None:
        """It is out of the queue: say so."""
        self.hearing.forget(utterance.id)
        self.is_measured.discard(utterance.id)
        self.streams.forget(utterance)
        if utterance.state is not State.QUEUED and utterance.speaking.lane == "live":
            self.last_heard = utterance
        t_ms = utterance.since_received_ms(time.monotonic_ns())
        utterance.happen(Cancelled(utterance=utterance.id, t_ms=t_ms, audio_ms=utterance.audio_ms, reason=reason))
        logger.info("utterance cancelled id=%d reason=%s", utterance.id, reason)

    def fail(self, utterances: list[Utterance], code: str, message: str) -> None:
        """They cannot be spoken to their end; the next ones are."""
        self._take_away(utterances)
        for utterance in utterances:
            self.hearing.forget(utterance.id)
            self.is_measured.discard(utterance.id)
            self.streams.forget(utterance)
            t_ms = utterance.since_received_ms(time.monotonic_ns())
            utterance.happen(
                Failed(utterance=utterance.id, t_ms=t_ms, audio_ms=utterance.audio_ms, code=code, message=message)
            )
            logger.error("utterance failed id=%d code=%s reason=%s", utterance.id, code, message)


def label_of(request: Any, owner: Any) -> str:
    """Whose it is: by the client's own word, or by its connection."""
    return request.client or f"connection {id(owner)}"
