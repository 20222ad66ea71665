"""A real worker process: its stage is tiny and does as each text says (rig/tiny_stage.py)."""

import os
import signal
from collections.abc import Iterator

import pytest
from rig import tiny_stage
from rig.hops import HANG_GUARD_MS, SLOTS
from rig.stage_child import StageChild
from rig.texts import text_chunk

from utterd.stages.commands import BeginEpoch, Cut, Prepare, Shutdown, Yield
from utterd.stages.memory import attach_shared_memory
from utterd.stages.position import Position
from utterd.stages.reports import Ready, SlotLost, UnitFailed, UnitPhonemized, Unusable
from utterd.stages.ring import ring_size_bytes
from utterd.stages.worker import report_unusable


@pytest.fixture
def child() -> Iterator[StageChild]:
    with StageChild(
        tiny_stage.__file__,
        inputs={"live": "text.live", "render": "text.render"},
        outputs={"live": "phonemes.live", "render": "phonemes.render"},
    ) as child:
        assert child.expect(Ready).pid == child.pid
        yield child


def begun(child: StageChild) -> tuple[str, int]:
    """Lane and utterance of the next unit that is begun."""
    report = child.expect(UnitPhonemized)
    assert not report.is_silent
    return report.lane, report.utterance_id


def wait_for_pause(child: StageChild) -> None:
    """Until the unit that was begun waits for an interrupt."""
    assert child.expect(UnitPhonemized).is_silent


def send(child: StageChild, *chunks) -> None:
    for chunk in chunks:
        writer = child.writers[chunk.speaking.lane]
        writer.collect_credit()
        assert writer.try_send(chunk)


def connect(child: StageChild) -> None:
    """Have had something from both lanes: what is sent from now on arrives in the order of sending."""
    for lane in ("live", "render"):
        send(child, text_chunk("make 1", lane=lane, utterance=99))
        child.receive(lane, 1)
        begun(child)


def interrupt(child: StageChild) -> None:
    """Have render work yield to a live unit."""
    child.command(Yield())
    send(child, text_chunk("make 0", utterance=98, generation=9))
    assert begun(child) == ("live", 98)


def numbers(chunks) -> list[tuple[int, int]]:
    return [(chunk.header.sequence, chunk.first_frame) for chunk in chunks]


# The flow


def test_chunks_leave_in_the_order_of_those_they_are_made_from(child):
    send(child, *(text_chunk(f"make {n}", sequence=n) for n in range(5)))
    assert numbers(child.receive("live", 10)) == [(n, i) for n in range(5) for i in range(n)]


def test_live_work_goes_before_render_work(child):
    connect(child)
    send(child, text_chunk("hang"))
    assert begun(child) == ("live", 1)
    send(child, *(text_chunk("make 1", lane="render", utterance=2, sequence=n) for n in range(3)))
    send(child, *(text_chunk("make 1", utterance=3, generation=1, sequence=n) for n in range(3)))
    child.command(Cut(lane="live", generation=1))
    order = [begun(child) for _ in range(6)]
    assert order == [("live", 3)] * 3 + [("render", 2)] * 3


def test_a_full_ring_holds_up_its_own_lane_only(child):
    send(child, text_chunk("make 30", lane="render"))
    begun(child)
    assert child.readers["render"].socket.poll(HANG_GUARD_MS)
    send(child, text_chunk("make 3", utterance=2))
    assert numbers(child.receive("live", 3)) == [(0, 0), (0, 1), (0, 2)]
    child.expect_beat(busy=False)  # it waits, it does not spin
    assert numbers(child.receive("render", 30)) == [(0, i) for i in range(30)]


def test_more_work_than_the_ring_holds_is_taken_as_room_comes_back(child):
    sent = 0
    for n in range(3 * SLOTS):
        while not child.writers["live"].try_send(text_chunk("make 1", sequence=n)):
            assert child.writers["live"].socket.poll(HANG_GUARD_MS)
            child.writers["live"].collect_credit()
        sent += 1
        assert numbers(child.receive("live", 1)) == [(n, 0)]
    assert sent == 3 * SLOTS


# Rest


