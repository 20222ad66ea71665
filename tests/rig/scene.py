"""Scene: an output stage's player in this process, with a TroubledDevice at the one end and a list at the other."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from rig.audio_chunks import audio_chunk, count_up
from rig.clock import FakeClock
from rig.troubled_device import TroubledDevice

from utterd.stages.control import Activity
from utterd.stages.memory import create_shared_memory
from utterd.stages.output.device import BLOCK_FRAMES
from utterd.stages.output.loudspeaker import Loudspeaker
from utterd.stages.output.orders import Orders
from utterd.stages.output.playback import Playback
from utterd.stages.output.player import Player
from utterd.stages.position import POSITION_PAGE_BYTES, PositionPage
from utterd.stages.reports import PlaybackFinished, Report


class Scene:
    """A player, all it stands between, and what was reported."""

    def __init__(self, descriptor: int) -> None:
        self.clock = FakeClock()
        self.device = TroubledDevice(clock_ns=self.clock.clock_ns, sleep_s=self.clock.sleep_s)
        self.loudspeaker = Loudspeaker(self.device, volume=1.0, keep_open_s=30, clock_ns=self.clock.clock_ns)
        self.loudspeaker.open()
        self.playback = Playback()
        self.reports: list[Report] = []
        self.position = PositionPage(descriptor)
        self.player = Player(
            self.playback,
            self.loudspeaker,
            position=self.position,
            activity=Activity(),
            report=self.reports.append,
        )
        self.orders = Orders(self.playback, self.player, report=self.reports.append)

    def add(self, frames: int, *, utterance: int = 1, is_last: bool = True) -> None:
        """An utterance whose frames count up to half of full scale."""
        samples = count_up(0, frames) / (2 * frames)
        chunk = audio_chunk(samples, utterance=utterance, ends_unit=is_last, is_last=is_last)
        self.playback.add(chunk, lambda: None)

    def play_in_time(self) -> None:
        """As long as there is something to write, at the pace of the loudspeaker."""
        while True:
            while self.player.play_next():
                pass
            if self.loudspeaker.queued_frames <= BLOCK_FRAMES:
                return
            self.clock.advance_s(0.002)

    @property
    def finished(self) -> list[PlaybackFinished]:
        self.player.report_due(2**63)
        return [report for report in self.reports if isinstance(report, PlaybackFinished)]


@contextmanager
def scene() -> Iterator[Scene]:
    descriptor = create_shared_memory(POSITION_PAGE_BYTES)
    try:
        yield Scene(descriptor)
    finally:
        os.close(descriptor)
