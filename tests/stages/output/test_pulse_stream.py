"""What the server is asked for, and what its answers are taken for. The rest is in test_pulse.py."""

import numpy as np
import pytest
from rig.counter import counter
from rig.fake_pulse import FakePulse

from utterd.stages.output.device import BLOCK_FRAMES
from utterd.stages.output.pulse_connection import PulseConnection
from utterd.stages.output.pulse_library import PulseError
from utterd.stages.output.pulse_stream import PulseStream


@pytest.fixture
def pulse() -> FakePulse:
    return FakePulse("speakers", "headphones")


def stream_of(pulse: FakePulse, sink: str | None = None) -> PulseStream:
    connection = PulseConnection(pulse, pulse.clock.clock_ns, pulse.clock.clock_ns)
    connection.connect(1)
    return PulseStream(connection, sink, 24_000, 1)


def test_a_stream_without_a_sink_goes_where_the_server_has_it(pulse: FakePulse) -> None:
    assert stream_of(pulse).sink == "speakers"
    assert pulse.may_move


def test_a_stream_with_a_sink_stays_there(pulse: FakePulse) -> None:
    assert stream_of(pulse, "headphones").sink == "headphones"
    assert not pulse.may_move


def test_it_is_silent_until_it_is_let_play(pulse: FakePulse) -> None:
    stream = stream_of(pulse)
    stream.write(counter(480))
    pulse.clock.advance_s(0.1)
    pulse._fetch()
    assert pulse.heard == []
    stream.cork(False)
    stream.drain()
    assert len(pulse.heard) == 480


def test_what_was_flushed_is_not_heard_and_what_comes_then_is(pulse: FakePulse) -> None:
    stream = stream_of(pulse)
    stream.cork(False)
    stream.write(counter(1000))
    stream.cork(True)
    stream.flush()
    heard = len(pulse.heard)
    assert stream.queued_frames == 0
    stream.cork(False)
    stream.write(np.full(500, 7, np.int16))
    stream.drain()
    assert pulse.heard[heard:] == [7] * 500


def test_a_sink_that_is_not_there_is_refused_and_the_stream_let_go_of(pulse: FakePulse) -> None:
    connection = PulseConnection(pulse, pulse.clock.clock_ns, pulse.clock.clock_ns)
    connection.connect(1)
    handles = pulse.open_handles
    with pytest.raises(PulseError, match="no such entity"):
        PulseStream(connection, "earphones", 24_000, 1)
    assert pulse.open_handles == handles


def test_an_answer_counts_from_when_it_was_given_not_from_when_it_was_read(pulse: FakePulse) -> None:
    stream = stream_of(pulse)
    stream.cork(False)
    for start in range(0, 4800, BLOCK_FRAMES):
        stream.write(counter(BLOCK_FRAMES, start=start))
    pulse.answers_late = True
    stream.write(counter(BLOCK_FRAMES))
    pulse.clock.advance_s(0.020)
    pulse.answers_late = False
    stream.write(counter(BLOCK_FRAMES))
    pulse._fetch()
    assert abs(stream.queued_frames - len(pulse.queue)) <= pulse.block_frames


def test_an_answer_dated_in_the_future_is_taken_for_one_of_now(pulse: FakePulse) -> None:
    """The wall's clock was set, or is another machine's."""
    connection = PulseConnection(pulse, pulse.clock.clock_ns, lambda: pulse.clock.clock_ns() - 10**12)
    connection.connect(1)
    stream = PulseStream(connection, None, 24_000, 1)
    stream.cork(False)
    for start in range(0, 4800, BLOCK_FRAMES):
        stream.write(counter(BLOCK_FRAMES, start=start))
    assert abs(stream.queued_frames - len(pulse.queue)) <= pulse.block_frames
