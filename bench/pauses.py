"""Pause and resume, to the sample: a text paused at random times is compared with the same text rendered to a file.

The device is `wav`: its file holds what a loudspeaker would have got, without the time in between. A pause fades 5 ms
out, and a resume fades the same 5 ms in: so each join makes the file longer by 120 frames. The 100 ms behind each
join are searched for in the rendering by correlation. What they are shifted by beyond those 120 frames was lost (below
0) or repeated. Joins in silence cannot be placed; what went wrong there shows at the next one, and in `total`.

The second part does the same through a null sink of PulseAudio, which is recorded. There the edges of a fade are lost
in dither; where each of them lies is found by making the fade of the rendering and comparing. Joins whose neighbourhood
the sink tore (it ran dry beside other work), or whose edges are silent, are left out.
"""

import random
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.alignment import Samples, find_place
from bench.heard import heard_daemon, unheard
from bench.texts import document
from tests.running_daemon import RunningDaemon
from utterd.client import Client
from utterd.client.messages import Event, Paused, Resumed, Started

_FADE = 120
_FALL = 0.5 + 0.5 * np.cos(np.pi * (np.arange(_FADE) + 0.5) / _FADE)
_CHUNK = 2_400
_REACH = 2_400
_AUDIBLE = 100.0
"""Root mean square of a chunk, in steps of 16 bits, below which it is silence."""
_ALIKE = 0.1
"""A chunk counts as found if what differs has at most this part of its amplitude."""
_CHARACTERS_PER_PAUSE = 16
_FRAMES_PER_MS = 24


def measure(count: int = 100, count_heard: int = 100) -> dict[str, Any]:
    """Frames at each join."""
    through_file = _through_file(count)
    through_pulse = unheard() or _through_pulse(count_heard)
    return {
        "wav": through_file,
        "pulse": through_pulse,
        "reached": through_file["worst"] == 0
        and through_file["total"] == 0
        and through_pulse.get("wrong_joins", 0) == 0,
    }


def _through_file(count: int) -> dict[str, Any]:
    text = document(_CHARACTERS_PER_PAUSE * count, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        played = Path(folder, "played.wav")
        with RunningDaemon("--device", f"wav:{played}") as daemon, daemon.client() as client:
            daemon.wait_ready()
            wanted = _render(client, text, Path(folder))
            joins = [round(at_ms * _FRAMES_PER_MS) for at_ms, _ in _pause_again_and_again(client, text, count)]
        found = _read(played)
    shifts = [0]
    in_silence = 0
    for number, join in enumerate(joins, 1):
        chunk = found[join + number * _FADE + _FADE :][:_CHUNK]
        if _is_silent(chunk):
            in_silence += 1
        else:
            place, _ = find_place(chunk, wanted, join + _FADE, _REACH)
            shifts.append(join + _FADE - place)
    errors = np.abs(np.diff(shifts))
    return {
        "pauses": len(joins),
        "in_silence": in_silence,
        "worst": int(errors.max()),
        "wrong_joins": int((errors > 0).sum()),
        "total": len(found) - len(wanted) - _FADE * len(joins),
    }


def _through_pulse(count: int) -> dict[str, Any]:
    text = document(_CHARACTERS_PER_PAUSE * count, seed=1)
    with heard_daemon() as (daemon, recorder), daemon.client() as client, tempfile.TemporaryDirectory() as folder:
        wanted = _render(client, text, Path(folder))
        joins = _pause_again_and_again(client, text, count, lambda: recorder.frames)
        recorder.wait_for_silence(1000)
        found = recorder.audio().astype(np.float64)
    repeated = []
    torn = 0
    sounding = np.flatnonzero(found)
    for at_ms, place in joins:
        join = round(at_ms * _FRAMES_PER_MS)
        end = int(sounding[sounding < place][-1]) + 1
        begin = int(sounding[sounding >= place][0])
        before, behind = found[end - 2 * _FADE - _CHUNK : end - 2 * _FADE], found[begin + 2 * _FADE :][:_CHUNK]
        if _is_silent(before[-_FADE:]) or _is_silent(behind[:_FADE]):
            continue
        heard_to, differs_before = find_place(before, wanted, join - _FADE - _CHUNK, 2 * _REACH)
        heard_from, differs_behind = find_place(behind, wanted, join + 2 * _FADE, 2 * _REACH)
        if differs_before > _ALIKE * _loudness(before) or differs_behind > _ALIKE * _loudness(behind):
            torn += 1
            continue
        stood = heard_to + _CHUNK + _edge(found[end - 2 * _FADE :], wanted[heard_to + _CHUNK :])
        went_on = heard_from - _FADE - _edge(found[: begin + 2 * _FADE][::-1], wanted[:heard_from][::-1])
        repeated.append(stood - went_on)
    return {
        "pauses": len(joins),
        "in_silence": len(joins) - len(repeated) - torn,
        "torn": torn,
        "wrong_joins": sum(each != 0 for each in repeated),
        "repeated_frames": {"median": int(np.median(repeated)), "max": max(repeated), "min": min(repeated)},
    }


def _edge(found: Samples, wanted: Samples) -> int:
    """Behind how many frames of `found`, which is `wanted` at first, that is faded out: at most 10 ms."""
    length = 3 * _FADE
    errors = []
    for kept in range(2 * _FADE + 1):
        faded = wanted[:length].copy()
        faded[kept : kept + _FADE] *= _FALL
        faded[kept + _FADE :] = 0
        errors.append(float(((faded - found[:length]) ** 2).sum()))
    return int(np.argmin(errors))


def _pause_again_and_again(
    client: Client, text: str, count: int, recorded: Callable[[], int] = lambda: 0
) -> list[tuple[float, int]]:
    """(place on the sample clock in ms, frames recorded when it was resumed) of each pause."""
    chance = random.Random(0)
    utterance = client.speak(text)
    events = utterance.events()
    joins: list[tuple[float, int]] = []
    _next(events, Started)
    for _ in range(count):
        time.sleep(chance.uniform(0.3, 1.0))
        if not client.pause():
            break
        paused = _next(events, Paused)
        time.sleep(0.15)  # the recording has to have come to the end of it
        joins.append((paused.audio_ms, recorded()))
        client.resume()
        _next(events, Resumed)
    utterance.wait()
    return joins


def _next(events: Any, kind: type[Event]) -> Any:
    return next(event for event in events if isinstance(event, kind))


def _render(client: Client, text: str, folder: Path) -> Samples:
    client.render(text, folder / "wanted.wav")
    return _read(folder / "wanted.wav")


def _read(path: Path) -> Samples:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float64)


def _is_silent(chunk: Samples) -> bool:
    return not len(chunk) or _loudness(chunk) < _AUDIBLE


def _loudness(chunk: Samples) -> float:
    return float(np.sqrt(np.mean(chunk**2)))
