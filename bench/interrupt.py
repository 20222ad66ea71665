"""Interrupts: request sent → last audible frame out of the loudspeaker, by turns a stop and another text `now`.

The loudspeaker is a null sink of PulseAudio in blocks of 5 ms, and its monitor is recorded: silence is what is zero
there. A recorded frame's time (CLOCK_MONOTONIC, as the sender's) is late by a block at most. A long text is being
spoken, and a rendering of a million characters keeps inference busy. The text that interrupts begins with a break of
300 ms, so that the end of the old one can be told. `click` is the greatest step from sample to sample in the fade of
5 ms before silence and at both its ends, as a multiple of the greatest in the second before; where that is above 1, of
the greatest that the text has at this place, which is rendered for it: a plosive may begin there.

Then, with nothing else to do, all is stopped at once: how long until inference uses no processor time any more
(less than 0.5 ms up to 300 ms after the request), by the kernel's nanosecond accounting of its threads.
"""

import random
import statistics
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil
from rig.pulse import Recorder

from bench.alignment import find_place
from bench.heard import heard_daemon, unheard
from bench.idle import busy_s
from bench.rendering_client import RenderingClient
from bench.texts import document
from tests.running_daemon import RunningDaemon
from utterd.client import Client
from utterd.client.messages import Word
from utterd.client.utterance import Utterance

_TARGET_MS = 20.0
_SINK_MS = 5.0
_TARGET_FREE_MS = 100.0
_CHARACTERS = 3_000
_BREAK = '<speak><break time="300ms"/>{}</speak>'
_WINDOW_S = 0.2
"""Behind an interrupt in which it has to have become silent; shorter than the break."""
_QUIET_S = 0.1
_IDLE_S = 0.0005
_FADE = 144
"""6 ms: with a millisecond for where it begins."""
_CHUNK = 2_400

Pcm = npt.NDArray[np.int16]


def measure(count: int = 200, stops_of_all: int = 20) -> dict[str, Any]:
    """Milliseconds."""
    if reason := unheard():
        return reason
    with heard_daemon() as (daemon, recorder), RenderingClient(daemon.socket) as rendering, daemon.client() as client:
        rendering.begin()
        inference = psutil.Process(daemon.pids()["inference"])
        busy_before, begun = busy_s(inference), time.monotonic()
        sent = _interrupt(client, recorder, count)
        share = (busy_s(inference) - busy_before) / (time.monotonic() - begun)
        client.stop(all=True)
        silences = [_silence(client, recorder, interrupt) for interrupt in sent]
        free_ms = sorted(_free_ms(daemon, client, rendering, number) for number in range(stops_of_all))
    heard = [each for each in silences if each is not None]
    figures = {"stop": _figures(silences[1::2]), "now": _figures(silences[::2]), "both": _figures(silences)}
    return {
        "silence_ms": figures,
        "met_silence": count - len(heard),
        "click": round(max(click for _, click in heard), 2),
        "clicks": sum(click > 1 for _, click in heard),
        "inference_percent_of_a_core": round(100 * share),
        "free_ms": {
            "median": round(statistics.median(free_ms), 1),
            "max": round(free_ms[-1], 1),
            "count": stops_of_all,
        },
        "reached": figures["both"]["p99"] <= _TARGET_MS + _SINK_MS
        and all(click <= 1 for _, click in heard)
        and free_ms[-1] <= _TARGET_FREE_MS,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Interrupt:
    sent_s: float
    """When the request was sent, in seconds of the monotonic clock."""
    text: str
    """What was being spoken."""
    markup: str


def _interrupt(client: Client, recorder: Recorder, count: int) -> list[_Interrupt]:
    """Speak and interrupt so often."""
    chance = random.Random(0)
    sent: list[_Interrupt] = []
    text, markup = document(_CHARACTERS), "none"
    utterance = client.speak(text, words=True)
    for number in range(count):
        _wait_for_words(utterance, 3)
        time.sleep(chance.uniform(0.0, 0.3))
        after = recorder.frames
        sent.append(_Interrupt(sent_s=time.monotonic(), text=text, markup=markup))
        if number % 2 == 0:
            text, markup = _BREAK.format(document(_CHARACTERS, seed=number)), "ssml"
            utterance = client.speak(text, placement="now", markup="ssml", words=True)
        else:
            utterance.stop()
            while recorder.frames < after + round((_WINDOW_S + _QUIET_S) * recorder.rate_hz):
                time.sleep(0.01)
            text, markup = document(_CHARACTERS, seed=number), "none"
            utterance = client.speak(text, words=True)
    utterance.stop()
    return sent


def _wait_for_words(utterance: Utterance, count: int) -> None:
    for event in utterance.events():
        count -= isinstance(event, Word)
        if count == 0:
            return
    raise RuntimeError("it ended before it was interrupted")


def _silence(client: Client, recorder: Recorder, interrupt: _Interrupt) -> tuple[float, float] | None:
    """Milliseconds until silence, and the click there; None where it was silent anyway (between two words)."""
    rate = recorder.rate_hz
    start = round((interrupt.sent_s - recorder.time_of(0)) * rate)
    window = recorder.audio(start)[: round(_WINDOW_S * rate)]
    sounding = np.flatnonzero(window)
    if not len(sounding):
        return None
    if sounding[-1] > len(window) - round(_QUIET_S * rate):
        return float("inf"), float("inf")
    end = start + int(sounding[-1]) + 1
    last_steps = _steps(recorder.audio(end - _FADE)[: _FADE + 1])
    own_steps = _steps(recorder.audio(end - rate)[: rate - _FADE])
    click = float(last_steps.max() / own_steps.max())
    if click > 1:
        click = float(last_steps.max()) / max(float(own_steps.max()), _step_in_text(client, recorder, interrupt, end))
    return (end - start) * 1000 / rate, click


def _step_in_text(client: Client, recorder: Recorder, interrupt: _Interrupt, end: int) -> float:
    """The greatest from frame to frame where the text was interrupted, had it not been."""
    before = recorder.audio(end - _FADE - _CHUNK)[:_CHUNK].astype(np.float64)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rendered.wav")
        client.render(interrupt.text, path, markup=interrupt.markup)
        with wave.open(str(path)) as file:
            sound = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    place, _ = find_place(before, sound.astype(np.float64), 0, len(sound) - _CHUNK)
    return float(_steps(sound[place + _CHUNK :][: 2 * _FADE]).max())


def _steps(samples: Pcm) -> npt.NDArray[np.int32]:
    steps: npt.NDArray[np.int32] = np.abs(np.diff(samples.astype(np.int32)))
    return steps


def _figures(silences: list[tuple[float, float] | None]) -> dict[str, float]:
    values = sorted(each[0] for each in silences if each is not None)
    return {
        "p50": round(statistics.median(values), 1),
        "p99": round(values[int(np.ceil(0.99 * len(values))) - 1], 1),
        "max": round(values[-1], 1),
        "count": len(values),
    }


def _free_ms(daemon: RunningDaemon, client: Client, rendering: RenderingClient, number: int) -> float:
    """From a stop of everything until inference is at rest."""
    rendering.begin()
    _wait_for_words(client.speak(document(_CHARACTERS, seed=1000 + number), words=True), 2)
    inference = psutil.Process(daemon.pids()["inference"])
    sent_s = time.monotonic()
    client.stop(all=True)
    seen: list[tuple[float, float]] = []
    while (passed_s := time.monotonic() - sent_s) < 0.3:
        seen.append((passed_s, busy_s(inference)))
        time.sleep(0.001)
    return next(passed_s for passed_s, busy in seen if seen[-1][1] - busy < _IDLE_S) * 1000
