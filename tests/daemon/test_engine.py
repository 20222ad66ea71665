"""From a request to its end, with stages that do nothing: what is told, to whom, when, and how often."""

import logging
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.daemon_fakes import FakeHopReader, FakeLoop, FakePipeline, Listener, audio_chunk, default_settings, make_engine

from utterd.client.messages import Cancelled, ErrorCode, Failed, Finished, Speak, Started, Stop
from utterd.daemon.requests import Refusal
from utterd.daemon.supervisor import Problem
from utterd.daemon.utterance import Utterance
from utterd.stages.chunks import Dropped, Lane
from utterd.stages.commands import Prepare, Yield
from utterd.stages.position import Position
from utterd.stages.reports import (
    CutDone,
    DeviceChanged,
    GapFound,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    Report,
    SlotLost,
    UnitBuffered,
    UnitFailed,
    UnitPhonemized,
    UnitPlayed,
    UnitSynthesized,
)

TEXT = "The first sentence of two. The second sentence of two."
LATENCY_FRAMES = 24_000 * 3600
"""An hour: a timer that has not gone off has not gone off because of the latency."""


class Daemon:
    """An Engine, and clients that remember what they were told."""

    def __init__(self, *, queue_limit: int = 10) -> None:
        self.loop = FakeLoop()
        self.pipeline = FakePipeline(slots=100)
        self.reader = FakeHopReader()
        self.can_send = True
        pipeline: Any = self.pipeline
        reader: Any = self.reader
        loop: Any = self.loop
        settings_ = default_settings(queue_limit=queue_limit)
        self.troubles: list[str] = []
        self.engine, self.transport = make_engine(
            settings_, pipeline, reader, loop, lambda utterance: self.can_send, self.troubles.append
        )
        self.listeners: dict[int, Listener] = {}

    def speak(self, text: str = TEXT, *, owner: Any = "me", received_at_ns: int = 0, **fields: Any) -> Utterance:
        listener = Listener()
        number = self.engine.speak(Speak(text=text, **fields), listener, owner, received_at_ns)
        self.listeners[number] = listener
        utterance = self.engine.find(number)
        assert utterance is not None
        return utterance

    def render(self, **fields: Any) -> Utterance:
        return self.speak(destination="client", **fields)

    def report(self, *reports: Report) -> None:
        for report in reports:
            self.pipeline.on_report(report)  # type: ignore[attr-defined]

    def kinds(self, utterance: Utterance) -> list[str]:
        return self.listeners[utterance.id].kinds

    def last(self, utterance: Utterance) -> Any:
        return self.listeners[utterance.id].events[-1]

    def queue(self, lane: Lane = "live") -> list[int]:
        return [utterance.id for utterance in self.engine.queues[lane]]

    def sent(self, lane: Lane = "live") -> list[tuple[int, int]]:
        """(utterance, sequence) of the units fed since the last look."""
        chunks = self.pipeline.writers[lane].take_all()
        return [(chunk.header.utterance_id, chunk.header.sequence) for chunk in chunks]


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


def started(utterance: Utterance, *, latency_frames: int = 0, at_ns: int | None = None) -> PlaybackStarted:
    return PlaybackStarted(
        utterance_id=utterance.id,
        handed_at_ns=time.monotonic_ns() if at_ns is None else at_ns,
        latency_frames=latency_frames,
        audio_frames=0,
        trace={"received": 0},
    )


def played(utterance: Utterance, sequence: int, audio_frames: int = 24_000) -> UnitPlayed:
    return UnitPlayed(utterance_id=utterance.id, sequence=sequence, audio_frames=audio_frames)


def finished(utterance: Utterance, *, audio_frames: int = 48_000, underruns: int = 0) -> PlaybackFinished:
    return PlaybackFinished(utterance_id=utterance.id, audio_frames=audio_frames, underruns=underruns)


def unit_failed(utterance: Utterance, *, generation: int = 0, lane: Lane = "live") -> UnitFailed:
    return UnitFailed(
        stage="inference",
        lane=lane,
        generation=generation,
        utterance_id=utterance.id,
        sequence=0,
        code="synthesis_failed",
        message="the model produced samples that are not numbers",
    )


def synthesized(utterance: Utterance, sequence: int = 0, *, audio_ms: float = 100.0) -> UnitSynthesized:
    return UnitSynthesized(
        lane=utterance.speaking.lane, utterance_id=utterance.id, sequence=sequence, compute_ms=5.0, audio_ms=audio_ms
    )


