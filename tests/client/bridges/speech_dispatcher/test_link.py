import select
import socket

import pytest
from fake_daemon import FakeDaemon
from waiting import wait_until

from utterd.client.bridges.speech_dispatcher import link as link_module
from utterd.client.bridges.speech_dispatcher.link import DaemonLink
from utterd.client.errors import ConnectionLost, DaemonNotRunning, DaemonUnavailable
from utterd.client.messages import Accepted, ListVoices, Speak, Voices


def receive_to_the_end(link: DaemonLink) -> None:
    while True:
        received(link)


def received(link: DaemonLink) -> list:
    """The next messages, when they have come."""
    assert select.select(link.descriptors, [], [], 10)[0]
    return [envelope.message for envelope in link.receive()]


class TestARunningDaemon:
    def test_it_is_asked_and_answers(self, daemon):
        link = DaemonLink()
        link.open(start=False)
        link.send(ListVoices())
        assert link.has_asked
        (answer,) = received(link)
        assert isinstance(answer, Voices)
        assert not link.has_asked
        link.close()

    def test_two_requests_have_two_ids(self, daemon):
        link = DaemonLink()
        link.open(start=False)
        assert link.send(Speak(text="hold")) != link.send(Speak(text="hold"))
        link.close()
        daemon.wait_for_hang_up()

    def test_where_nothing_has_come_nothing_is_waited_for(self, daemon):
        link = DaemonLink()
        link.open(start=False)
        assert link.receive() == []
        link.close()

    def test_one_that_has_gone_is_told_of_once(self, daemon):
        link = DaemonLink()
        link.open(start=False)
        link.send(Speak(text="hang up"))
        with pytest.raises(ConnectionLost):
            receive_to_the_end(link)
        assert not link.is_open
        assert link.receive() == []
        with pytest.raises(ConnectionLost):
            link.send(ListVoices())

    def test_one_that_speaks_another_language_is_left(self, daemon):
        link = DaemonLink()
        link.open(start=False)
        link.send(Speak(text="garbage"))
        with pytest.raises(ConnectionLost, match="protocol"):
            receive_to_the_end(link)

    def test_one_that_does_not_answer_is_left(self, daemon, monkeypatch):
        monkeypatch.setattr(link_module, "REPLY_LIMIT_S", 0)
        link = DaemonLink()
        link.open(start=False)
        link.send(Speak(text="silence"))
        with pytest.raises(ConnectionLost, match="does not answer"):
            wait_until(lambda: link.check_replies(), what="the limit")
        assert not link.is_open


class TestNoDaemon:
    def test_without_a_start_that_is_an_error(self, home):
        with pytest.raises(DaemonNotRunning):
            DaemonLink().open(start=False)

    def test_one_is_started_in_the_background(self, home):
        def open_socket(start: bool) -> socket.socket:
            if not start:
                raise DaemonNotRunning("none")
            fake.__enter__()
            return link_module.open_socket(None, start=False)

        fake = FakeDaemon(home / "run" / "utterd.sock")
        link = DaemonLink(open_socket)
        link.open(start=True)
        link.open(start=True)  # once is enough
        assert not link.is_open
        assert select.select([link.started_descriptor], [], [], 10)[0]
        link.take_started()
        link.send(Speak(text="hold"))
        assert isinstance(received(link)[0], Accepted)
        link.close()
        fake.__exit__(None, None, None)

    @pytest.mark.parametrize("error", [DaemonUnavailable("broken"), OSError(5, "broken")])
    def test_one_that_cannot_be_started_is_an_error_when_that_is_known(self, error):
        def open_socket(start: bool) -> socket.socket:
            raise error if start else DaemonNotRunning("none")

        link = DaemonLink(open_socket)
        link.open(start=True)
        assert select.select([link.started_descriptor], [], [], 10)[0]
        with pytest.raises(DaemonUnavailable, match="broken"):
            link.take_started()
        assert not link.is_open
