"""`kill -9` in the middle of an utterance: speech goes on where it was, no word lost, none repeated."""

import contextlib
import os
import signal
import wave
from pathlib import Path

import numpy as np
import psutil
import pytest
from running_daemon import RunningDaemon
from waiting import wait_until

from utterd.client.messages import Finished, Started

TEXT = (
    "The harbour was quiet in the morning. Seven boats came back before noon, and their nets were full. "
    "Nobody had expected that, so the market opened early. Then the rain began."
)
BLOCK_FRAMES = 240


def frames_in(path: Path) -> int:
    """Of a WAV file that is still being written."""
    with contextlib.suppress(FileNotFoundError):
        return max(0, path.stat().st_size - 44) // 2
    return 0


def read(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.int32)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> np.ndarray:
    path = tmp_path_factory.mktemp("reference") / "reference.wav"
    with RunningDaemon("--device", f"wav:{path}") as daemon, daemon.client() as client:
        assert client.speak(TEXT).wait().underruns == 0
    return read(path)


def same_sound(found: np.ndarray, wanted: np.ndarray, kills: list[int]) -> None:
    """Equal frame by frame, but for dither, the fades round a kill, and at most one block heard twice there."""
    assert abs(len(found) - len(wanted)) <= BLOCK_FRAMES * len(kills)
    place = 0
    for kill in [*kills, len(wanted)]:
        for shift in (0, *range(1, BLOCK_FRAMES + 1)):
            begin, end = place + 2 * BLOCK_FRAMES, min(kill, len(wanted)) - 2 * BLOCK_FRAMES
            stretch = found[begin + shift : end + shift]
            if len(stretch) == max(0, end - begin) and (np.abs(stretch - wanted[begin:end]) <= 2).all():
                break
        else:
            pytest.fail(f"the sound between frames {place} and {kill} is not the one that was to come")
        place = kill


@pytest.mark.parametrize("stage", ["g2p", "inference", "output"])
def test_a_killed_stage_is_restarted_and_speech_goes_on_where_it_was(stage, undisturbed, tmp_path):
    path = tmp_path / "out.wav"
    with RunningDaemon("--device", f"wav:{path}") as daemon, daemon.client() as client:
        daemon.wait_ready()
        utterance = client.speak(TEXT)
        wait_until(lambda: frames_in(path) > 24_000, what="a second of sound")
        pid = daemon.pids()[stage]
        os.kill(pid, signal.SIGKILL)
        killed_at = frames_in(path)
        finished = utterance.wait(60)
        assert daemon.stage(stage)["restarts"] == 1
        assert daemon.stage(stage)["pid"] != pid
    found = read(path)
    same_sound(found, undisturbed, [killed_at] if stage == "output" else [])
    assert finished.audio_ms == pytest.approx(len(undisturbed) / 24, abs=10 + 1)


def test_every_stage_killed_at_once_loses_nothing(undisturbed, tmp_path):
    path = tmp_path / "out.wav"
    with RunningDaemon("--device", f"wav:{path}") as daemon, daemon.client() as client:
        daemon.wait_ready()
        utterance = client.speak(TEXT)
        wait_until(lambda: frames_in(path) > 24_000, what="a second of sound")
        for pid in daemon.pids().values():
            os.kill(pid, signal.SIGKILL)
        killed_at = frames_in(path)
        utterance.wait(60)
    same_sound(read(path), undisturbed, [killed_at])


def test_output_killed_again_and_again_still_reaches_the_end(undisturbed, tmp_path):
    path = tmp_path / "out.wav"
    kills: list[int] = []
    with RunningDaemon("--device", f"wav:{path}") as daemon, daemon.client() as client:
        daemon.wait_ready()
        utterance = client.speak(TEXT)
        for seconds in (1, 3, 5):
            wait_until(lambda s=seconds: frames_in(path) > s * 24_000, what=f"{seconds} s of sound")
            os.kill(daemon.pids()["output"], signal.SIGKILL)
            kills.append(frames_in(path))
            wait_until(lambda: daemon.stage("output")["state"] == "ready", what="output to be back")
        events = list(utterance.events())
    assert [type(event) for event in events] == [Started, Finished]
    same_sound(read(path), undisturbed, kills)


def test_stages_exit_by_themselves_when_the_daemon_is_killed():
    with RunningDaemon("--device", "null") as daemon:
        daemon.wait_ready()
        stages = [psutil.Process(pid) for pid in daemon.pids().values()]
        daemon.stop(signal.SIGKILL)
        _, alive = psutil.wait_procs(stages, timeout=20)
        assert not alive


def test_a_new_daemon_takes_over_after_a_kill():
    daemon = RunningDaemon("--device", "null")
    with daemon:
        daemon.stop(signal.SIGKILL)
        daemon.start()
        with daemon.client() as client:
            assert client.speak("Still here.").wait(60).audio_ms > 0


def test_the_utterances_waiting_in_the_queue_survive_too(tmp_path):
    path = tmp_path / "out.wav"
    with RunningDaemon("--device", f"wav:{path}") as daemon, daemon.client() as client:
        daemon.wait_ready()
        first, second, third = (client.speak(f"Number {n} of three.") for n in ("one", "two", "three"))
        wait_until(lambda: frames_in(path) > 4_800, what="sound")
        os.kill(daemon.pids()["inference"], signal.SIGKILL)
        lengths = [utterance.wait(60).audio_ms for utterance in (first, second, third)]
    assert frames_in(path) == pytest.approx(sum(lengths) * 24, abs=3)
