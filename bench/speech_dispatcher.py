"""speech-dispatcher with utterd and with espeak-ng, by turns, into one recorded sink: first sound, and silence.

A null sink of PulseAudio in blocks of 5 ms, whose monitor is recorded; a recorded frame's time is late by a block at
most. `first_sound_ms`: the process `spd-say -o MODULE TEXT` is started → the first frame above -50 dBFS. Each text is
new, and both modules say the same ones. `cancel_ms`: CANCEL is sent over SSIP → the last frame above -54 dBFS; within
a sentence that is voiced throughout, and only where it still sounded when CANCEL came. `ssip_first_sound_ms`: as the
first, but from SPEAK over a connection that is open, as a screen reader's is.
"""

import random
import statistics
import subprocess
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rig.pulse import PulseServer, Recorder
from rig.pulse import missing_programs as missing_of_pulse
from rig.speechd import SpeechDispatcher, missing_programs, module_script
from rig.ssip import SsipClient

from bench.texts import sentences
from tests.running_daemon import RunningDaemon

_MODULES = ("utterd", "espeak-ng")
_AUDIBLE = 104
"""-50 dBFS of int16."""
_SOUNDING = 65
_MOST_LATER_MS = 10.0
_QUIET_MS = 300.0
_VOICED = "Many men moan along a long low lawn, moaning or owing now, {} and on and on and on and on and on and on."


def measure(count: int = 30) -> dict[str, Any]:
    """Milliseconds; medians, and what they have to be compared with."""
    if missing := [*missing_of_pulse(), *missing_programs()]:
        return {"not_measured": f"not installed: {', '.join(missing)} (tests/rig/install.sh)"}
    with (
        PulseServer() as server,
        RunningDaemon("--device", "auto", environ=server.env) as daemon,
        SpeechDispatcher(
            module=module_script(daemon.home), env={**server.env, "UTTERD_HOME": str(daemon.home)}
        ) as speechd,
        Recorder(server) as recorder,
        speechd.client() as client,
    ):
        daemon.wait_ready()
        bench = _Bench(speechd, client, recorder)
        bench.warm_up()
        first = bench.by_turns(bench.first_sound_ms, count)
        over_ssip = bench.by_turns(bench.ssip_first_sound_ms, count)
        cancel = bench.by_turns(bench.cancel_ms, count)
    return {
        "first_sound_ms": first,
        "ssip_first_sound_ms": over_ssip,
        "cancel_ms": cancel,
        "reached": first["utterd"]["median"] <= first["espeak-ng"]["median"] + _MOST_LATER_MS
        and cancel["utterd"]["median"] <= cancel["espeak-ng"]["median"] / 2,
    }


class _Bench:
    def __init__(self, speechd: SpeechDispatcher, client: SsipClient, recorder: Recorder) -> None:
        self._speechd = speechd
        self._client = client
        self._recorder = recorder
        self._texts = {name: sentences(seed=7) for name in _MODULES}
        self._chance = random.Random(0)

    def warm_up(self) -> None:
        for name in _MODULES:
            for _ in range(3):
                self.ssip_first_sound_ms(name)

    def by_turns(self, once: Callable[[str], float | None], count: int) -> dict[str, dict[str, float]]:
        values: dict[str, list[float]] = {name: [] for name in _MODULES}
        while any(len(each) < count for each in values.values()):
            for name in _MODULES:
                if (value := once(name)) is not None:
                    values[name].append(value)
        return {name: _figures(each[:count]) for name, each in values.items()}

    def first_sound_ms(self, module: str) -> float:
        start = self._recorder.frames
        command = ["spd-say", "-o", module, "--", next(self._texts[module])]
        begun_s = time.monotonic()
        subprocess.run(command, env=self._speechd.environ, check=True)
        return self._heard_first(start, begun_s)

    def ssip_first_sound_ms(self, module: str) -> float:
        self._client.set("OUTPUT_MODULE", module)
        start = self._recorder.frames
        begun_s = time.monotonic()
        self._client.speak(next(self._texts[module]))
        return self._heard_first(start, begun_s)

    def cancel_ms(self, module: str) -> float | None:
        self._client.set("OUTPUT_MODULE", module)
        start = self._recorder.frames
        self._client.speak(_VOICED.format(next(self._texts[module])))
        self._recorder.wait_for_sound(after_frame=start)
        time.sleep(self._chance.uniform(0.5, 1.5))
        asked_s = time.monotonic()
        self._client.command("CANCEL self")
        self._become_quiet(start)
        at = round((asked_s - self._recorder.time_of(0)) * self._recorder.rate_hz)
        sounding = np.flatnonzero(np.abs(self._recorder.audio(at).astype(np.int32)) > _SOUNDING)
        return float(sounding[-1] + 1) * 1000 / self._recorder.rate_hz if len(sounding) else None

    def _heard_first(self, start: int, begun_s: float) -> float:
        self._recorder.wait_for_sound(after_frame=start)
        while not len(loud := np.flatnonzero(np.abs(self._recorder.audio(start).astype(np.int32)) > _AUDIBLE)):
            time.sleep(0.01)
        first_s = self._recorder.time_of(start + int(loud[0]))
        self._client.command("CANCEL all")
        self._become_quiet(start)
        return (first_s - begun_s) * 1000

    def _become_quiet(self, start: int) -> None:
        self._recorder.wait_for_silence(_QUIET_MS, after_frame=start)


def _figures(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 1),
        "min": round(ordered[0], 1),
        "max": round(ordered[-1], 1),
        "count": len(ordered),
    }
