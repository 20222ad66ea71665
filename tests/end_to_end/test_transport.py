"""Pause, stop, seek, speed, priorities and streams, by the sound itself: what a loudspeaker got, frame by frame."""

import os
import signal
import time

import numpy as np
import pytest
from rig.file_player import (
    FADE,
    FRAMES_PER_MS,
    FilePlayer,
    is_same,
    is_same_but_for_joins,
    largest_step,
    longest_quiet,
    until,
)
from rig.pulse import PulseServer, Recorder
from rig.recogniser import best_sentence
from running_daemon import RunningDaemon
from waiting import wait_until

from utterd.client import UtteranceCancelled
from utterd.client.messages import Cancelled, Finished, Mark, Paused, Resumed, Sentence, Started, Word

TEXT = (
    "The harbour was quiet in the morning. Seven boats came back before noon, and their nets were full. "
    "Nobody had expected that, so the market opened early. Then the rain began."
)
WORDS = TEXT.replace(",", "").replace(".", "").split()
SECOND = TEXT.index("Seven")
THIRD = TEXT.index("Nobody")
LAST = TEXT.index("Then")
DITHER = 4
"""By so many units of int16 the same step differs between two renderings: each of its samples by up to 2."""


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    with FilePlayer(tmp_path_factory.mktemp("player")) as player:
        yield player


@pytest.fixture
def client(player):
    with player.daemon.client() as client:
        yield client
        client.stop(all=True)
        client.adjust(speed=1.0, volume=1.0)


def spoken(events) -> list[str]:
    """The words that were told of."""
    return [TEXT[event.char_start : event.char_end].strip(",.") for event in events if isinstance(event, Word)]


class TestPause:
    def test_nothing_is_lost_and_nothing_repeated(self, player, client):
        wanted = player.rendered(TEXT)
        start = player.frames
        utterance = client.speak(TEXT, words=True)
        events = utterance.events()
        joins = []
        for place in (0, SECOND, THIRD, LAST):
            until(events, Word, char_start=place)
            assert client.pause() == [utterance.id]
            joins.append(round(until(events, Paused).audio_ms * FRAMES_PER_MS))
            client.resume()
            until(events, Resumed)
        assert utterance.wait(60).audio_ms == len(wanted) / FRAMES_PER_MS
        assert is_same_but_for_joins(player.sound(start), wanted, joins)

    def test_it_is_silence_until_resumed(self, player, client):
        start = player.frames
        utterance = client.speak(TEXT, words=True)
        events = utterance.events()
        until(events, Word)
        client.pause()
        paused = until(events, Paused)
        silent_from = player.frames
        assert silent_from == start + round(paused.audio_ms * FRAMES_PER_MS) + FADE
        assert len(player.rendered("Meanwhile, something else can be rendered to a file.")) > 24_000
        assert player.frames == silent_from

    def test_a_killed_output_stage_stays_silent_and_then_goes_on_at_the_same_sample(self, player, client):
        wanted = player.rendered(TEXT)
        start = player.frames
        utterance = client.speak(TEXT, words=True)
        events = utterance.events()
        until(events, Word, char_start=SECOND)
        client.pause()
        join = round(until(events, Paused).audio_ms * FRAMES_PER_MS)
        silent_from, pid = player.frames, player.daemon.pids()["output"]
        os.kill(pid, signal.SIGKILL)
        wait_until(
            lambda: (
                player.daemon.stage("output")["pid"] not in (None, pid)
                and player.daemon.stage("output")["state"] == "ready"
            ),
            what="output to be back",
        )
        assert [entry["state"] for entry in client.queue()] == ["paused"]
        assert player.frames == silent_from
        client.resume()
        assert isinstance(utterance.wait(60), Finished)
        assert is_same_but_for_joins(player.sound(start), wanted, [join])


class TestStop:
    def test_the_sound_ends_in_a_fade(self, player, client):
        wanted, following = player.rendered(TEXT), "Mine."
        for place in (TEXT.index("quiet"), TEXT.index("boats"), TEXT.index("full")):
            start = player.frames
            utterance = client.speak(TEXT, words=True)
            until(utterance.events(), Word, char_start=place)
            utterance.stop()
            until(utterance.events(), Cancelled)
            client.speak(following).wait(60)
            sound = player.sound(start)[: -len(player.rendered(following))]
            assert is_same(sound[FADE:-FADE], wanted[FADE : len(sound) - FADE])
            assert largest_step(sound[-2 * FADE :]) <= largest_step(wanted) + DITHER
            assert abs(sound[-1]) <= 3

    def test_now_interrupts_and_is_heard_whole(self, player, client):
        utterance = client.speak(TEXT, words=True)
        until(utterance.events(), Word, char_start=SECOND)
        text = "Mind the step, please."
        assert isinstance(client.speak(text, placement="now").wait(60), Finished)
        with pytest.raises(UtteranceCancelled, match="interrupted"):
            utterance.wait(60)
        wanted = player.rendered(text)
        assert is_same(player.sound()[FADE - len(wanted) : -FADE], wanted[FADE:-FADE])


