"""Word events: how far they are from the sound, in milliseconds.

`audio_ms` is compared with the place of the word's sound in the file that the device `wav` wrote: found by correlation
with what the model makes of the text in this process, and the model's own durations (`word_places.py`). `pace` is how
far `t_ms` runs away from `audio_ms` while the device, paced by CLOCK_MONOTONIC, plays: `drift_ms_per_minute` is the
slope of a line through all of it.

The second part plays through a null sink of PulseAudio, in blocks of 5 ms, and records it. There `t_ms` and the moment
at which the client has the event are compared with the moment at which the word leaves the sink (late by a block at
most). `t_ms` counts from when the daemon received the request: taken to be as late as no event contradicts, which is
right to the quickest delivery of one. Above 0: the event came late. Words that the sink tore are left out.
"""

import statistics
import tempfile
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np

from bench.heard import heard_daemon, unheard
from bench.texts import document
from bench.word_places import find_words
from tests.running_daemon import RunningDaemon
from utterd.client import Client
from utterd.client.messages import Word

_CHARACTERS_PER_SECOND = 16
_FRAMES_PER_MS = 24
_TARGET_MS = 60.0


def measure(seconds: float = 60.0, seconds_heard: float = 30.0) -> dict[str, Any]:
    """Of about so much speech."""
    through_file = _through_file(seconds)
    through_pulse = unheard() or _through_pulse(seconds_heard)
    worst = max(through_file["audio_ms"]["worst"], through_pulse.get("t_ms", {}).get("worst", 0.0))
    return {"wav": through_file, "pulse": through_pulse, "reached": worst <= _TARGET_MS}


def _through_file(seconds: float) -> dict[str, Any]:
    text = document(round(_CHARACTERS_PER_SECOND * seconds), seed=2)
    with tempfile.TemporaryDirectory() as folder:
        played = Path(folder, "played.wav")
        with RunningDaemon("--device", f"wav:{played}") as daemon, daemon.client() as client:
            daemon.wait_ready()
            words, _ = _speak(client, text)
        with wave.open(str(played)) as file:
            sound = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float64)
    places = find_words(text, sound)
    pace = [word.t_ms - word.audio_ms for word in words]
    slope, _ = np.polyfit([word.t_ms / 60_000 for word in words], pace, 1)
    return {
        "words": len(words),
        "not_told": len(places.keys() - {word.char_start for word in words}),
        "not_found": len({word.char_start for word in words} - places.keys()),
        "minutes": round(len(sound) / 24_000 / 60, 2),
        "audio_ms": _errors(
            [word.audio_ms - places[word.char_start] / _FRAMES_PER_MS for word in words if word.char_start in places]
        ),
        "pace": _errors([each - statistics.median(pace) for each in pace]),
        "drift_ms_per_minute": round(float(slope), 3),
    }


def _through_pulse(seconds: float) -> dict[str, Any]:
    text = document(round(_CHARACTERS_PER_SECOND * seconds), seed=3)
    with heard_daemon() as (daemon, recorder), daemon.client() as client:
        first = recorder.frames
        words, arrived_s = _speak(client, text)
        recorder.wait_for_silence(1000)
        recording = recorder.audio(first).astype(np.float64)
        lead = int(np.flatnonzero(recording)[0])
        places = find_words(text, recording[lead:])
        heard_s = {char: recorder.time_of(first + lead + frame) for char, frame in places.items()}
    received_s = min(at - word.t_ms / 1000 for word, at in zip(words, arrived_s, strict=True))
    found = [(word, at) for word, at in zip(words, arrived_s, strict=True) if word.char_start in heard_s]
    return {
        "words": len(words),
        "not_found": len(words) - len(found),
        "t_ms": _errors([(received_s - heard_s[word.char_start]) * 1000 + word.t_ms for word, _ in found]),
        "arrival": _errors([(at - heard_s[word.char_start]) * 1000 for word, at in found]),
    }


def _speak(client: Client, text: str) -> tuple[list[Word], list[float]]:
    """The word events, and when each came, in seconds of the monotonic clock."""
    words: list[Word] = []
    arrived_s: list[float] = []
    utterance = client.speak(text, words=True)
    for event in utterance.events():
        if isinstance(event, Word):
            words.append(event)
            arrived_s.append(time.monotonic())
    utterance.wait()
    return words, arrived_s


def _errors(values: list[float]) -> dict[str, float]:
    sizes = sorted(abs(value) for value in values)
    return {
        "median": round(statistics.median(values), 2),
        "median_size": round(statistics.median(sizes), 2),
        "worst": round(sizes[-1], 2),
    }
