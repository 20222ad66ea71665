"""`utterd selection` against a fake daemon; what is selected is up to the test."""

import sys
from types import SimpleNamespace

import pytest
from fake_daemon import FakeDaemon

from utterd.client.cli import main, selection
from utterd.client.messages import ListQueue, Speak, Stop
from utterd.client.selection import SelectionUnavailable

STOP_OURS = Stop(mine=True, client="hotkeys")


class Selected:
    """What is selected: set `text`, or `problem`."""

    def __init__(self) -> None:
        self.text = "hold"
        self.problem = ""
        self.sources: list[str] = []
        self.notified: list[str] = []

    def read(self, source: str) -> str:
        self.sources.append(source)
        if self.problem:
            raise SelectionUnavailable(self.problem)
        return self.text

    def notify(self, title: str, body: str) -> bool:
        self.notified.append(body)
        return True


@pytest.fixture
def selected(monkeypatch):
    selected = Selected()
    monkeypatch.setattr(selection, "read_selection", selected.read)
    monkeypatch.setitem(sys.modules, "utterd.client.notify", SimpleNamespace(notify=selected.notify))
    return selected


def spoken(daemon: FakeDaemon) -> list[Speak]:
    return [request for request in daemon.requests if isinstance(request, Speak)]


class TestWhere:
    @pytest.mark.parametrize(
        ("options", "placement"),
        [("", "append"), ("--append", "append"), ("--now", "now"), ("--next", "next"), ("--toggle", "now")],
    )
    def test_it_goes_where_it_is_told_to(self, daemon, selected, capsys, options, placement):
        daemon.queue = []
        assert main(["selection", *options.split()]) == 0
        assert spoken(daemon) == [Speak(text="hold", placement=placement, client="hotkeys")]
        assert capsys.readouterr() == ("", "")

    def test_toggle_stops_what_is_there_and_reads_nothing(self, daemon, selected):
        daemon.on_stop = lambda stop: [7]
        assert main(["selection", "--toggle"]) == 0
        assert daemon.requests == [STOP_OURS]
        assert selected.sources == []

    def test_it_does_not_wait_behind_others(self, daemon, selected):
        daemon.queue = [{"id": 99, "state": "speaking", "destination": "device"}]
        assert main(["selection"]) == 0
        assert [type(request) for request in daemon.requests] == [Speak, ListQueue]

    def test_it_may_wait_until_it_has_been_heard_and_goes_with_its_process(self, daemon, selected):
        selected.text = "words"
        assert main(["selection", "--wait"]) == 0
        assert daemon.requests == [Speak(text="words", client="hotkeys", on_disconnect="stop")]


def test_the_voice_may_be_chosen(daemon, selected):
    daemon.queue = []
    options = "-v af_slt -s 1.5 --pitch -2 -l it --volume 0.5 --source stdin --now"
    assert main(["selection", *options.split()]) == 0
    assert selected.sources == ["stdin"]
    (speak,) = spoken(daemon)
    assert (speak.voice, speak.speed, speak.pitch, speak.language, speak.gain) == ("af_slt", 1.5, -2, "it", 0.5)


class TestTrouble:
    def test_nothing_selected_is_said_in_words_and_aloud(self, daemon, selected, capsys):
        selected.text = " "
        assert main(["selection", "--toggle"]) == 2
        assert capsys.readouterr().err == "utterd: nothing is selected; mark some text first\n"
        assert [speak.text for speak in spoken(daemon)] == ["Nothing is selected."]
        assert selected.notified == []

    def test_so_is_a_tool_that_is_missing(self, daemon, selected, capsys):
        selected.problem = "install the package xclip"
        assert main(["selection"]) == 5
        assert capsys.readouterr().err == "utterd: install the package xclip\n"
        assert [speak.text for speak in spoken(daemon)] == ["Install the package xclip."]
        assert selected.notified == ["Install the package xclip."]

    def test_a_refusal_is_shown(self, daemon, selected, capsys):
        selected.text = "refuse unknown_voice"
        assert main(["selection", "-v", "nobody"]) == 2
        assert selected.notified == ["Refused for unknown_voice."]

    def test_what_fails_is_shown(self, daemon, selected, capsys):
        selected.text = "fail"
        assert main(["selection", "--wait"]) == 5
        assert selected.notified == ["No more."]

    def test_what_is_stopped_meanwhile_is_no_trouble(self, daemon, selected, capsys):
        selected.text = "stop"
        assert main(["selection", "--wait"]) == 130
        assert selected.notified == []

    def test_no_daemon_is_shown_as_nothing_can_say_it(self, home, selected, monkeypatch, capsys):
        monkeypatch.setenv("UTTERD_SOCKET", str(home))
        assert main(["selection"]) == 3
        assert len(selected.notified) == 1
        assert selected.sources == []

    @pytest.mark.parametrize("options", ["--now --next", "--toggle --append", "--source moon", "-s 9", "words"])
    def test_wrong_usage_is_one_line(self, daemon, selected, capsys, options):
        assert main(["selection", *options.split()]) == 2
        assert capsys.readouterr().err.count("\n") == 1
        assert daemon.connections == 0