def test_a_worker_without_work_rests_for_as_long_as_it_is_told_and_works_again():
    with StageChild(
        tiny_stage.__file__,
        "restless",
        inputs={"live": "text.live", "render": "text.render"},
        outputs={"live": "phonemes.live", "render": "phonemes.render"},
    ) as child:
        rests = [child.expect(UnitPhonemized) for _ in range(tiny_stage.RESTS)]
        assert {rest.utterance_id for rest in rests} == {tiny_stage.RESTING}
        send(child, text_chunk("make 1", utterance=2))
        assert numbers(child.receive("live", 1)) == [(0, 0)]
        while child.expect(UnitPhonemized).utterance_id == tiny_stage.RESTING:
            pass
        assert child.expect(UnitPhonemized).utterance_id == tiny_stage.RESTING, "and rests again"


# Cuts and interruptions


def test_a_cut_drops_old_work_at_once_and_unseen(child):
    send(child, text_chunk("hang"), *(text_chunk("make 1", sequence=n) for n in range(1, 5)))
    begun(child)
    child.command(Cut(lane="live", generation=1))
    send(child, text_chunk("make 1", utterance=2, generation=1))
    assert begun(child) == ("live", 2)
    (chunk,) = child.receive("live", 1)
    assert chunk.header.utterance_id == 2


def test_work_that_was_cut_is_never_begun_again(child):
    """The reason is in the inbox before the work is interrupted. Many times, since this is a matter of microseconds."""
    for generation in range(50):
        send(child, text_chunk("hang", utterance=generation, generation=generation))
        assert begun(child) == ("live", generation)
        child.command(Cut(lane="live", generation=generation + 1))


def test_a_cut_of_one_lane_leaves_the_other_alone(child):
    connect(child)
    send(child, text_chunk("pause 4", lane="render"))
    begun(child)
    wait_for_pause(child)
    child.command(Cut(lane="live", generation=5))
    child.command(Prepare())  # no concern of this stage
    child.expect_beat(busy=True)
    interrupt(child)
    assert begun(child) == ("render", 1)
    assert numbers(child.receive("render", 4)) == [(0, n) for n in range(4)]


def test_chunks_of_an_older_generation_are_not_begun(child):
    send(child, text_chunk("make 1", generation=3), text_chunk("make 1", utterance=2, generation=2))
    send(child, text_chunk("make 1", utterance=3, generation=3))
    assert [begun(child), begun(child)] == [("live", 1), ("live", 3)]


def test_an_interrupted_unit_is_taken_up_where_it_was(child):
    send(child, text_chunk("pause 5", lane="render"))
    begun(child)
    wait_for_pause(child)
    assert numbers(child.receive("render", 2)) == [(0, 0), (0, 1)]
    interrupt(child)
    assert begun(child) == ("render", 1)
    assert numbers(child.receive("render", 3)) == [(0, 2), (0, 3), (0, 4)]


def test_render_work_that_yields_waits_for_the_live_work_that_was_announced(child):
    connect(child)
    send(child, text_chunk("hang", lane="render", utterance=2))
    begun(child)
    child.command(Yield())
    child.expect_beat(busy=False)
    send(child, text_chunk("make 1", utterance=3))
    assert [begun(child), begun(child)] == [("live", 3), ("render", 2)]


def test_render_work_does_not_wait_for_ever_for_live_work_that_never_comes(child):
    send(child, text_chunk("pause 3", lane="render"))
    begun(child)
    wait_for_pause(child)
    child.command(Yield())
    assert numbers(child.receive("render", 3)) == [(0, 0), (0, 1), (0, 2)]


def test_live_work_does_not_yield(child):
    send(child, text_chunk("hang"))
    begun(child)
    child.command(Yield())
    child.expect_beat(busy=True)
    child.command(Cut(lane="live", generation=1))
    child.expect_beat(busy=False)
    assert len([report for report in child.reports if isinstance(report, UnitPhonemized)]) == 1


# Failures


