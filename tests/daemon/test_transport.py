"""Pause, seek, skip, replay and speed over toy stages: nothing twice unasked, nothing left out, one end for each."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.transport_stages import TransportStages

from utterd.client.messages import (
    Adjust,
    Append,
    Pause,
    Paused,
    Progress,
    Replay,
    Resume,
    Resumed,
    Seek,
    Sentence,
    Skip,
    Started,
    Stop,
    Word,
)
from utterd.daemon.requests import Refusal
from utterd.stages.commands import SetVolume

LONG = "The first one begins here. " + "A second sentence, with a few more words in it, goes on. " * 4 + "And the end."
SHORT = "Short one. Two words."
WORDS = [found.span() for found in re.finditer(r"\S+", LONG)]


@pytest.fixture
def stages() -> TransportStages:
    return TransportStages()


def words_of(stages: TransportStages, number: int = 1) -> list[tuple[int, int]]:
    return [(e.char_start, e.char_end) for e in stages.spoken[number].listener.events if isinstance(e, Word)]


def kinds_of(stages: TransportStages, number: int = 1) -> list[str]:
    return [kind for kind in stages.spoken[number].listener.kinds if kind not in ("Word", "Sentence", "Progress")]


def go_on(stages: TransportStages, steps: int = 1) -> None:
    """Everything moves a little; so many blocks are played."""
    for _ in range(steps):
        for _ in range(6):
            for step in ("tell_output", "tell_upstream", "work", "receive", "report"):
                getattr(stages, step)()
        stages.play()


def test_every_word_is_told_once_in_order_at_its_place(stages):
    stages.speak(LONG)
    stages.run_out()
    assert words_of(stages) == WORDS
    assert kinds_of(stages) == ["Started", "Finished"]


def test_sentences_are_told_before_their_first_words(stages):
    stages.speak(LONG)
    stages.run_out()
    events = stages.spoken[1].listener.events
    starts = [0, *(found.end() for found in re.finditer(r"[.] ", LONG))]
    assert [event.char_start for event in events if isinstance(event, Sentence)] == starts
    for event, following in itertools.pairwise(events):
        if isinstance(event, Sentence):
            assert isinstance(following, Word)
            assert following.char_start == event.char_start


def test_progress_comes_to_the_end_of_the_text(stages):
    stages.speak(LONG)
    stages.run_out()
    progress = [event for event in stages.spoken[1].listener.events if isinstance(event, Progress)]
    assert [event.char_end for event in progress] == sorted(event.char_end for event in progress)
    assert progress[-1].char_end == progress[-1].characters == len(LONG)


def test_a_pause_holds_and_loses_nothing(stages):
    stages.speak(LONG)
    go_on(stages, 6)
    assert stages.ask(Pause()) == [1]
    go_on(stages, 20)
    told = words_of(stages)
    assert kinds_of(stages) == ["Started", "Paused"]
    go_on(stages, 20)
    assert words_of(stages) == told
    assert stages.ask(Resume()) == [1]
    stages.run_out()
    assert words_of(stages) == WORDS
    assert kinds_of(stages) == ["Started", "Paused", "Resumed", "Finished"]
    paused, resumed = (next(e for e in stages.spoken[1].listener.events if isinstance(e, k)) for k in (Paused, Resumed))
    assert paused.audio_ms == resumed.audio_ms


def test_a_paused_utterance_that_is_stopped_makes_way(stages):
    stages.speak(LONG)
    stages.speak(SHORT)
    go_on(stages, 6)
    stages.ask(Pause())
    go_on(stages, 3)
    stages.engine.stop(Stop(), stages)
    stages.run_out()
    assert kinds_of(stages, 1) == ["Started", "Paused", "Cancelled"]
    assert kinds_of(stages, 2) == ["Started", "Finished"]


def test_something_more_urgent_is_said_in_spite_of_a_pause(stages):
    stages.speak(LONG)
    go_on(stages, 6)
    stages.ask(Pause())
    go_on(stages, 3)
    stages.speak(SHORT, "now")
    stages.run_out()
    assert kinds_of(stages, 2) == ["Started", "Finished"]


@pytest.mark.parametrize("to", [0, 30, 90, len(LONG) - 3])
def test_one_can_go_to_any_place_of_the_text(stages, to):
    stages.speak(LONG)
    go_on(stages, 30)
    told = len(words_of(stages))
    assert stages.ask(Seek(to=to)) == [1]
    stages.run_out()
    assert words_of(stages)[told:] == [word for word in WORDS if word[1] > to]
    assert kinds_of(stages) == ["Started", "Finished"]


def test_behind_the_end_is_the_end(stages):
    stages.speak(LONG)
    stages.speak(SHORT)
    go_on(stages, 10)
    told = words_of(stages)
    stages.ask(Seek(to=len(LONG)))
    stages.run_out()
    assert words_of(stages) == told
    assert kinds_of(stages) == ["Started", "Finished"]
    assert kinds_of(stages, 2) == ["Started", "Finished"]


def test_a_seek_that_the_output_died_over_is_carried_out(stages):
    stages.speak(LONG)
    go_on(stages, 30)
    told = len(words_of(stages))
    stages.ask(Seek(to=0))
    stages.kill_output()
    stages.run_out()
    assert words_of(stages)[told:] == WORDS


def test_what_waits_behind_a_stream_does_not_take_its_room(stages):
    stages.speak("One, two. Three, ", stream=True)
    stages.speak(LONG * 5)
    for _ in range(200):
        go_on(stages)
    assert 2 not in {chunk.header.utterance_id for chunk, _ in stages._audio} | set(stages.order_heard)
    stages.engine.append(Append(utterance=1, text="four. Five.", is_last=True))
    stages.run_out()
    assert kinds_of(stages, 1) == kinds_of(stages, 2) == ["Started", "Finished"]
    assert stages.order_heard.index(2) > max(n for n, identity in enumerate(stages.order_heard) if identity == 1)


def test_back_by_a_sentence_says_it_again(stages):
    stages.speak(LONG)
    go_on(stages, 30)
    told = words_of(stages)
    sentence_start = LONG.rfind(". ", 0, told[-1][0]) + 2 if ". " in LONG[: told[-1][0]] else 0
    if told[-1][0] - sentence_start <= 12:
        sentence_start = LONG.rfind(". ", 0, sentence_start - 2) + 2
    stages.ask(Seek(by="sentence", count=-1))
    stages.run_out()
    assert words_of(stages)[len(told)][0] == sentence_start
    assert words_of(stages)[len(told) :] == [word for word in WORDS if word[0] >= sentence_start]


def test_two_words_back_are_two_words_back(stages):
    stages.speak(LONG)
    go_on(stages, 30)
    told = words_of(stages)
    stages.ask(Seek(by="word", count=-2))
    stages.run_out()
    assert words_of(stages)[len(told)] == told[-3]


def test_seeks_in_a_row_add_up(stages):
    stages.speak(LONG)
    go_on(stages, 30)
    told = words_of(stages)
    stages.ask(Seek(by="word", count=-1))
    stages.ask(Seek(by="word", count=-1))
    stages.run_out()
    assert words_of(stages)[len(told)] == told[-3]


def test_the_last_seconds_are_heard_again_from_what_is_kept(stages):
    stages.speak(LONG)
    go_on(stages, 40)
    told = words_of(stages)
    stages.ask(Replay(seconds=0.1))
    stages.run_out()
    again = words_of(stages)[len(told) :]
    assert told[-1] in again or again[0][0] > told[-1][0]
    assert again == WORDS[WORDS.index(again[0]) :]


def test_what_is_over_is_replayed_as_an_utterance_of_its_own(stages):
    stages.speak(LONG)
    stages.run_out()
    assert stages.ask(Replay(seconds=10)) == [2]
    stages.run_out()
    assert stages.engine.queues["live"].head is None
    assert 2 in stages.order_heard


def test_a_new_speed_holds_from_the_next_word_on_and_no_word_is_lost_or_said_twice(stages):
    stages.speak(LONG)
    go_on(stages, 2)
    assert stages.ask(Adjust(speed=2.0)) == [1]
    stages.run_out()
    assert words_of(stages) == WORDS
    finished = stages.spoken[1].listener.events[-1]
    assert finished.audio_ms < 0.9 * len(LONG) * 40 / 24
    assert finished.underruns == 0


def test_a_new_speed_holds_for_later_requests_too(stages):
    assert stages.ask(Adjust(speed=2.0)) == []
    stages.speak(SHORT)
    assert stages.engine.queues["live"].head.speaking.speed == 2.0


def test_a_new_pitch_holds_from_the_next_word_on_and_for_later_requests(stages):
    stages.speak(LONG)
    go_on(stages, 2)
    assert stages.ask(Adjust(pitch=-2.0)) == [1]
    assert stages.engine.queues["live"].head.speaking.pitch == -2.0
    stages.run_out()
    assert words_of(stages) == WORDS
    stages.speak(SHORT)
    assert stages.engine.queues["live"].head.speaking.pitch == -2.0


def test_volume_goes_to_the_loudspeaker(stages):
    sent = []
    stages.pipeline.send = lambda stage, command: sent.append((stage, command))
    stages.ask(Adjust(volume=0.5))
    assert sent == [("output", SetVolume(gain=0.5))]
    assert stages.pipeline.volume == 0.5


def test_skip_goes_to_the_next_utterance(stages):
    stages.speak(LONG)
    stages.speak(SHORT)
    go_on(stages, 10)
    assert stages.ask(Skip()) == [1]
    stages.run_out()
    assert stages.spoken[1].listener.events[-1].reason == "skipped"
    assert kinds_of(stages, 2) == ["Started", "Finished"]


@pytest.mark.parametrize("request_", [Pause(), Resume(), Skip(), Seek(), Replay(), Seek(to=5), Adjust(speed=1.0)])
def test_an_idle_daemon_has_nothing_to_do(stages, request_):
    assert stages.ask(request_) == []


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (Seek(to=-1), "to is -1; this text has 21 characters"),
        (Seek(to=22), "to is 22; this text has 21 characters"),
        (Seek(count=0), "count is 0; give a positive number"),
        (Replay(seconds=0), "seconds is 0; it has to be above 0"),
        (Replay(seconds=float("nan")), "seconds is nan"),
        (Adjust(speed=9), "speed is 9; it has to be between 0.5 and 3"),
        (Adjust(pitch=13), "pitch is 13; it has to be between -12 and 12"),
        (Adjust(volume=-1), "volume is -1; it has to be between 0 and 2"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(stages, request_, sentence):
    stages.speak(SHORT)
    with pytest.raises(Refusal, match=sentence):
        stages.transport.carry_out(request_, stages)


def test_one_clients_pause_does_not_touch_anothers_utterance(stages):
    stages.speak(LONG, client="reader")
    go_on(stages, 5)
    assert stages.ask(Pause(mine=True, client="other")) == []
    assert stages.ask(Pause(mine=True, client="reader")) == [1]


def test_one_that_was_interrupted_by_a_message_goes_on_at_its_word(stages):
    stages.speak(LONG)
    go_on(stages, 30)
    told = words_of(stages)
    stages.speak(SHORT, priority="message")
    stages.run_out()
    assert kinds_of(stages, 2) == ["Started", "Finished"]
    assert kinds_of(stages, 1) == ["Started", "Finished"]
    rest = words_of(stages)[len(told) :]
    assert rest == WORDS[WORDS.index(told[-1]) :]  # the word that was cut off is said again, and nothing else


STEPS = ["tell_output", "tell_upstream", "work", "receive", "play", "report", "be_heard"]
moves = st.tuples(st.just("go_on"), st.integers(1, 12))
verbs = st.tuples(
    st.just("ask"),
    st.one_of(
        st.just(Pause()),
        st.just(Resume()),
        st.just(Skip()),
        st.builds(Seek, to=st.integers(0, len(LONG))),
        st.builds(Seek, by=st.sampled_from(["word", "sentence", "paragraph", "second"]), count=st.integers(-3, 3)),
        st.builds(Replay, seconds=st.floats(0.01, 5)),
        st.builds(Adjust, speed=st.sampled_from([0.5, 1.0, 2.0, 3.0])),
    ),
)
texts = st.tuples(st.just("speak"), st.sampled_from([LONG, SHORT]), st.sampled_from(["append", "next", "now"]))
priorities = st.tuples(
    st.just("urge"), st.sampled_from([SHORT, LONG]), st.sampled_from(["important", "message", "text", "progress"])
)
stops = st.tuples(st.just("stop"), st.sampled_from([Stop(), Stop(all=True), Stop(mine=True)]))
faults = st.tuples(st.sampled_from(["kill_upstream", "kill_output", "damage"]))
histories = st.lists(st.one_of(moves, moves, verbs, verbs, texts, priorities, stops, faults), max_size=25)


@settings(max_examples=400, deadline=None)
@given(histories)
def test_whatever_is_asked_every_utterance_ends_once_and_no_event_is_out_of_order(history):
    stages = TransportStages()
    stages.speak(LONG)
    for name, *arguments in history:
        if name == "go_on":
            go_on(stages, *arguments)
        elif name == "urge":
            stages.speak(arguments[0], priority=arguments[1])
        else:
            getattr(stages, name)(*arguments)
    stages.ask(Resume())
    stages.run_out()
    for spoken in stages.spoken.values():
        events = spoken.listener.events
        kinds = [kind for kind in spoken.listener.kinds if kind in ("Started", "Finished", "Cancelled", "Failed")]
        assert kinds[-1] in ("Finished", "Cancelled", "Failed")
        assert kinds[:-1] in ([], ["Started"])
        if words := [event for event in events if isinstance(event, Word)]:
            assert isinstance(next(e for e in events if not isinstance(e, Paused | Resumed)), Started)
            clocks = [event.audio_ms for event in words]
            assert clocks == sorted(clocks)
    assert all(queue.head is None for queue in stages.engine.queues.values())


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            moves,
            st.tuples(st.just("ask"), st.sampled_from([Pause(), Resume(), Adjust(speed=2.0), Adjust(speed=0.5)])),
            st.tuples(st.sampled_from(["kill_upstream", "kill_output"])),
        ),
        max_size=25,
    )
)
def test_pauses_speeds_and_deaths_neither_lose_a_word_nor_say_it_twice(history):
    stages = TransportStages()
    stages.speak(LONG)
    for name, *arguments in history:
        go_on(stages, *arguments) if name == "go_on" else getattr(stages, name)(*arguments)
    stages.ask(Resume())
    stages.run_out()
    told = words_of(stages)
    assert sorted(set(told)) == WORDS
    if not any(name == "kill_output" for name, *_ in history):
        assert told == WORDS