class TestSeek:
    def test_back_says_the_sentence_again(self, player, client):
        start = player.frames
        utterance = client.speak(TEXT, words=True)
        events = utterance.events()
        first = until(events, Sentence, char_start=SECOND)
        until(events, Word, char_start=TEXT.index("nets"))
        assert client.seek(by="sentence", count=-1) == [utterance.id]
        again = until(events, Sentence)
        assert again.char_start == SECOND
        assert isinstance(utterance.wait(60), Finished)
        sound = player.sound(start)
        before = round(first.audio_ms * FRAMES_PER_MS)
        behind = round(again.audio_ms * FRAMES_PER_MS) + FADE  # the fade of the seek is in the file, not on the clock
        assert is_same(sound[before + FADE :][:24_000], sound[behind + FADE :][:24_000])
        wanted = player.rendered(TEXT)
        assert is_same(sound[behind + FADE : -FADE], wanted[before + FADE : -FADE])

    def test_beyond_the_last_word_finishes(self, client):
        utterance = client.speak(TEXT, words=True)
        until(utterance.events(), Word)
        client.seek(len(TEXT))
        assert utterance.wait(60).audio_ms < 3_000

    def test_a_killed_inference_after_a_seek_loses_no_word(self, player, client):
        restarts = player.daemon.stage("inference")["restarts"]
        utterance = client.speak(TEXT, words=True)
        events = utterance.events()
        until(events, Word)
        client.seek(THIRD)
        os.kill(player.daemon.pids()["inference"], signal.SIGKILL)
        until(events, Sentence, char_start=THIRD)
        assert spoken(events) == WORDS[WORDS.index("Nobody") :]
        assert player.daemon.stage("inference")["restarts"] == restarts + 1


class TestSpeed:
    def test_a_change_makes_no_gap_and_no_click(self, player, client):
        slow, fast = player.rendered(TEXT), player.rendered(TEXT, speed=1.6)
        start = player.frames
        utterance = client.speak(TEXT, words=True)
        events = utterance.events()
        heard = [until(events, Word, char_start=TEXT.index("boats"))]
        client.adjust(speed=1.6)
        heard += events
        assert utterance.wait(60).underruns == 0
        sound = player.sound(start)
        assert len(fast) < len(sound) < len(slow)
        assert longest_quiet(sound) <= longest_quiet(slow) + FADE
        assert largest_step(sound) <= max(largest_step(slow), largest_step(fast)) + DITHER
        assert spoken(heard) == WORDS[WORDS.index("boats") :]


class TestMarkup:
    def test_breaks_have_their_length(self, player):
        lengths = [
            len(player.rendered(f'<speak>Mine <break time="{ms}ms"/> now.</speak>', markup="ssml"))
            for ms in (500, 750, 3000)
        ]
        assert np.diff(lengths).tolist() == [250 * FRAMES_PER_MS, 2250 * FRAMES_PER_MS]

    def test_a_break_is_silence(self, player):
        """Counted from the last sound's end by the model's durations: that dies away within the break."""
        sound = player.rendered('<speak>Mine <break time="1s"/> now.</speak>', markup="ssml")
        assert longest_quiet(sound) == pytest.approx(930 * FRAMES_PER_MS, abs=90 * FRAMES_PER_MS)

    def test_a_mark_is_told_with_the_word_behind_it(self, client):
        text = '<speak>One <mark name="here"/>two. <break time="300ms"/><mark name="there"/>Three.</speak>'
        events = list(client.speak(text, markup="ssml", words=True).events())
        marks = {event.name: event for event in events if isinstance(event, Mark)}
        words = {text[event.char_start : event.char_end]: event for event in events if isinstance(event, Word)}
        assert list(marks) == ["here", "there"]
        assert marks["here"].audio_ms == words["two"].audio_ms
        assert marks["there"].audio_ms == words["Three"].audio_ms


