"""Events wait for their sound: told in order when it is heard, and not at all if it is not."""

import time

from rig.daemon_fakes import FakeLoop

from utterd.daemon.hearing import Hearing

HOUR_NS = 3600 * 10**9


def hearing_of(*audio_frames: int) -> tuple[Hearing, FakeLoop, list[int]]:
    loop, told = FakeLoop(), []
    hearing = Hearing(loop)  # type: ignore[arg-type]
    for frames in audio_frames:
        hearing.expect(7, time.monotonic_ns() + HOUR_NS, frames, lambda frames=frames: told.append(frames))
    return hearing, loop, told


def test_nothing_is_told_before_its_time():
    _, loop, told = hearing_of(0, 100)
    assert told == []
    assert len(loop.waiting) == 1
    assert 3599 < loop.waiting[0].delay_s <= 3600


def test_what_is_heard_is_told_in_order():
    _, loop, told = hearing_of(0, 100, 200)
    for _ in range(3):
        loop.fire_all()
    assert told == [0, 100, 200]
    assert not loop.waiting


def test_a_pause_settles_what_was_heard_and_what_was_not():
    hearing, loop, told = hearing_of(0, 100, 200)
    hearing.settle(7, 150)
    assert told == [0, 100]
    assert not loop.waiting


def test_the_end_tells_all():
    hearing, _, told = hearing_of(0, 100)
    hearing.tell_all(7)
    assert told == [0, 100]


def test_what_is_forgotten_is_never_told():
    hearing, loop, told = hearing_of(0, 100)
    hearing.forget_all()
    loop.fire_all()
    assert told == []
