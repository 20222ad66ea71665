import pytest
from rig.fake_pulse import FakePulse

from utterd.stages.output.pulse_connection import PulseConnection, PulseTimeout
from utterd.stages.output.pulse_library import PulseError


@pytest.fixture
def pulse() -> FakePulse:
    return FakePulse("speakers", "headphones")


@pytest.fixture
def connection(pulse: FakePulse) -> PulseConnection:
    connection = PulseConnection(pulse, pulse.clock.clock_ns, pulse.clock.clock_ns)
    connection.connect(1)
    return connection


def test_the_loudspeakers_of_the_server_are_listed(connection: PulseConnection) -> None:
    assert connection.sinks(1) == [
        ("speakers", "The sink speakers"),
        ("headphones", "The sink headphones"),
    ]


def test_a_refusal_is_told_in_the_servers_words(pulse: FakePulse) -> None:
    pulse.is_up = False
    connection = PulseConnection(pulse, pulse.clock.clock_ns)
    with pytest.raises(PulseError, match=r"^connection refused$"):
        connection.connect(1)


def test_nobody_waits_longer_than_was_agreed(pulse: FakePulse, connection: PulseConnection) -> None:
    begun_s = pulse.clock.now_s
    with pytest.raises(PulseTimeout):
        connection.wait(lambda: False, 1.5)
    assert pulse.clock.now_s - begun_s == pytest.approx(1.5, abs=0.01)


def test_waiting_ends_with_the_connection(pulse: FakePulse, connection: PulseConnection) -> None:
    pulse.kill()
    with pytest.raises(PulseError, match="connection terminated"):
        connection.wait(lambda: False)


def test_waiting_can_be_interrupted(connection: PulseConnection) -> None:
    connection.interrupt()
    with pytest.raises(PulseError, match="it took no sound for too long"):
        connection.wait(lambda: False)


def test_an_operation_that_was_refused_raises_what_went_wrong(pulse: FakePulse, connection: PulseConnection) -> None:
    pulse.kill()
    with pytest.raises(PulseError, match="connection terminated"):
        connection.finish(None, 1)


def test_an_answer_that_does_not_come_is_let_go_of(pulse: FakePulse, connection: PulseConnection) -> None:
    handles = pulse.open_handles
    pulse.is_frozen = True
    with pytest.raises(PulseTimeout):
        connection.sinks(1)
    assert pulse.open_handles == handles
    connection.close()
    assert pulse.open_handles == 0
