"""The selection is spoken, or else it is said why not; against a fake daemon."""

import sys
from types import SimpleNamespace

import pytest

from utterd.client import Client
from utterd.client.errors import ConnectionLost, RequestRefused, UtteranceCancelled, UtteranceFailed
from utterd.client.messages import Speak, Stop
from utterd.client.selection import SelectionUnavailable
from utterd.client.selection.aloud import (
    NothingSelected,
    as_sentence,
    await_sound,
    say_problem,
    speak_selection,
    toggle_selection,
)


@pytest.fixture
def client(daemon):
    with Client() as client:
        yield client


@pytest.fixture
def notified(monkeypatch):
    """What would have been shown."""
    shown: list[tuple[str, str]] = []
    notify = SimpleNamespace(notify=lambda title, body: not shown.append((title, body)))
    monkeypatch.setitem(sys.modules, "utterd.client.notify", notify)
    return shown


class NeverHeard:
    """An utterance that ends before it begins."""

    id = 1

    def __init__(self, end: Exception) -> None:
        self._end = end

    def events(self):
        return iter(())

    def wait(self):
        raise self._end


def selected() -> str:
    return "hold"


class TestToggle:
    def test_the_selection_is_spoken_at_once(self, daemon, client):
        utterance = toggle_selection(client, read=selected)
        assert utterance is not None
        assert daemon.requests == [
            Stop(mine=True, client="hotkeys"),
            Speak(text="hold", placement="now", client="hotkeys"),
        ]

    def test_again_it_is_stopped_and_not_even_read(self, daemon, client):
        toggle_selection(client, read=selected)
        assert toggle_selection(client, read=lambda: pytest.fail("it was read")) is None
        assert daemon.requests[2:] == [Stop(mine=True, client="hotkeys")]

    def test_and_again_it_is_spoken(self, daemon, client):
        for _ in range(3):
            toggle_selection(client, read=selected)
        assert [type(request) for request in daemon.requests] == [Stop, Speak, Stop, Stop, Speak]


class TestSpeak:
    def test_options_go_along(self, daemon, client):
        speak_selection(client, read=selected, placement="next", speed=1.5, language="it")
        assert daemon.requests == [
            Speak(text="hold", placement="next", speed=1.5, language="it", client="hotkeys"),
        ]

    @pytest.mark.parametrize("text", ["", " \n\t"])
    def test_nothing_selected_is_nothing_sent(self, daemon, client, text):
        with pytest.raises(NothingSelected):
            speak_selection(client, read=lambda: text)
        assert daemon.requests == []


class TestAwaitSound:
    def test_it_returns_when_it_begins_to_be_heard(self, daemon, client):
        daemon.queue = [{"id": 1, "state": "speaking", "destination": "device"}]
        await_sound(client, speak_selection(client, read=selected))

    def test_what_waits_behind_another_is_not_waited_for(self, daemon, client):
        daemon.queue = [{"id": 9, "state": "speaking", "destination": "device"}]
        await_sound(client, speak_selection(client, read=lambda: "fail"))

    def test_a_rendering_is_nothing_to_wait_behind(self, daemon, client):
        daemon.queue = [{"id": 9, "state": "speaking", "destination": "client"}]
        await_sound(client, speak_selection(client, read=selected))

    def test_what_fails_later_has_begun(self, daemon, client):
        daemon.queue = []
        await_sound(client, speak_selection(client, read=lambda: "fail"))

    def test_what_never_begins_fails(self, daemon, client):
        daemon.queue = []
        with pytest.raises(UtteranceFailed):
            await_sound(client, NeverHeard(UtteranceFailed("device_unusable", "no device")))

    def test_what_was_stopped_before_is_no_failure(self, daemon, client):
        daemon.queue = []
        await_sound(client, NeverHeard(UtteranceCancelled("stopped")))


class TestSayProblem:
    def test_nothing_selected_is_only_said(self, daemon, client, notified):
        say_problem(client, NothingSelected())
        speak = daemon.wait_for(Speak)
        assert (speak.text, speak.placement, speak.client) == ("Nothing is selected.", "now", "hotkeys")
        assert notified == []

    @pytest.mark.parametrize(
        "problem", [SelectionUnavailable("install xclip"), RequestRefused("nothing_to_speak", "install xclip")]
    )
    def test_trouble_is_said_and_shown(self, daemon, client, notified, problem):
        say_problem(client, problem)
        assert daemon.wait_for(Speak).text == "Install xclip."
        assert notified == [("utterd", "Install xclip.")]

    @pytest.mark.parametrize("problem", [UtteranceFailed("device_unusable", "no device"), ConnectionLost("no device")])
    def test_what_cannot_be_said_is_shown(self, daemon, client, notified, problem):
        say_problem(client, problem)
        assert notified == [("utterd", "No device.")]
        assert daemon.requests == []

    def test_without_a_daemon_it_is_shown(self, notified):
        say_problem(None, SelectionUnavailable("install xclip"))
        assert notified == [("utterd", "Install xclip.")]

    def test_a_daemon_that_refuses_to_say_it_makes_no_second_problem(self, daemon, client, notified):
        say_problem(client, SelectionUnavailable("refuse queue_full"))
        assert notified


@pytest.mark.parametrize(
    ("said", "sentence"), [("nothing", "Nothing."), ("Done!", "Done!"), (" a b. ", "A b."), ("", ".")]
)
def test_a_problem_is_a_sentence(said, sentence):
    assert as_sentence(SelectionUnavailable(said)) == sentence
