"""`utterd doctor --selftest`: a sentence is spoken, and what the sound server got to play is recorded and looked at."""

import array
import contextlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from utterd.client.cli.checks.finding import Finding, Verdict
from utterd.client.connection import Client
from utterd.client.errors import UtterdError
from utterd.client.messages import Started

SENTENCE = "This is the self test of utterd. If you can hear this sentence, all is well."

RATE_HZ = 24_000
_AUDIBLE = 200
"""Of 32768: what counts as sound."""
_LEAST_S = 2.0
"""The sentence lasts four seconds and more."""
_TAIL_S = 1.0
"""For the last of it to come back through the recorder."""


def run_selftest() -> Iterator[Finding]:
    """Render the sentence, then speak it, and listen where there is a way to."""
    with tempfile.TemporaryDirectory() as folder:
        yield _check_rendering(Path(folder) / "selftest.wav")
    command = loopback_command()
    if command is None:
        yield _check_spoken()
        return
    yield _check_heard(command)


def loopback_command() -> list[str] | None:
    """Records what the default sink plays, as raw 16-bit mono at RATE_HZ; None if there is no such thing."""
    if shutil.which("parec") is None or shutil.which("pactl") is None:
        return None
    try:
        subprocess.run(["pactl", "info"], capture_output=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return [
        "parec", "--raw", "--format=s16le", f"--rate={RATE_HZ}", "--channels=1", "--latency-msec=20",
        "--device=@DEFAULT_MONITOR@",
    ]  # fmt: skip


def _check_rendering(path: Path) -> Finding:
    name = "self test, rendered"
    try:
        with Client(start=True) as client:
            client.render(SENTENCE, path)
        with wave.open(str(path)) as file:
            samples = array.array("h", file.readframes(file.getnframes()))
    except (UtterdError, OSError, wave.Error) as error:
        return Finding(name=name, verdict=Verdict.BROKEN, detail=str(error), mend="utterd status")
    seconds = len(samples) / RATE_HZ
    if seconds < _LEAST_S or loudest(samples) < _AUDIBLE:
        detail = f"{seconds:.1f} s of sound that cannot be heard were made of a sentence"
        return Finding(name=name, verdict=Verdict.BROKEN, detail=detail, mend="utterd doctor")
    return Finding(name=name, verdict=Verdict.OK, detail=f"{seconds:.1f} s of sound, made without a loudspeaker")


def _check_spoken() -> Finding:
    name = "self test, spoken"
    try:
        started_ms = _speak()
    except UtterdError as error:
        return Finding(name=name, verdict=Verdict.BROKEN, detail=str(error), mend="utterd status")
    return Finding(
        name=name,
        verdict=Verdict.NOTE,
        detail=f"begun after {started_ms:.0f} ms; there is no loopback to listen to it: did you hear it?",
        mend="sudo apt-get install pulseaudio-utils" if _lacks_recorder() else "",
    )


def _lacks_recorder() -> bool:
    return sys.platform.startswith("linux") and shutil.which("parec") is None


def _check_heard(command: list[str]) -> Finding:
    name = "self test, heard"
    with _recording(command) as recorded:
        try:
            started_ms = _speak()
        except UtterdError as error:
            return Finding(name=name, verdict=Verdict.BROKEN, detail=str(error), mend="utterd status")
        time.sleep(_TAIL_S)
    samples = array.array("h", bytes(recorded)[: len(recorded) // 2 * 2])
    audible_s = sum(loudest(samples[at : at + 240]) >= _AUDIBLE for at in range(0, len(samples), 240)) / 100
    if audible_s < _LEAST_S:
        return Finding(
            name=name,
            verdict=Verdict.BROKEN,
            detail=f"{audible_s:.1f} s of a sentence of four seconds came out of the sound server",
            mend="is another device chosen, or muted? pactl info; utterd status",
        )
    detail = f"{audible_s:.1f} s of sound came out of the sound server, begun after {started_ms:.0f} ms"
    return Finding(name=name, verdict=Verdict.OK, detail=detail)


def _speak() -> float:
    """Speak the sentence to its end; when its first sound was heard, in ms since it was asked for."""
    started_ms = 0.0
    with Client(start=True) as client:
        utterance = client.speak(SENTENCE, placement="now", on_disconnect="stop")
        with utterance.stopped_on_error():
            for event in utterance.events():
                if isinstance(event, Started):
                    started_ms = event.t_ms
    return started_ms


def loudest(samples: "array.array[int]") -> int:
    return max(max(samples, default=0), -min(samples, default=0))


@contextlib.contextmanager
def _recording(command: list[str]) -> Iterator[bytearray]:
    """What the command writes, until the block ends; begins when its first bytes are there."""
    recorded = bytearray()
    began = threading.Event()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def read(stream: IO[bytes]) -> None:
        while chunk := stream.read1(65_536):  # type: ignore[attr-defined]  # a BufferedReader
            recorded.extend(chunk)
            began.set()

    assert process.stdout is not None
    reader = threading.Thread(target=read, args=(process.stdout,), daemon=True)
    reader.start()
    began.wait(5.0)
    try:
        yield recorded
    finally:
        process.terminate()
        process.wait()
        reader.join(5.0)
