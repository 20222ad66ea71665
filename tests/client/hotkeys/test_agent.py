"""Which way keys come in which session, and what the agent does with them."""

import sys
from types import SimpleNamespace

import pytest
from waiting import wait_until

from utterd.client import hotkeys
from utterd.client.errors import UtterdError
from utterd.client.hotkeys import agent
from utterd.client.hotkeys.agent import NoHotkeys, find_way, show_problem
from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.messages import Speak, Stop
from utterd.client.selection import SelectionUnavailable

BINDINGS = [Binding(Action.SPEAK, "ctrl+alt+s")]


def put(monkeypatch, name: str, **parts: object) -> None:
    """Have a module of this package be another one."""
    module = SimpleNamespace(**parts)
    monkeypatch.setitem(sys.modules, f"utterd.client.hotkeys.{name}", module)
    monkeypatch.setattr(hotkeys, name, module, raising=False)


@pytest.fixture
def notified(monkeypatch):
    shown: list[str] = []
    notify = SimpleNamespace(notify=lambda title, body: not shown.append(body))
    monkeypatch.setitem(sys.modules, "utterd.client.notify", notify)
    return shown


class TestTheWay:
    @pytest.mark.parametrize(
        ("platform", "environ", "way"),
        [
            ("linux", {"DISPLAY": ":0"}, "x11"),
            ("linux", {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "portal"),
            ("darwin", {}, "carbon"),
            ("darwin", {"DISPLAY": ":0"}, "carbon"),
        ],
    )
    def test_is_that_of_the_session(self, monkeypatch, platform, environ, way):
        put(monkeypatch, "portal", is_available=lambda: True)
        assert find_way(platform, environ) == way

    def test_under_wayland_without_a_portal_it_says_what_else_there_is(self, monkeypatch):
        put(monkeypatch, "portal", is_available=lambda: False)
        with pytest.raises(NoHotkeys, match="bind them with `utterd hotkeys install`"):
            find_way("linux", {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"})

    def test_without_a_desktop_it_says_so(self):
        with pytest.raises(NoHotkeys, match="neither DISPLAY nor WAYLAND_DISPLAY is set"):
            find_way("linux", {})


class TestServing:
    def test_presses_become_requests_over_a_connection_that_was_there_before(self, daemon, monkeypatch):
        def serve(bindings, on_action, on_problem, on_ready):
            assert bindings == BINDINGS
            on_ready()
            wait_until(lambda: daemon.connections == 1, what="the connection")
            on_action(Action.SPEAK)

        put(monkeypatch, "portal", run=serve)
        monkeypatch.setattr(agent, "read_selection", lambda: "words")
        ways = []
        agent.run(BINDINGS, way="portal", on_ready=ways.append)
        assert daemon.requests == [
            Stop(mine=True, client="hotkeys"),
            Speak(text="words", placement="now", client="hotkeys"),
        ]
        assert (daemon.connections, ways) == (1, ["portal"])

    def test_under_x11_a_key_that_is_taken_is_shown_and_the_end_is_told(self, daemon, monkeypatch, notified, capsys):
        def serve(bindings, on_action, on_problem, on_ready):
            on_problem("ctrl+alt+s is taken")
            on_ready()
            raise UtterdError("the X server has ended")

        put(monkeypatch, "x11", run=serve)
        ways = []
        with pytest.raises(UtterdError, match="the X server has ended"):
            agent.run(BINDINGS, way="x11", on_ready=ways.append)
        assert notified == ["ctrl+alt+s is taken"]
        assert capsys.readouterr().err == "utterd: ctrl+alt+s is taken\n"
        assert ways == ["x11"]

    def test_no_keys_at_all_is_an_end(self):
        with pytest.raises(NoHotkeys, match="every hotkey is empty"):
            agent.run([])

    def test_a_problem_is_said_in_both_ways(self, notified, capsys):
        show_problem("no such key")
        assert notified == ["no such key"]
        assert capsys.readouterr().err == "utterd: no such key\n"


class TestTheKeptReader:
    def test_it_reads_over_one_connection(self, screen):
        reader = agent._KeptReader()
        screen.select("one")
        assert reader.read() == "one"
        kept = reader._reader
        screen.select("two")
        assert reader.read() == "two"
        assert reader._reader is kept
        reader.close()
        reader.close()

    def test_after_a_failure_it_begins_anew(self, screen, monkeypatch):
        reader = agent._KeptReader()
        reader.read()
        failing = reader._reader
        monkeypatch.setattr(failing, "read", lambda: (_ for _ in ()).throw(SelectionUnavailable("it hangs")))
        with pytest.raises(SelectionUnavailable, match="it hangs"):
            reader.read()
        screen.select("again")
        assert reader.read() == "again"
        reader.close()
