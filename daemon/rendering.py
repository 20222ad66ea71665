"""The receiving end of the render lane: audio for files goes to the client that asked, as fast as it can take it."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable

from utterd.client.messages import Audio, Mark, Word
from utterd.daemon.feed import Feed
from utterd.daemon.lane import LaneFeeder
from utterd.daemon.utterance import Utterance
from utterd.stages.chunks import SAMPLE_RATE_HZ, AudioChunk
from utterd.stages.hop import Arrival, HopReader, SlotCorrupt

logger = logging.getLogger(__name__)

_BYTES_PER_FRAME = 2

PATIENCE_S = 60.0
"""A client that has read none of its audio for so long holds up the renderings behind it no more."""


class Rendering:
    """Reads `audio.render` in order; a slot is given back when its audio has been sent. Belongs to the event loop.

    Back-pressure is `can_send`: while a client does not read, its audio stays in the ring, and inference waits.
    """

    def __init__(
        self,
        reader: HopReader,
        lane: LaneFeeder,
        can_send: Callable[[Utterance], bool],
        on_finished: Callable[[Utterance], None],
        on_unread: Callable[[Utterance], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._reader = reader
        self._lane = lane
        self._can_send = can_send
        self._on_finished = on_finished
        self._on_unread = on_unread
        self._loop = loop
        self._patience: asyncio.TimerHandle | None = None
        """Runs while the client at the head does not read."""
        self._waiting: deque[Arrival] = deque()
        self._frame = 0
        """Frames sent of the unit being received."""
        self._unit_start = 0
        """Frames sent of the units before it."""
        self.on_used: Callable[[], None] = lambda: None
        """The hop's socket was used; who watches it has to look again."""

    def receive(self) -> None:
        """Take in what has been announced, and send what can be sent."""
        self._waiting.extend(self._reader.receive())
        self.send()

    def send(self) -> None:
        """A client may have room again."""
        while self._waiting and self._may_send():
            arrival = self._waiting.popleft()
            if arrival.is_void:
                continue
            try:
                chunk = arrival.read()
            except SlotCorrupt as error:
                logger.warning("slot lost hop=audio.render reason=%s", error)
                self._lane.rewind("a slot was damaged")
                continue
            finally:
                arrival.release()
                self.on_used()
            assert isinstance(chunk, AudioChunk)
            self._take(chunk)
        self._mind_the_deaf()

    def begin(self) -> None:
        """Another utterance is at the head of the lane, or the head begins anew."""
        self._frame = self._unit_start = 0

    def _mind_the_deaf(self) -> None:
        """A client that reads nothing may hold up its own rendering for a while, not all those behind it for ever."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if self._waiting and not self._may_send():
            self._patience = self._loop.call_later(PATIENCE_S, self._give_up, self._lane.feeds[0].utterance)

    def _give_up(self, utterance: Utterance) -> None:
        self._patience = None
        if self._lane.feeds and self._lane.feeds[0].utterance is utterance and not self._may_send():
            self._on_unread(utterance)

    def _may_send(self) -> bool:
        return not self._lane.feeds or self._can_send(self._lane.feeds[0].utterance)

    def _take(self, chunk: AudioChunk) -> None:
        header = chunk.header
        feed = self._lane.feeds[0] if self._lane.feeds else None
        if feed is None or header.generation < self._lane.generation or header.utterance_id != feed.utterance.id:
            return
        sequence = feed.place[0]
        if header.sequence < sequence:
            return
        if header.sequence > sequence or chunk.first_frame > self._frame:
            self._lane.rewind("a chunk is missing")
            return
        self._send_rest(feed, chunk)

    def _send_rest(self, feed: Feed, chunk: AudioChunk) -> None:
        """What of the chunk has not been sent already."""
        pcm = chunk.pcm[(self._frame - chunk.first_frame) * _BYTES_PER_FRAME :]
        utterance = feed.utterance
        if pcm:
            self._frame += len(pcm) // _BYTES_PER_FRAME
            utterance.audio_frames += len(pcm) // _BYTES_PER_FRAME
            self._tell_words(utterance, chunk)
            char_end = feed.progress(chunk.header.sequence, ended=chunk.ends_unit)
            _, char_end = utterance.script.offsets.to_source(0, char_end)
            utterance.listener(Audio(utterance=utterance.id, pcm=pcm, char_end=char_end))
        if chunk.ends_unit:
            self._unit_start += self._frame
            self._frame = 0
            feed.played(chunk.header.sequence)
            self._lane.pump()
            if chunk.header.is_last:
                self._on_finished(utterance)

    def _tell_words(self, utterance: Utterance, chunk: AudioChunk) -> None:
        """Those whose sound lies in this chunk."""
        if not utterance.wants_words:
            return
        t_ms = utterance.since_received_ms(time.monotonic_ns())
        for each in chunk.passings:
            audio_ms = (self._unit_start + each.frame) * 1000 / SAMPLE_RATE_HZ
            start, end = utterance.script.offsets.to_source(each.char_start, each.char_end)
            if each.mark:
                utterance.listener(
                    Mark(utterance=utterance.id, t_ms=t_ms, audio_ms=audio_ms, name=each.mark, char_start=start)
                )
            else:
                utterance.listener(
                    Word(utterance=utterance.id, t_ms=t_ms, audio_ms=audio_ms, char_start=start, char_end=end)
                )