class TestQueue:
    def test_a_message_goes_first_and_what_it_interrupted_goes_on(self, client):
        book = client.speak(TEXT, words=True)
        events = book.events()
        heard = [until(events, Word, char_start=SECOND)]
        message = client.speak("You have mail.", priority="message")
        assert isinstance(message.wait(60), Finished)
        heard += events
        words = spoken(heard)
        resumed = next((n for n in range(1, len(words)) if words[n] == words[n - 1]), None)
        if resumed is not None:  # the word in which it was interrupted is said again
            del words[resumed]
        assert words == WORDS[WORDS.index("Seven") :]
        assert isinstance(book.wait(60), Finished)

    def test_a_message_ends_a_text_of_lower_priority(self, client):
        text = client.speak(TEXT, priority="text", words=True)
        until(text.events(), Word)
        assert isinstance(client.speak("You have mail.", priority="message").wait(60), Finished)
        with pytest.raises(UtteranceCancelled, match="interrupted"):
            text.wait(60)

    def test_a_stream_in_pieces_is_one_utterance_with_every_word(self, player, client):
        sentence = "The old clock on the wall stopped last night."
        start = player.frames
        with client.stream(words=True) as stream:
            for piece in ("The ol", "d clock on ", "the", " wall stopped", " last ni", "ght."):
                stream.write(piece)
        events = list(stream.events())
        assert len([event for event in events if isinstance(event, (Started, Finished))]) == 2
        words = [sentence[event.char_start : event.char_end] for event in events if isinstance(event, Word)]
        assert " ".join(words).strip(".") == sentence.strip(".")
        heard = best_sentence(player.sound(start).astype(np.int16), 24_000, [sentence])
        assert heard == sentence.lower().strip(".")


@pytest.mark.sound
class TestThroughASoundServer:
    @pytest.fixture
    def daemon(self, pulse_server: PulseServer):
        with RunningDaemon("--device", "auto", environ=pulse_server.env) as daemon:
            daemon.wait_ready()
            yield daemon

    def test_a_pause_is_silence_and_no_word_is_lost(self, daemon, pulse_server):
        sentence = "Please bring seven green bottles to the garden."
        with Recorder(pulse_server, latency_ms=20) as recorder, daemon.client() as client:
            utterance = client.speak(sentence, words=True)
            events = utterance.events()
            until(events, Word, char_start=sentence.index("green"))
            client.pause()
            until(events, Paused)
            recorder.wait_for_silence(500)
            end = recorder.frames
            client.resume()
            utterance.wait(60)
            recorder.wait_for_silence(500, after_frame=end)
            sound = recorder.audio()
        sounding = np.flatnonzero(sound)
        before, behind = sounding[sounding < end], sounding[sounding >= end]
        joined = np.concatenate([sound[before[0] : before[-1] + 1], sound[behind[0] : behind[-1] + 1]])
        assert best_sentence(joined, recorder.rate_hz, [sentence]) == sentence.lower().strip(".")

    def test_a_stop_makes_no_step_larger_than_the_speech_has(self, daemon, pulse_server):
        """The fade begins where the device has really come to; looked at is the fade, and a millisecond before."""
        places = [TEXT.index(word) for word in ("harbour", "quiet", "morning", "Seven", "boats", "noon", "nets")]
        with Recorder(pulse_server) as recorder, daemon.client() as client:
            for place in places:
                start = recorder.frames
                utterance = client.speak(TEXT, words=True)
                until(utterance.events(), Word, char_start=place)
                utterance.stop()
                recorder.wait_for_silence(500, after_frame=start)
                sound = recorder.audio(start).astype(np.int32)
                end = int(np.flatnonzero(sound)[-1])
                fade = end - FADE - FRAMES_PER_MS
                assert largest_step(sound[fade : end + 2]) <= largest_step(sound[:fade]) + DITHER, (
                    f"a click behind {place}"
                )

    def test_a_word_is_told_when_it_sounds(self, daemon, pulse_server):
        text = '<speak>One more. <break time="1s"/> Mine.</speak>'
        with Recorder(pulse_server) as recorder, daemon.client() as client:
            sent_s = time.monotonic()
            utterance = client.speak(text, markup="ssml", words=True)
            accepted_s = time.monotonic()
            word = until(utterance.events(), Word, char_start=text.index("Mine"))
            utterance.wait(60)
            recorder.wait_for_silence(500)
            sounding = np.flatnonzero(np.abs(recorder.audio().astype(np.int32)) > 200)
            onset = sounding[1:][np.diff(sounding) > 18_000]  # behind three quarters of a second of silence
            heard_s = recorder.time_of(int(onset[-1]))
        told_s = word.t_ms / 1000
        assert sent_s + told_s - 0.06 <= heard_s <= accepted_s + told_s + 0.06
