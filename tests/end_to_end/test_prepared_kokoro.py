"""A daemon with a tiny Kokoro in prepared parts: streaming, stop, seek, kill -9, and a model that was let go of.

What is heard is compared frame by frame: the tiny model has no noise of its own.
"""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from rig.file_player import FADE, FRAMES_PER_MS, FilePlayer, is_same, is_same_but_for_joins, until
from rig.kokoro_parts import save_parts_bundle
from waiting import wait_until

from utterd.client import Client
from utterd.client.messages import Cancelled, Finished, Sentence, Word

TEXT = (
    "The harbour was quiet in the morning. Seven boats came back before noon, and their nets were full. "
    "Nobody had expected that, so the market opened early. Then the rain began."
)
SECOND = TEXT.index("Seven")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    save_parts_bundle(folder, voices=("af_one", "am_two", "bf_none"), measured=("af_one", "am_two"))
    return folder


def started(folder: Path, bundle: Path, **environ: str) -> FilePlayer:
    return FilePlayer(folder, {"UTTERD_SPEECH__MODEL": str(bundle), "UTTERD_INFERENCE__THREADS": "1", **environ})


@pytest.fixture(scope="module")
def player(tmp_path_factory, bundle):
    with started(tmp_path_factory.mktemp("player"), bundle) as player:
        assert "parts loaded model=tiny variant=fp32 threads=1" in player.daemon.log()
        yield player


@pytest.fixture
def client(player):
    with player.daemon.client() as client:
        yield client
        client.stop(all=True)


def test_what_is_played_in_windows_is_what_is_rendered(player, client):
    wanted = player.rendered(TEXT)
    start = player.frames
    finished = client.speak(TEXT).wait(60)
    assert finished.underruns == 0
    assert is_same(player.sound(start)[FADE:-FADE], wanted[FADE:-FADE])
    assert np.abs(wanted).max() > 1000


@pytest.mark.parametrize("voice", ["am_two", "af_one*0.5+am_two*0.5", "bf_none"])
def test_voices_blends_and_voices_that_were_not_measured_are_spoken(player, client, voice):
    assert client.speak("Seven boats came back.", voice=voice).wait(60).audio_ms > 500


def test_stop_ends_in_the_middle_and_the_next_one_is_whole(player, client):
    wanted, following = player.rendered(TEXT), "Mine."
    start = player.frames
    utterance = client.speak(TEXT, words=True)
    until(utterance.events(), Word, char_start=TEXT.index("boats"))
    utterance.stop()
    until(utterance.events(), Cancelled)
    client.speak(following).wait(60)
    sound = player.sound(start)[: -len(player.rendered(following))]
    assert len(sound) < len(wanted) / 2
    assert is_same(sound[FADE:-FADE], wanted[FADE : len(sound) - FADE])


def test_back_says_the_sentence_again_from_its_middle_on(player, client):
    wanted = player.rendered(TEXT)
    start = player.frames
    utterance = client.speak(TEXT, words=True)
    events = utterance.events()
    first = until(events, Sentence, char_start=SECOND)
    until(events, Word, char_start=TEXT.index("nets"))
    client.seek(by="sentence", count=-1)
    again = until(events, Sentence, char_start=SECOND)
    assert isinstance(utterance.wait(60), Finished)
    before = round(first.audio_ms * FRAMES_PER_MS)
    behind = round(again.audio_ms * FRAMES_PER_MS) + FADE  # the fade of the seek is in the file, not on the clock
    assert is_same(player.sound(start)[behind + FADE : -FADE], wanted[before + FADE : -FADE])


def test_a_killed_inference_in_the_middle_of_a_piece_loses_nothing(player, client):
    wanted = player.rendered(TEXT)
    restarts = player.daemon.stage("inference")["restarts"]
    start = player.frames
    utterance = client.speak(TEXT, words=True)
    until(utterance.events(), Word, char_start=TEXT.index("boats"))
    os.kill(player.daemon.pids()["inference"], signal.SIGKILL)
    assert isinstance(utterance.wait(60), Finished)
    assert player.daemon.stage("inference")["restarts"] == restarts + 1
    assert is_same_but_for_joins(player.sound(start), wanted, [])


def inference_log(player: FilePlayer, sentence: str) -> int:
    return player.daemon.log().count(sentence)


def test_a_model_that_was_let_go_of_is_back_for_the_next_request(tmp_path, bundle):
    with started(tmp_path, bundle, UTTERD_INFERENCE__UNLOAD_AFTER_S="0.01") as player:
        with player.daemon.client() as client:
            for times in (1, 2):
                wait_until(lambda n=times: inference_log(player, "model unloaded") >= n, what="the model to be gone")
                speak_and_compare(player, client)
        assert inference_log(player, "model reloaded") >= 2
        assert player.daemon.stage("inference")["restarts"] == 0


def speak_and_compare(player: FilePlayer, client: Client) -> None:
    wanted = player.rendered(TEXT)
    start = player.frames
    client.speak(TEXT).wait(60)
    assert is_same(player.sound(start)[FADE:-FADE], wanted[FADE:-FADE])


def test_whole_pieces_may_be_set(tmp_path, bundle, player):
    with started(tmp_path, bundle, UTTERD_INFERENCE__VOCODER="whole") as whole:
        sound, windowed = whole.rendered(TEXT), player.rendered(TEXT)
    assert len(sound) == len(windowed)
    assert not is_same(sound, windowed)
