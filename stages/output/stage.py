"""The output process: takes AudioChunks from its hop, plays them, and tells the daemon what has been heard.

One thread does it all, with short writes (10 ms) into the device's 50 ms buffer and a look at the hop and the commands
between any two of them: no lock, nothing to wait for but the device. It never opens a file that is not a device, and
never computes more than a block.
"""

import time
from typing import Any

import zmq

from utterd.stages.chunks import AudioChunk
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
from utterd.stages.output.loudspeaker import Loudspeaker
from utterd.stages.output.orders import Orders
from utterd.stages.output.playback import Playback
from utterd.stages.output.player import Player
from utterd.stages.position import PositionPage
from utterd.stages.reports import Ready, Report, SlotLost
from utterd.stages.spec import StageSpec
from utterd.stages.wire import pack
from utterd.stages.worker import open_reports

_GAP_PATIENCE_NS = 200_000_000
"""How long a missing chunk is waited for while later ones are here. Nothing in a hop takes a tenth of this."""


class OutputStage:
    """Everything here happens on the main thread, at elevated priority."""

    def __init__(self, spec: StageSpec, loudspeaker: Loudspeaker, ready: Ready) -> None:
        context: zmq.Context[Any] = zmq.Context()
        resume = {int(key): (place[0], place[1]) for key, place in spec.settings.get("resume", {}).items()}
        activity = Activity()
        self._loudspeaker = loudspeaker
        self._playback = Playback(generation=spec.generations["live"], resume=resume)
        self._playback.is_paused = bool(spec.settings.get("is_paused", False))
        self._reports = open_reports(spec, context)
        self._player = Player(
            self._playback,
            loudspeaker,
            position=PositionPage(spec.position_descriptor),
            activity=activity,
            report=self._report,
        )
        self._orders = Orders(self._playback, self._player, report=self._report)
        self._reader = HopReader(spec.inputs["live"], context)
        self._control = ControlThread(spec, context, activity, on_beat=loudspeaker.free_stuck_write)
        self._poller = zmq.Poller()
        self._poller.register(self._control.inbox, zmq.POLLIN)
        self._poller.register(self._reader.socket, zmq.POLLIN)
        self._gap_since_ns = 0
        self._report(ready)
        self._player.report_device()

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
            has_played = self._player.play_next()
            self._report_due()
            if not has_played:
                self._poller.poll(self._patience_ms())

    def _obey(self, command: Command) -> None:
        if isinstance(command, Cut) and command.lane == "live":
            self._orders.cut(command)
        elif isinstance(command, Prepare):
            self._player.guarded(self._loudspeaker.open)
            self._player.report_device()
        elif isinstance(command, SetVolume):
            self._loudspeaker.set_volume(command.gain)
        elif isinstance(command, PausePlayback):
            self._orders.pause()
        elif isinstance(command, ResumePlayback):
            self._orders.resume()
        elif isinstance(command, SeekTo):
            self._orders.seek(command)

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

    def _shut_down(self) -> None:
        self._orders.end()
        self._player.guarded(self._loudspeaker.drain)  # closing would cut the fade off
        self._loudspeaker.close()

    def _report(self, report: Report) -> None:
        self._reports.send(pack(report))

    def _report_due(self) -> None:
        """What the clock brings: ends that have been heard, chunks that are missing too long."""
        now_ns = time.monotonic_ns()
        self._player.report_due(now_ns)
        if not self._playback.waits_for_missing:
            self._gap_since_ns = 0
        elif self._gap_since_ns == 0:
            self._gap_since_ns = now_ns
        elif now_ns - self._gap_since_ns > _GAP_PATIENCE_NS:
            self._gap_since_ns = 0
            for report in self._playback.give_up_waiting():
                self._report(report)

    def _patience_ms(self) -> int | None:
        """How long there is nothing to do unless something arrives; None for ever."""
        now_ns = time.monotonic_ns()
        waits_ns = self._player.waits_ns(now_ns)
        if self._gap_since_ns:
            waits_ns.append(self._gap_since_ns + _GAP_PATIENCE_NS - now_ns)
        return max(1, int(min(waits_ns) / 1e6) + 1) if waits_ns else None
