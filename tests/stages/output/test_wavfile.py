import os
import signal
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from rig.counter import Pcm, counter

from utterd.stages.output.wavfile import HEADER_BYTES, NotOurWav, WavFile


def read(path: Path) -> Pcm:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sound.wav"


def test_the_file_is_whole_after_every_write(path: Path) -> None:
    file = WavFile(path, sample_rate_hz=24_000)
    assert len(read(path)) == 0
    for part in range(3):
        file.append(counter(100, start=part * 100).tobytes())
        assert np.array_equal(read(path), counter((part + 1) * 100))
    file.close()


def test_a_new_file_takes_the_place_of_the_old_one(path: Path) -> None:
    path.write_bytes(b"something else, and longer than a header " * 5)
    WavFile(path, sample_rate_hz=24_000).close()
    assert path.stat().st_size == HEADER_BYTES


def test_append_goes_on_behind_the_last_frame(path: Path) -> None:
    first = WavFile(path, sample_rate_hz=24_000)
    first.append(counter(300).tobytes())
    first.close()
    second = WavFile(path, sample_rate_hz=24_000, append=True)
    assert second.length_frames == 300
    second.append(counter(50, start=300).tobytes())
    second.close()
    assert np.array_equal(read(path), counter(350))


def test_append_makes_a_file_that_is_not_there(path: Path) -> None:
    WavFile(path, sample_rate_hz=24_000, append=True).close()
    assert len(read(path)) == 0


def test_append_believes_the_size_not_the_header(path: Path) -> None:
    file = WavFile(path, sample_rate_hz=24_000)
    file.append(counter(100).tobytes())
    file.close()
    with path.open("ab") as raw:
        raw.write(counter(20, start=100).tobytes() + b"\x01")  # killed in the middle of a frame, before the header
    assert len(read(path)) == 100
    again = WavFile(path, sample_rate_hz=24_000, append=True)
    again.append(counter(1, start=120).tobytes())
    again.close()
    assert np.array_equal(read(path), counter(121))


@pytest.mark.parametrize("content", [b"short", b"a text of ours, " * 10])
def test_append_leaves_a_file_alone_that_is_something_else(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(NotOurWav):
        WavFile(path, sample_rate_hz=24_000, append=True)
    assert path.read_bytes() == content


def test_append_refuses_another_rate(path: Path) -> None:
    WavFile(path, sample_rate_hz=48_000).close()
    with pytest.raises(NotOurWav):
        WavFile(path, sample_rate_hz=24_000, append=True)


WRITER = """
import sys
from pathlib import Path
from utterd.stages.output.wavfile import WavFile

file = WavFile(Path(sys.argv[1]), sample_rate_hz=24_000)
file.append(b"\\x01\\x02" * 5000)
print("written", flush=True)
while True:
    file.append(b"\\x01\\x02" * 240)
"""


def test_the_file_is_whole_after_kill_9(path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    frames = read(path)
    assert len(frames) >= 5000
    assert set(frames.tolist()) == {0x0201}
    assert 0 <= path.stat().st_size - HEADER_BYTES - 2 * len(frames) <= 480
