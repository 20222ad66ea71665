import os
from pathlib import Path

import numpy as np
import pytest
from rig.check_device import check_device, no_end
from rig.clock import FakeClock
from rig.counter import Pcm, counter

from utterd.stages.output.device import DeviceLost, DeviceState, DeviceUnusable
from utterd.stages.output.wav import WavDevice
from utterd.stages.output.wavfile import HEADER_BYTES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sound.wav"


def wav_device(path: Path, *, append: bool = False) -> WavDevice:
    clock = FakeClock()
    return WavDevice(path, append=append, clock_ns=clock.clock_ns, sleep_s=clock.sleep_s)


def started(path: Path, *, append: bool = False) -> WavDevice:
    device = wav_device(path, append=append)
    device.open()
    device.start()
    return device


def frames(path: Path) -> Pcm:
    return np.frombuffer(path.read_bytes()[HEADER_BYTES:], np.int16)


def test_it_is_a_device(path: Path) -> None:
    clock = FakeClock()
    check_device(lambda: WavDevice(path, clock_ns=clock.clock_ns, sleep_s=clock.sleep_s), now_s=lambda: clock.now_s)


def test_the_file_holds_what_was_written_and_nothing_else(path: Path) -> None:
    device = started(path)
    device.write(counter(700))
    device.drain()
    device.stop()
    device.start()
    device.write(counter(300, start=700))
    device.close()
    assert np.array_equal(frames(path), counter(1000))


def test_nothing_is_taken_back_from_a_file(path: Path) -> None:
    device = started(path)
    device.write(counter(1200))
    assert device.take_back(no_end) == 0
    device.write(counter(10, start=1200))
    device.close()
    assert np.array_equal(frames(path), counter(1210))
    assert device.keeps_written


def test_a_restarted_stage_goes_on_in_the_file(path: Path) -> None:
    started(path).write(counter(100))  # never closed: its process was killed
    device = started(path, append=True)
    device.write(counter(100, start=100))
    assert np.array_equal(frames(path), counter(200))


def test_reopening_goes_on_in_the_file(path: Path) -> None:
    device = started(path)
    device.write(counter(100))
    device.close()
    device.open()
    device.start()
    device.write(counter(100, start=100))
    assert np.array_equal(frames(path), counter(200))


def test_its_name_is_a_spec_that_finds_it_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    assert wav_device(Path("sound.wav")).name == f"wav:{path}"


def test_a_tilde_is_the_home_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(path.parent))
    assert wav_device(Path("~/sound.wav")).name == f"wav:{path}"


@pytest.mark.parametrize(("name", "reason"), [("", "Is a directory"), ("missing/x.wav", "No such file or directory")])
def test_a_path_that_cannot_be_written_is_refused_with_a_sentence(tmp_path: Path, name: str, reason: str) -> None:
    device = wav_device(tmp_path / name)
    with pytest.raises(DeviceUnusable, match=f"cannot write sound to .*{reason}; choose a file"):
        device.open()
    assert device.state is DeviceState.CLOSED


def test_a_file_of_another_kind_is_not_continued(path: Path) -> None:
    path.write_text("notes")
    with pytest.raises(DeviceUnusable, match="is not a mono 16-bit WAV file of 24000 Hz"):
        wav_device(path, append=True).open()
    assert path.read_text() == "notes"


def test_a_full_disk_is_refused_with_a_sentence() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    with pytest.raises(DeviceUnusable, match="No space left on device"):
        wav_device(Path("/dev/full")).open()


def test_a_write_that_fails_loses_the_device_and_recover_goes_on(path: Path) -> None:
    device = started(path)
    device.write(counter(100))
    os.close(device._file._fd)  # type: ignore[union-attr]
    with pytest.raises(DeviceLost, match="cannot write sound to"):
        device.write(counter(100, start=100))
    assert device.state is DeviceState.LOST
    device._file = None
    device.recover()
    device.write(counter(100, start=100))
    assert np.array_equal(frames(path), counter(200))
