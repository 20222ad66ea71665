from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.output.prebuffer import Prebuffer

S = SAMPLE_RATE_HZ


def test_nothing_is_held_while_nothing_was_ever_late():
    assert Prebuffer().target_frames == 0


def test_each_underrun_doubles_the_reserve_up_to_a_second_and_a_half():
    prebuffer = Prebuffer()
    targets = []
    for _ in range(5):
        prebuffer.underran()
        targets.append(prebuffer.target_frames / S)
    assert targets == [0.25, 0.5, 1.0, 1.5, 1.5]


def test_every_half_minute_without_an_underrun_halves_it_again_to_nothing():
    prebuffer = Prebuffer()
    for _ in range(3):
        prebuffer.underran()
    targets = []
    for _ in range(4):
        prebuffer.played(30 * S)
        targets.append(prebuffer.target_frames / S)
    assert targets == [0.5, 0.25, 0, 0]


def test_what_was_played_counts_in_small_pieces_too():
    prebuffer = Prebuffer()
    prebuffer.underran()
    for _ in range(30 * 100 - 1):
        prebuffer.played(S // 100)
    assert prebuffer.target_frames == S // 4
    prebuffer.played(S // 100)
    assert prebuffer.target_frames == 0


def test_an_underrun_starts_the_half_minute_anew():
    prebuffer = Prebuffer()
    prebuffer.underran()
    prebuffer.played(29 * S)
    prebuffer.underran()
    prebuffer.played(29 * S)
    assert prebuffer.target_frames == S // 2


def test_repr_shows_the_reserve():
    prebuffer = Prebuffer()
    prebuffer.underran()
    assert repr(prebuffer) == "<Prebuffer 250 ms>"
