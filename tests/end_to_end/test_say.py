"""`utterd say` with the real voice: what its files hold."""

import os
import subprocess
import sys
import wave
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_daemon import RunningDaemon

UTTERD = Path(sys.executable).with_name("utterd")

SAMPLE_RATE_HZ = 24_000

AIFF_HEADER_BYTES = 54


@pytest.fixture(scope="module")
def daemon() -> Iterator[RunningDaemon]:
    with RunningDaemon("--device", "null") as daemon:
        daemon.wait_ready()
        yield daemon


def say(daemon: RunningDaemon, *arguments: str | os.PathLike[str]) -> None:
    done = subprocess.run([UTTERD, "say", *arguments], env=daemon.environ, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def sound_of(path: Path) -> array:
    """Of a WAV file, in samples."""
    with wave.open(str(path)) as file:
        return array("h", file.readframes(-1))


def test_aiff_and_wav_hold_the_same_sound(daemon: RunningDaemon, tmp_path: Path) -> None:
    for name in ("x.wav", "x.aiff"):
        say(daemon, "-o", tmp_path / name, "The same words, twice.")
    aiff = array("h", (tmp_path / "x.aiff").read_bytes()[AIFF_HEADER_BYTES:])
    if sys.byteorder == "little":
        aiff.byteswap()
    assert aiff == sound_of(tmp_path / "x.wav")
    assert max(aiff) > 1000


@pytest.mark.parametrize("silence_ms", [3000, 15_000])
def test_silences_in_the_text_are_heard(daemon: RunningDaemon, tmp_path: Path, silence_ms: int) -> None:
    path = tmp_path / "x.wav"
    say(daemon, "-o", path, f"One [[slnc {silence_ms}]] two.")
    longest = run = 0
    for sample in sound_of(path):
        run = run + 1 if abs(sample) < 100 else 0
        longest = max(longest, run)
    assert silence_ms - 100 < longest / SAMPLE_RATE_HZ * 1000 < silence_ms + 1000


def test_twice_the_words_a_minute_take_about_half_the_time(daemon: RunningDaemon, tmp_path: Path) -> None:
    text = "A sentence with a good number of words in it, to be said slowly and then quickly."
    lengths = []
    for rate in ("175", "350"):
        say(daemon, "-r", rate, "-o", tmp_path / "x.wav", text)
        lengths.append(len(sound_of(tmp_path / "x.wav")))
    assert 1.5 < lengths[0] / lengths[1] < 2.5


def test_a_script_written_for_spd_say_is_spoken(daemon: RunningDaemon) -> None:
    say(daemon, "--as", "spd-say", "-w", "-r", "100", "-t", "male1", "-l", "en", "Spoken for a script.")
    status = daemon.status()
    assert status["queue"] == []
    assert status["metrics"]["first_audio_ms"]["count"] == 1
