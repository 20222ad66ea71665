"""The Engine over toy stages, in any order of steps, deaths and wishes: no frame lost, none twice, one end for each."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rig.fake_stages import FakeStages, Spoken

from utterd.client.messages import Stop

TEXTS = [
    "Short.",
    "Two of them here. And the second of the two is longer than the first of them was, as you may hear.",
    "A long one begins. " + "It goes on and on with many words, in a sentence that has no end in sight. " * 3,
]
STEPS = ["tell_upstream", "work", "tell_output", "receive", "play", "be_heard", "report"]

steps = st.tuples(st.sampled_from(STEPS), st.integers(1, 12))
flows = st.tuples(st.just("flow"), st.sampled_from(STEPS), st.integers(1, 12))
wishes = st.one_of(
    st.tuples(st.just("speak"), st.sampled_from(TEXTS), st.sampled_from(["append", "append", "next", "now"])),
    st.tuples(st.just("stop"), st.sampled_from([Stop(), Stop(all=True), *(Stop(utterance=n) for n in (1, 2, 3))])),
)
faults = st.tuples(st.sampled_from(["kill_upstream", "kill_output", "fail", "damage"]))
histories = st.lists(st.one_of(flows, steps, wishes, faults), min_size=5, max_size=50)


def take(stages: FakeStages, history: list[tuple]) -> None:
    for name, *arguments in history:
        if name == "fail":
            stages.failing += 1
        elif name == "flow":  # everything moves but one part
            for step in [step for step in STEPS if step != arguments[0]] * arguments[1]:
                getattr(stages, step)()
        elif name in STEPS:
            for _ in range(arguments[0]):
                getattr(stages, name)()
        else:
            getattr(stages, name)(*arguments)


def stretches_joined(spoken: Spoken) -> int:
    """How far its sound came, in frames; it must have come there without a gap and without a repetition."""
    place = 0
    for start, end in spoken.heard:
        assert start == place, f"{start} follows {place}"
        place = end
    return place


@settings(max_examples=300, deadline=None)
@given(histories)
def test_every_utterance_ends_once_and_is_heard_without_gap_or_repetition(history) -> None:
    stages = FakeStages()
    stages.speak(TEXTS[2], "append")
    take(stages, history)
    stages.run_out()
    for spoken in stages.spoken.values():
        kinds = spoken.listener.kinds
        assert kinds[-1] in ("Finished", "Cancelled", "Failed")
        assert kinds[:-1] in ([], ["Started"])
        if kinds[-1] == "Finished":
            assert kinds[:-1] == ["Started"]
            assert stretches_joined(spoken) == spoken.frames
            assert spoken.listener.events[-1].audio_ms == spoken.frames / 24


@settings(max_examples=100, deadline=None)
@given(histories)
def test_no_utterance_is_heard_before_the_one_in_front_of_it_has_ended(history) -> None:
    stages = FakeStages()
    take(stages, [step for step in history if step[0] not in ("kill_output", "fail")])
    stages.run_out()
    for identity in stages.spoken:
        places = [place for place, heard in enumerate(stages.order_heard) if heard == identity]
        assert not places or places == list(range(places[0], places[-1] + 1))


def test_a_first_unit_that_is_being_played_survives_the_death_of_what_is_behind_it() -> None:
    stages = FakeStages()
    stages.speak(TEXTS[2], "append")
    take(stages, [("tell_output", 2), ("work", 2), ("receive", 1), ("play", 2), ("kill_upstream",)])
    stages.run_out()
    assert stretches_joined(stages.spoken[1]) == stages.spoken[1].frames


def test_an_utterance_whose_turn_was_taken_is_still_spoken_when_it_comes_again() -> None:
    stages = FakeStages()
    stages.speak(TEXTS[0], "append")
    stages.speak(TEXTS[0], "append")
    take(stages, [("tell_output", 2), ("work", 4), ("receive", 2), ("play", 1)])  # the second is buffered too
    stages.speak(TEXTS[0], "next")
    stages.run_out()
    assert [spoken.listener.kinds for spoken in stages.spoken.values()] == [["Started", "Finished"]] * 3
    assert list(dict.fromkeys(stages.order_heard)) == [1, 3, 2]


def test_a_damaged_slot_in_the_middle_is_fed_again() -> None:
    stages = FakeStages()
    stages.speak(TEXTS[2], "append")
    take(stages, [("tell_output", 2), ("flow", "be_heard", 5), ("work", 3), ("damage",)])
    stages.run_out()
    assert stretches_joined(stages.spoken[1]) == stages.spoken[1].frames


def test_a_chunk_that_never_arrives_is_asked_for() -> None:
    stages = FakeStages()
    stages.speak(TEXTS[2], "append")
    take(stages, [("tell_output", 2), ("flow", "be_heard", 5), ("work", 3), ("lose",)])
    stages.run_out()
    assert stretches_joined(stages.spoken[1]) == stages.spoken[1].frames


def test_news_from_before_a_rewind_does_not_leave_the_rest_unsaid() -> None:
    stages = FakeStages()
    stages.speak(TEXTS[2], "append")
    take(stages, [("tell_output", 2), ("work", 2), ("receive", 2), ("report", 1), ("flow", "report", 4)])
    stages.kill_upstream()
    take(stages, [("report", 20)])
    stages.run_out()
    assert stretches_joined(stages.spoken[1]) == stages.spoken[1].frames


def test_one_that_was_handed_to_the_device_unheard_begins_anew_behind_the_one_put_in_front() -> None:
    stages = FakeStages()
    for _ in range(2):
        stages.speak(TEXTS[0], "append")
    take(stages, [("flow", "be_heard", 8)])  # both are in the device's buffer, and neither has ended
    stages.speak(TEXTS[0], "next")
    stages.run_out()
    assert [spoken.listener.kinds for spoken in stages.spoken.values()] == [["Started", "Finished"]] * 3
    assert list(dict.fromkeys(stages.order_heard)) == [1, 3, 2]
