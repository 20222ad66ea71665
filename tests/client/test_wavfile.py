"""Files that appear complete or not at all."""

import os
import stat
import wave
from pathlib import Path

import pytest

from utterd.client import wavfile
from utterd.client.errors import FileUnwritable
from utterd.client.wavfile import WavFile

PCM = b"\x00\x00\xff\x7f\x01\x80" * 800


def write(path: Path, *pieces: bytes) -> None:
    with WavFile(path) as wav:
        for piece in pieces:
            wav.write(piece)
        wav.commit()


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    write(tmp_path / "speech.wav", PCM, PCM)
    with wave.open(str(tmp_path / "speech.wav")) as sound:
        assert sound.getparams()[:4] == (1, 2, 24000, 4800)
        assert sound.readframes(4800) == PCM * 2


def test_a_file_without_sound_is_still_a_wav_file(tmp_path: Path) -> None:
    write(tmp_path / "speech.wav")
    with wave.open(str(tmp_path / "speech.wav")) as sound:
        assert sound.getnframes() == 0


def test_nobody_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    with WavFile(path) as wav:
        wav.write(PCM)
        assert not path.exists()
        wav.commit()
        assert path.exists()
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_commit_nothing_is_left(tmp_path: Path) -> None:
    with WavFile(tmp_path / "speech.wav") as wav:
        wav.write(PCM)
    assert list(tmp_path.iterdir()) == []


def test_a_private_file_stays_private(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    path.touch(mode=0o600)
    write(path, PCM)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "any").touch()
    write(tmp_path / "speech.wav", PCM)
    assert (tmp_path / "speech.wav").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "speech.wav"
    link.symlink_to(tmp_path / "real" / "sound.wav")
    write(link, PCM)
    assert link.is_symlink()
    assert (tmp_path / "real" / "sound.wav").stat().st_size == wavfile.HEADER.size + len(PCM)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileUnwritable, match="is a folder; name a file in it"):
        WavFile(tmp_path)


def test_a_device_is_not_replaced_by_a_file() -> None:
    with pytest.raises(FileUnwritable, match="not a regular file"):
        WavFile(Path(os.devnull))


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileUnwritable, match="nowhere does not exist"):
        WavFile(tmp_path / "nowhere" / "speech.wav")


def test_a_write_protected_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "speech.wav"
    path.touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everything
    with pytest.raises(FileUnwritable, match="write-protected"):
        WavFile(path)


def test_a_file_longer_than_a_wav_file_can_be_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wavfile, "MAX_PCM_BYTES", len(PCM))
    with WavFile(tmp_path / "speech.wav") as wav:
        wav.write(PCM)
        assert wav.duration_s == pytest.approx(0.1)
        with pytest.raises(FileUnwritable, match="24 hours"):
            wav.write(PCM)


def test_a_full_disk_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with WavFile(tmp_path / "speech.wav") as wav, pytest.raises(FileUnwritable, match="No space left on device"):
        wav.commit()
    assert list(tmp_path.iterdir()) == []