def test_a_chunk_that_fails_costs_only_itself(child):
    send(child, text_chunk("fail", utterance=7, sequence=2), text_chunk("make 1", utterance=8))
    assert child.expect(UnitFailed) == UnitFailed(
        stage="stage",
        lane="live",
        generation=0,
        utterance_id=7,
        sequence=2,
        code="synthesis_failed",
        message="this piece cannot be read",
    )
    assert child.receive("live", 1)[0].header.utterance_id == 8


def test_an_exception_no_one_foresaw_costs_only_its_unit_and_leaks_no_text(child):
    send(child, text_chunk("stumble over my secret"), text_chunk("make 1", sequence=1))
    failure = child.expect(UnitFailed)
    assert failure.message == "stage failed on a piece of the text (ValueError); the log says where"
    assert numbers(child.receive("live", 1)) == [(1, 0)]
    assert "tiny_stage.py" in child.log()
    assert "secret" not in child.log()


def test_a_damaged_slot_is_reported_and_skipped(child):
    send(child, text_chunk("hang"))
    begun(child)
    send(child, text_chunk("make 1", generation=1), text_chunk("make 1", generation=1, sequence=1))
    hop = child.spec.inputs["live"]
    slot_bytes = ring_size_bytes(1, hop.slot_bytes)
    attach_shared_memory(hop.descriptor, hop.size_bytes)[slot_bytes + 50] ^= 1  # a body byte of chunk 1
    child.command(Cut(lane="live", generation=1))
    assert child.expect(SlotLost, UnitPhonemized) == SlotLost(
        stage="text.live", lane="live", reason="checksum of chunk 1 is wrong"
    )
    assert numbers(child.receive("live", 1)) == [(1, 0)]
    while child.writers["live"].in_flight:
        assert child.writers["live"].socket.poll(HANG_GUARD_MS), "its slot did not come back"
        child.writers["live"].collect_credit()


# Life and death


def test_the_unit_in_hand_is_left_word_of_in_case_it_kills(child):
    send(child, text_chunk("make 1", utterance=6))
    child.receive("live", 1)
    send(child, text_chunk("die", utterance=7, sequence=3))
    assert child.wait() == 3
    assert child.position.read() == Position(utterance_id=7, sequence=3, is_working=True)


def test_a_worker_killed_without_work_is_blamed_on_nothing(child):
    send(child, text_chunk("make 1"))
    child.receive("live", 1)
    child.expect_beat(busy=False)
    child.process.kill()
    child.wait()
    assert not child.position.read().is_working


def test_heartbeats_tell_how_long_the_main_thread_has_been_at_one_thing(child):
    assert child.expect_beat(busy=False).pid == child.pid
    send(child, text_chunk("hang"))
    begun(child)
    first = child.expect_beat(busy=True)
    second = child.expect_beat(busy=True)
    assert 0 < first.busy_ms < second.busy_ms


@pytest.mark.parametrize("work", ["make 1", "hang"])
def test_a_worker_whose_daemon_is_gone_exits(child, work):
    send(child, text_chunk(work))
    begun(child)
    child.hang_up()
    assert child.wait() == 0


@pytest.mark.parametrize("work", ["make 1", "hang"])
def test_a_worker_that_is_told_to_exits(child, work):
    send(child, text_chunk(work))
    begun(child)
    child.command(Shutdown())
    assert child.wait() == 0


def test_control_c_is_the_daemons_business_and_sigterm_is_not(child):
    os.kill(child.pid, signal.SIGINT)
    send(child, text_chunk("make 1"))
    child.receive("live", 1)
    os.kill(child.pid, signal.SIGTERM)
    assert child.wait() == 0


def test_a_new_neighbour_is_told_again_of_what_the_old_one_left(child):
    send(child, text_chunk("make 3"))
    assert child.readers["live"].socket.poll(HANG_GUARD_MS)
    child.close_reader("live")
    child.open_reader("live", epoch=2)
    child.command(BeginEpoch(hop="phonemes.live", epoch=2))
    assert numbers(child.receive("live", 3)) == [(0, 0), (0, 1), (0, 2)]


def test_a_stage_that_cannot_work_says_so_and_why(child):
    report_unusable(child.spec, "model_unusable", "there is no model")
    assert child.expect(Unusable) == Unusable(
        stage="stage", pid=os.getpid(), code="model_unusable", message="there is no model"
    )
