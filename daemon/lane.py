"""One lane of the pipeline: which utterances are in the stages, in what order, and how that is changed.

Everything that disturbs the flow is the same two steps: raise the lane's generation (stages drop what is older), then
feed again what is still wanted. A cancel keeps nothing of what it cancels; a rewind keeps what the output stage already
holds, and nobody hears it.
"""

import itertools
import logging
from collections.abc import Callable, Sequence

from utterd.daemon.feed import Feed
from utterd.stages.chunks import Lane
from utterd.stages.commands import Cut
from utterd.stages.hop import HopWriter

logger = logging.getLogger(__name__)


class LaneFeeder:
    """Feeds a lane's utterances, in order, into the text hop. Belongs to the event loop."""

    def __init__(self, lane: Lane, writer: HopWriter, send_cut: Callable[[Cut], None]) -> None:
        self.lane = lane
        self.writer = writer
        self.generation = 0
        self.output_generation = 0
        """The one that the output stage has come to, by its own word."""
        self.feeds: list[Feed] = []
        """In the order of speaking. A feed leaves when its utterance is over."""
        self._send_cut = send_cut

    def __repr__(self) -> str:
        return f"<LaneFeeder {self.lane} generation={self.generation} {self.feeds}>"

    def find(self, utterance_id: int) -> Feed | None:
        return next((feed for feed in self.feeds if feed.utterance.id == utterance_id), None)

    def find_reported(self, utterance_id: int) -> Feed | None:
        """The feed that a report of the output stage is about; None if that does not know yet that it begins anew."""
        feed = self.find(utterance_id)
        return feed if feed is not None and feed.since_generation <= self.output_generation else None

    def arrange(self, feeds: Sequence[Feed]) -> list[Feed]:
        """Make this the order; the stages are cut only if they hold what does not fit it.

        Returns:
            Those that begin anew, because another one goes first.
        """
        begun = [feed for feed in self.feeds if feed.has_begun]
        keep = list(itertools.takewhile(lambda feed: feed.has_begun, feeds))
        self.feeds = list(feeds)
        displaced = self._cut(keep) if set(begun) != set(keep) else []
        self.pump()
        return displaced

    def leave(self, feed: Feed) -> None:
        """Its utterance is over and nothing of it is in the stages."""
        if feed in self.feeds:
            self.feeds.remove(feed)
        self.pump()

    def rewind(self, reason: str) -> None:
        """Something between here and the output stage was lost: feed again what that does not hold."""
        logger.info("rewind lane=%s generation=%d reason=%s", self.lane, self.generation + 1, reason)
        self._cut(self.feeds)
        self.pump()

    def output_missed_a_cut(self) -> None:
        """It was being started; so it has not been asked for what others are held for."""
        for feed in self.feeds:
            feed.is_held = False
        self.rewind("output missed a cut")

    def mend(self, reason: str) -> list[Feed]:
        """A single chunk was lost, and later ones were not: feed again, the head first.

        What the output stage holds of the others is given up. It might go before the head's missing chunk, or take the
        room that this needs.

        Returns:
            Those that begin anew.
        """
        logger.warning("chunk lost lane=%s generation=%d reason=%s", self.lane, self.generation + 1, reason)
        anew = self._cut(self.feeds[:1])
        self.pump()
        return anew

    def seek(self, feed: Feed, char: int) -> bool:
        """The head goes on at this word, which the output stage does not hold; False: there is none behind it."""
        self.generation += 1
        self._put_off_others(feed)
        is_there = feed.begin_anew(self.generation, char)
        self._send_cut(Cut(lane=self.lane, generation=self.generation, begin=self._beginnings([])))
        self.pump()
        return is_there

    def respeak(self, feed: Feed, ahead_frames: int) -> None:
        """The head is to be made anew, in its new manner, from the first word on that is so far ahead."""
        self.generation += 1
        self._put_off_others(feed)
        feed.hold()
        trim = (feed.utterance.id, ahead_frames)
        keep = (feed.utterance.id,)
        self._send_cut(
            Cut(lane=self.lane, generation=self.generation, keep=keep, trim=trim, begin=self._beginnings([feed]))
        )

    def answered(self, generation: int, trimmed: Sequence[int]) -> None:
        """The output stage has come to this generation, and wants something anew, perhaps."""
        self.output_generation = max(self.output_generation, generation)
        for feed in self.feeds:
            if feed.is_held and trimmed and feed.utterance.id == trimmed[0]:
                feed.restart_from(trimmed[1], trimmed[2])
            elif feed.is_held and generation == self.generation:
                feed.is_held = False
                feed.rewind_to_buffered()
        self.pump()

    def restart(self, utterance_id: int, sequence: int, frames: int) -> None:
        """The receiving end of the lane itself was lost; it had come to this place."""
        for feed in self.feeds:
            if feed.utterance.id == utterance_id:
                feed.rewind_to_unplayed(sequence, frames)
            else:
                feed.rewind_to_unplayed()
        self.generation += 1
        self._send_cut(Cut(lane=self.lane, generation=self.generation))
        self.pump()

    def output_started(self) -> None:
        """A new output process begins in the present generation, and holds nothing."""
        self.output_generation = self.generation
        for feed in self.feeds:
            if feed.is_held:  # the one that was asked is gone
                feed.is_held = False
                feed.rewind_to_buffered()
        self.pump()

    def pump(self) -> None:
        """Send as much as the hop has room for. An utterance is begun only when the one before it is sent whole."""
        self.writer.collect_credit()
        for feed in self.feeds:
            while (chunk := feed.next_chunk(self.generation)) is not None:
                if feed.must_wait or not self.writer.try_send(chunk):
                    return
                feed.sent()
            if feed.is_waiting_for_text:
                return  # what waits behind a stream would take the room that its next words need

    def _cut(self, keep: Sequence[Feed]) -> list[Feed]:
        """Raise the generation; those that begin anew, because stages drop what they hold of them.

        One that has been heard goes on at the word that was heard last.
        """
        self.generation += 1
        kept = [feed for feed in keep if feed.has_begun and feed.since_generation <= self.output_generation]
        anew = [feed for feed in self.feeds if feed.has_begun and feed not in kept]
        for feed in kept:
            feed.rewind_to_buffered()
        for feed in anew:
            feed.begin_anew(self.generation, feed.utterance.heard_char)
        if self.lane == "render":
            self.output_generation = self.generation  # its end is in this process
        keep_ids = tuple(feed.utterance.id for feed in kept)
        begin = self._beginnings(kept)
        self._send_cut(Cut(lane=self.lane, generation=self.generation, keep=keep_ids, begin=begin))
        return anew

    def _put_off_others(self, feed: Feed) -> None:
        """Of those behind it, stages drop what they hold."""
        for other in self.feeds:
            if other is not feed and other.has_begun:
                other.begin_anew(self.generation, other.utterance.heard_char)

    def _beginnings(self, kept: Sequence[Feed]) -> tuple[tuple[int, int], ...]:
        """Where those begin that are not kept and do not begin at their first frame."""
        return tuple(
            (feed.utterance.id, feed.place[0]) for feed in self.feeds if feed not in kept and feed.place != (0, 0)
        )