# Acceptance


def test_an_accepted_utterance_is_fed_at_once_one_unit_first(daemon: Daemon) -> None:
    utterance = daemon.speak()
    assert daemon.sent() == [(utterance.id, 0)]
    daemon.report(synthesized(utterance))
    assert daemon.sent() == [(utterance.id, 1)]
    assert daemon.kinds(utterance) == []


def test_a_unit_without_sound_lets_the_rest_go_on_too(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.sent()
    daemon.report(synthesized(utterance, audio_ms=0.0))
    assert daemon.sent() == [(utterance.id, 1)]
    assert daemon.engine.metrics.summary()["rtf"] is None


def test_the_news_that_a_unit_is_buffered_lets_the_rest_go_on_too(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.sent()
    daemon.report(UnitBuffered(utterance_id=utterance.id, sequence=0))
    assert daemon.sent() == [(utterance.id, 1)]


def test_ids_are_never_used_again(daemon: Daemon) -> None:
    first = daemon.speak()
    daemon.engine.stop(Stop(), "me")
    assert daemon.speak().id > first.id


def test_the_device_is_prepared_for_an_utterance_that_need_not_wait(daemon: Daemon) -> None:
    daemon.speak()
    daemon.speak()
    assert daemon.pipeline.sent == [("output", Prepare())]
    daemon.speak(placement="now")
    assert daemon.pipeline.sent == [("output", Prepare())] * 2


def test_a_rendering_makes_way_for_live_speech(daemon: Daemon) -> None:
    daemon.render()
    assert daemon.pipeline.sent == []
    daemon.speak()
    assert ("inference", Yield()) in daemon.pipeline.sent


def test_a_bad_request_changes_nothing(daemon: Daemon) -> None:
    with pytest.raises(Refusal):
        daemon.speak("")
    assert daemon.queue() == []
    assert daemon.sent() == []


def test_a_full_queue_refuses_with_its_length() -> None:
    daemon = Daemon(queue_limit=2)
    for _ in range(3):
        daemon.speak()
    with pytest.raises(
        Refusal, match=r"^2 utterances wait already \(queue.limit\); stop some, or try again"
    ) as refused:
        daemon.speak()
    assert refused.value.code is ErrorCode.QUEUE_FULL
    assert len(daemon.queue()) == 3


def test_a_full_queue_can_be_interrupted() -> None:
    daemon = Daemon(queue_limit=2)
    first, second = daemon.speak(), daemon.speak()
    third = daemon.speak(placement="now")
    assert daemon.queue() == [third.id, second.id]
    assert daemon.kinds(first) == ["Cancelled"]


# Places in the queue


def test_append_next_and_now(daemon: Daemon) -> None:
    first, second = daemon.speak(), daemon.speak()
    third = daemon.speak(placement="next")
    assert daemon.queue() == [first.id, third.id, second.id]
    fourth = daemon.speak(placement="now")
    assert daemon.queue() == [fourth.id, third.id, second.id]
    assert daemon.last(first) == Cancelled(
        utterance=first.id, t_ms=daemon.last(first).t_ms, audio_ms=0.0, reason="interrupted"
    )


def test_an_interruption_is_cut_before_it_is_told(daemon: Daemon) -> None:
    first = daemon.speak()
    told: list[int] = []
    first.listener = lambda event: told.append(len(daemon.pipeline.cuts))
    daemon.speak(placement="now").listener = first.listener
    daemon.engine.stop(Stop(), "me")
    assert told == [1, 2]


def test_lanes_have_queues_of_their_own(daemon: Daemon) -> None:
    live, render = daemon.speak(), daemon.render()
    daemon.speak(placement="now")
    assert daemon.kinds(live) == ["Cancelled"]
    assert daemon.kinds(render) == []
    assert daemon.queue("render") == [render.id]


# Started


def test_started_is_told_only_when_it_is_heard(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.report(started(utterance, latency_frames=LATENCY_FRAMES))
    assert daemon.kinds(utterance) == []
    (timer,) = daemon.loop.waiting
    assert 3590 < timer.delay_s <= 3600
    daemon.loop.fire_all()
    assert daemon.kinds(utterance) == ["Started"]


def test_started_says_when_it_was_handed_and_when_it_is_heard(daemon: Daemon) -> None:
    utterance = daemon.speak(received_at_ns=1_000_000)
    daemon.report(started(utterance, at_ns=11_000_000, latency_frames=240))
    daemon.loop.fire_all()
    assert daemon.last(utterance) == Started(utterance=utterance.id, t_ms=20.0, audio_ms=0.0, handed_ms=10.0)


def test_started_is_told_once_however_often_output_begins(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.report(started(utterance), started(utterance))
    daemon.loop.fire_all()
    daemon.report(started(utterance))
    daemon.loop.fire_all()
    assert daemon.kinds(utterance) == ["Started"]


def test_finished_comes_after_started_even_if_the_timer_is_late(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.report(started(utterance, latency_frames=LATENCY_FRAMES), finished(utterance))
    assert daemon.kinds(utterance) == ["Started", "Finished"]
    assert daemon.loop.waiting == []


def test_what_was_stopped_before_it_was_heard_never_starts(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.report(started(utterance, latency_frames=LATENCY_FRAMES))
    daemon.engine.stop(Stop(), "me")
    daemon.loop.fire_all()
    assert daemon.kinds(utterance) == ["Cancelled"]


def test_what_is_put_behind_another_one_before_it_was_heard_starts_later(daemon: Daemon) -> None:
    first, second = daemon.speak(), daemon.speak()
    daemon.report(synthesized(first), started(second, latency_frames=LATENCY_FRAMES), played(second, 0))
    daemon.speak(placement="next")
    daemon.loop.fire_all()
    assert daemon.kinds(second) == []
    assert second.audio_frames == 0


# Finished


def test_finished_carries_the_clock_the_underruns_and_the_drops(daemon: Daemon) -> None:
    utterance = daemon.speak()
    drop = Dropped(char_start=3, char_end=4, reason="symbol without a spoken form")
    daemon.report(
        UnitPhonemized(lane="live", utterance_id=utterance.id, sequence=0, dropped=(drop,), is_silent=False),
        started(utterance),
        finished(utterance, audio_frames=48_000, underruns=2),
    )
    event = daemon.last(utterance)
    assert isinstance(event, Finished)
    assert (event.audio_ms, event.underruns) == (2000.0, 2)
    assert event.dropped == [{"char_start": 3, "char_end": 4, "reason": "symbol without a spoken form"}]
    assert daemon.queue() == []
    assert daemon.engine.metrics.underruns == 2


def test_a_text_that_makes_no_sound_finishes_without_having_started(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.report(finished(utterance, audio_frames=0))
    assert daemon.kinds(utterance) == ["Finished"]


def test_the_next_one_is_fed_when_one_has_finished(daemon: Daemon) -> None:
    first, second = daemon.speak(), daemon.speak("Short.")
    daemon.report(synthesized(first), played(first, 1), finished(first))
    assert daemon.sent() == [(first.id, 0), (first.id, 1), (second.id, 0)]
    assert daemon.pipeline.cuts == []


def test_a_report_about_an_utterance_that_is_over_is_of_no_account(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.engine.stop(Stop(), "me")
    daemon.report(started(utterance), played(utterance, 0), finished(utterance), unit_failed(utterance))
    daemon.loop.fire_all()
    assert daemon.kinds(utterance) == ["Cancelled"]


# Stop


def test_stop_silences_the_one_that_is_spoken(daemon: Daemon) -> None:
    first, second = daemon.speak(), daemon.speak()
    daemon.report(started(first), played(first, 0, 12_000))
    assert daemon.engine.stop(Stop(), "me") == [first.id]
    assert daemon.last(first).reason == "stopped"
    assert daemon.last(first).audio_ms == 500.0
    assert daemon.kinds(second) == []
    assert [cut.generation for cut in daemon.pipeline.cuts] == [1]


def test_stop_of_one_leaves_the_others(daemon: Daemon) -> None:
    first, second, third = daemon.speak(), daemon.speak(), daemon.speak()
    assert daemon.engine.stop(Stop(utterance=second.id), "me") == [second.id]
    assert daemon.queue() == [first.id, third.id]
    assert daemon.pipeline.cuts == []  # it was not begun


def test_stop_of_everything_stops_renderings_too(daemon: Daemon) -> None:
    live, render = daemon.speak(), daemon.render()
    assert daemon.engine.stop(Stop(all=True), "me") == [live.id, render.id]
    assert daemon.queue() == daemon.queue("render") == []
    assert {cut.lane for cut in daemon.pipeline.cuts} == {"live", "render"}


def test_stop_when_nothing_is_spoken_stops_nothing(daemon: Daemon) -> None:
    render = daemon.render()
    assert daemon.engine.stop(Stop(), "me") == []
    assert daemon.queue("render") == [render.id]


def test_stop_of_an_unknown_one_is_refused(daemon: Daemon) -> None:
    daemon.speak()
    with pytest.raises(Refusal, match=r"^utterance 99 is neither being spoken nor waiting") as refused:
        daemon.engine.stop(Stop(utterance=99), "me")
    assert refused.value.code is ErrorCode.UNKNOWN_UTTERANCE


# Clients that go away


def test_a_client_that_goes_leaves_its_speech_unless_it_said_otherwise(daemon: Daemon) -> None:
    first, second, other = daemon.speak(), daemon.speak(on_disconnect="stop"), daemon.speak(owner="other")
    daemon.engine.disconnected("me")
    assert daemon.queue() == [first.id, other.id]
    daemon.report(started(first), finished(first), started(other), finished(other))
    assert daemon.kinds(first) == daemon.kinds(second) == []  # nobody is there to be told
    assert daemon.kinds(other) == ["Started", "Finished"]


def test_a_rendering_ends_with_its_client(daemon: Daemon) -> None:
    daemon.render()
    daemon.engine.disconnected("me")
    assert daemon.queue("render") == []


def test_the_ring_is_emptied_when_a_client_that_did_not_read_goes(daemon: Daemon) -> None:
    utterance = daemon.render()
    daemon.can_send = False
    arrivals = daemon.reader.announce(*(audio_chunk(utterance.id, 0, ends_unit=False) for _ in range(3)))
    daemon.engine.rendering.receive()
    daemon.engine.disconnected("me")
    assert [arrival.releases for arrival in arrivals] == [1, 1, 1]


def test_the_end_of_the_daemon_is_told_to_everybody(daemon: Daemon) -> None:
    live, waiting, render = daemon.speak(), daemon.speak(), daemon.render()
    daemon.engine.close()
    assert [daemon.last(utterance).reason for utterance in (live, waiting, render)] == ["shutting_down"] * 3
    assert {cut.lane for cut in daemon.pipeline.cuts} == {"live", "render"}


# Failures


def test_a_unit_that_failed_fails_its_utterance_and_the_next_one_speaks(daemon: Daemon) -> None:
    first, second = daemon.speak(), daemon.speak()
    daemon.sent()
    daemon.report(unit_failed(first))
    event = daemon.last(first)
    assert isinstance(event, Failed)
    assert (event.code, event.message) == ("synthesis_failed", "the model produced samples that are not numbers")
    assert daemon.sent() == [(second.id, 0)]


def test_a_failure_from_before_a_rewind_is_awaited_again(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.pipeline.lanes["live"].rewind("a test")
    daemon.report(unit_failed(utterance, generation=0))
    assert daemon.kinds(utterance) == []
    daemon.report(unit_failed(utterance, generation=1))
    assert daemon.kinds(utterance) == ["Failed"]


def test_a_unit_that_killed_a_stage_twice_fails_its_utterance(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.pipeline.on_unit_blamed(utterance.id, "inference")  # type: ignore[attr-defined]
    assert daemon.last(utterance).code == ErrorCode.STAGE_CRASHED
    assert daemon.last(utterance).message == (
        "the inference stage died twice over the same piece of this text; the log says how"
    )


def test_an_unusable_stage_fails_all_that_needs_it(daemon: Daemon) -> None:
    live, render = daemon.speak(), daemon.render()
    problem = Problem(code="device_unusable", message="no device can be opened")
    daemon.pipeline.supervisor.records["output"].problem = problem
    daemon.pipeline.on_unusable("output")  # type: ignore[attr-defined]
    assert daemon.last(live).message == "no device can be opened"
    assert daemon.kinds(render) == []
    assert daemon.troubles == ["no device can be opened"]
    daemon.pipeline.supervisor.records["inference"].problem = Problem(code="model_unusable", message="no model")
    daemon.pipeline.on_unusable("inference")  # type: ignore[attr-defined]
    assert daemon.last(render).code == "model_unusable"


def test_a_thousand_that_cannot_be_spoken_fail_with_one_cut() -> None:
    daemon = Daemon(queue_limit=1000)
    for _ in range(1000):
        daemon.speak("Short.")
    daemon.pipeline.supervisor.records["g2p"].problem = Problem(code="stage_crashed", message="g2p died")
    daemon.pipeline.on_unusable("g2p")  # type: ignore[attr-defined]
    assert all(listener.kinds == ["Failed"] for listener in daemon.listeners.values())
    assert len(daemon.pipeline.cuts) == 1


def test_a_wish_to_speak_revives_what_was_given_up(daemon: Daemon) -> None:
    daemon.speak()
    assert daemon.pipeline.revivals == 0
    daemon.pipeline.problems["live"] = Problem(code="stage_crashed", message="it died")
    daemon.speak()
    assert daemon.pipeline.revivals == 1


# The output stage dies


def position(utterance: Utterance, sequence: int, frame: int, clock_frames: int) -> Position:
    return Position(
        utterance_id=utterance.id, sequence=sequence, frame=frame, clock_frames=clock_frames, is_working=True
    )


def lose_output(daemon: Daemon, place: Position | None) -> None:
    daemon.sent()
    daemon.pipeline.on_output_lost(place)  # type: ignore[attr-defined]
    daemon.pipeline.lanes["live"].output_started()


def test_speech_goes_on_at_the_frame_where_output_died(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.report(synthesized(utterance), started(utterance), played(utterance, 0, 10_000))
    daemon.loop.fire_all()
    lose_output(daemon, position(utterance, 1, 700, 10_700))
    (chunk,) = daemon.pipeline.writers["live"].take_all()
    assert (chunk.header.sequence, chunk.first_frame) == (1, 700)
    daemon.report(started(utterance), played(utterance, 1, 300), finished(utterance, audio_frames=300))
    assert daemon.kinds(utterance) == ["Started", "Finished"]
    assert daemon.last(utterance).audio_ms == 11_000 / 24


def test_what_died_on_its_way_through_the_device_has_not_started(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.report(started(utterance, latency_frames=LATENCY_FRAMES))
    lose_output(daemon, None)
    daemon.loop.fire_all()
    assert daemon.kinds(utterance) == []
    daemon.report(started(utterance))
    daemon.loop.fire_all()
    assert daemon.kinds(utterance) == ["Started"]


def test_the_clock_adds_up_over_many_deaths(daemon: Daemon) -> None:
    utterance = daemon.speak()
    for frame in (100, 200, 300):
        lose_output(daemon, position(utterance, 0, frame, 100))
    daemon.report(finished(utterance, audio_frames=100))
    assert daemon.last(utterance).audio_ms == 400 / 24


def test_output_that_died_before_it_played_anything_costs_nothing(daemon: Daemon) -> None:
    utterance = daemon.speak()
    lose_output(daemon, None)
    (chunk,) = daemon.pipeline.writers["live"].take_all()
    assert (chunk.header.sequence, chunk.first_frame) == (0, 0)
    assert daemon.kinds(utterance) == []


def test_an_utterance_played_to_its_end_is_finished_by_the_death_of_output(daemon: Daemon) -> None:
    first, second = daemon.speak(), daemon.speak()
    daemon.report(synthesized(first), started(first), played(first, 0), played(first, 1, 48_000))
    lose_output(daemon, position(first, 1, 24_000, 48_000))
    assert daemon.kinds(first) == ["Started", "Finished"]
    assert daemon.last(first).audio_ms == 2000.0
    assert daemon.queue() == [second.id]


def test_the_place_of_one_that_begins_anew_is_of_no_account(daemon: Daemon) -> None:
    first, second = daemon.speak("Short."), daemon.speak()
    daemon.report(synthesized(first), synthesized(second))
    third = daemon.speak(placement="next")  # output does not know yet
    lose_output(daemon, position(second, 0, 700, 700))
    assert daemon.pipeline.lanes["live"].find(second.id).place == (0, 0)  # type: ignore[union-attr]
    assert daemon.queue() == [first.id, third.id, second.id]


# Figures


def test_only_an_utterance_that_did_not_wait_measures_the_first_audio(daemon: Daemon) -> None:
    first, second = daemon.speak(received_at_ns=0), daemon.speak(received_at_ns=0)
    daemon.report(started(first, at_ns=40_000_000), started(second, at_ns=5_000_000_000))
    assert daemon.engine.metrics.summary()["first_audio_ms"] == {"count": 1, "p50": 40, "p95": 40, "p99": 40, "max": 40}
    assert daemon.engine.trace_of_last == {"received": 0}


def test_a_restarted_output_measures_no_second_first_audio(daemon: Daemon) -> None:
    utterance = daemon.speak()
    daemon.report(started(utterance))
    daemon.loop.fire_all()
    lose_output(daemon, None)
    daemon.report(started(utterance))
    assert daemon.engine.metrics.summary()["first_audio_ms"]["count"] == 1


def test_the_device_last_heard_of_is_kept(daemon: Daemon) -> None:
    changed = DeviceChanged(name="null", state="started", latency_ms=50.0)
    daemon.report(changed)
    assert daemon.engine.device == changed


def test_no_log_line_holds_the_text(daemon: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    first, second = daemon.speak("Zanzibar."), daemon.speak("Zanzibar.")
    daemon.report(started(first), finished(first), unit_failed(second))
    daemon.speak("Zanzibar.")
    daemon.engine.close()
    assert len(caplog.records) >= 6
    assert "Zanzibar" not in caplog.text


# Any order


NUMBERS, UNITS, FRAMES = st.integers(1, 4), st.integers(0, 2), st.integers(0, 50_000)
ANY_LANE = st.sampled_from(["live", "render"])
A_UNIT = {"utterance_id": NUMBERS, "sequence": UNITS}
WORDS = st.just("a test")
NO_DROPS, NO_TRACE, MILLISECONDS = st.just(()), st.just({}), st.just(9.0)

ANY_REPORT: st.SearchStrategy[Report] = st.one_of(
    st.builds(UnitPhonemized, lane=ANY_LANE, **A_UNIT, dropped=NO_DROPS, is_silent=st.booleans()),
    st.builds(UnitSynthesized, lane=ANY_LANE, **A_UNIT, compute_ms=MILLISECONDS, audio_ms=MILLISECONDS),
    st.builds(UnitBuffered, **A_UNIT),
    st.builds(UnitPlayed, **A_UNIT, audio_frames=FRAMES),
    st.builds(
        PlaybackStarted,
        utterance_id=NUMBERS,
        handed_at_ns=FRAMES,
        latency_frames=FRAMES,
        audio_frames=FRAMES,
        trace=NO_TRACE,
    ),
    st.builds(PlaybackFinished, utterance_id=NUMBERS, audio_frames=FRAMES, underruns=UNITS),
    st.builds(PlaybackCut, utterance_id=NUMBERS, audio_frames=FRAMES),
    st.builds(CutDone, generation=UNITS),
    st.builds(GapFound, **A_UNIT, reason=WORDS),
    st.builds(SlotLost, stage=WORDS, lane=ANY_LANE, reason=WORDS),
    st.builds(UnitFailed, stage=WORDS, lane=ANY_LANE, generation=UNITS, **A_UNIT, code=WORDS, message=WORDS),
)
STEPS = st.one_of(
    ANY_REPORT,
    ANY_REPORT,
    ANY_REPORT,
    st.sampled_from(
        ["append", "next", "now", "render", "stop", "stop all", "gone", "timers", "lost", "lost somewhere"]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_whatever_is_reported_every_utterance_ends_once_and_never_before_it_started(steps: list[Any]) -> None:
    daemon = Daemon()
    daemon.speak()
    for step in steps:
        match step:
            case "append" | "next" | "now":
                daemon.speak(placement=step)
            case "render":
                daemon.render()
            case "stop":
                daemon.engine.stop(Stop(), "me")
            case "stop all":
                daemon.engine.stop(Stop(all=True), "me")
            case "gone":
                daemon.engine.disconnected("somebody")
            case "timers":
                daemon.loop.fire_all()
            case "lost":
                daemon.pipeline.on_output_lost(None)  # type: ignore[attr-defined]
            case "lost somewhere":
                place = Position(utterance_id=2, sequence=1, frame=5, clock_frames=99, is_working=True)
                daemon.pipeline.on_output_lost(place)  # type: ignore[attr-defined]
            case report:
                daemon.report(report)
    daemon.engine.close()
    daemon.loop.fire_all()
    for listener in daemon.listeners.values():
        assert listener.kinds[-1] in ("Finished", "Cancelled", "Failed")
        assert listener.kinds[:-1] in ([], ["Started"])
