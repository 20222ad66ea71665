"""What the keys do, against a fake daemon that remembers."""

import pytest
from fake_daemon import FakeDaemon
from waiting import wait_until

from utterd.client import Client
from utterd.client.errors import DaemonUnavailable, ProtocolError, RequestRefused, UtteranceFailed, UtterdError
from utterd.client.hotkeys import actions
from utterd.client.hotkeys.actions import Performer, perform, press
from utterd.client.hotkeys.bindings import Action
from utterd.client.messages import Adjust, GetStatus, Pause, Resume, Seek, Speak, Stop
from utterd.client.selection import SelectionUnavailable
from utterd.client.selection.aloud import NothingSelected


class Desk:
    """A performer, what is selected for it, and what it has told of trouble."""

    def __init__(self) -> None:
        self.text = "hold"
        self.told: list[UtterdError] = []
        self.performer = Performer(read=self.read, connect=Client, tell=self.tell)

    def read(self) -> str:
        return self.text

    def tell(self, client: Client | None, problem: UtterdError) -> None:
        self.told.append(problem)


@pytest.fixture
def desk():
    desk = Desk()
    with desk.performer:
        yield desk
    assert desk.performer._client is None


def kinds(daemon: FakeDaemon) -> list[type]:
    return [type(request) for request in daemon.requests]


class TestSpeaking:
    def test_speak_speaks_and_then_stops(self, daemon, desk):
        desk.performer.perform(Action.SPEAK)
        desk.performer.perform(Action.SPEAK)
        assert kinds(daemon) == [Stop, Speak, Stop]
        assert daemon.requests[1] == Speak(text="hold", placement="now", client="hotkeys")

    def test_append_goes_behind(self, daemon, desk):
        desk.performer.perform(Action.APPEND)
        desk.performer.perform(Action.APPEND)
        assert daemon.requests == [Speak(text="hold", client="hotkeys")] * 2

    def test_all_goes_over_one_connection(self, daemon, desk):
        desk.performer.connect()
        for action in Action:
            desk.performer.perform(action)
        assert daemon.connections == 1
        assert desk.told == []


class TestSteering:
    def test_pause_pauses_what_is_being_spoken(self, daemon, desk):
        daemon.done = [7]
        desk.performer.perform(Action.PAUSE)
        assert daemon.requests == [Pause()]

    def test_pause_resumes_where_there_was_nothing_to_pause(self, daemon, desk):
        desk.performer.perform(Action.PAUSE)
        assert daemon.requests == [Pause(), Resume()]

    def test_back_is_a_sentence(self, daemon, desk):
        desk.performer.perform(Action.BACK)
        assert daemon.requests == [Seek(by="sentence", count=-1)]

    def test_stop_goes_on_until_nothing_is_left(self, daemon, desk):
        """Stopping the head lets the next one speak."""
        left = [[7], [8], []]
        daemon.on_stop = lambda stop: left.pop(0)
        desk.performer.perform(Action.STOP)
        assert daemon.requests == [Stop()] * 3


class TestSpeed:
    def test_it_goes_by_what_the_daemon_says(self, daemon, desk):
        daemon.status = {"speed": 1.5}
        desk.performer.perform(Action.FASTER)
        desk.performer.perform(Action.SLOWER)
        assert daemon.requests == [GetStatus(), Adjust(speed=1.6), GetStatus(), Adjust(speed=1.4)]

    def test_where_that_says_nothing_it_is_the_voices_own(self, daemon, desk):
        daemon.status = {}
        desk.performer.perform(Action.FASTER)
        assert daemon.requests[-1] == Adjust(speed=1.1)

    @pytest.mark.parametrize(("speed", "action", "end"), [(2.95, Action.FASTER, 3.0), (0.52, Action.SLOWER, 0.5)])
    def test_it_stays_within_what_can_be(self, daemon, desk, speed, action, end):
        daemon.status = {"speed": speed}
        desk.performer.perform(action)
        assert daemon.requests[-1] == Adjust(speed=end)


class TestTrouble:
    @pytest.mark.parametrize("action", [Action.SPEAK, Action.APPEND])
    def test_nothing_selected_is_told(self, daemon, desk, capsys, action):
        desk.text = " "
        desk.performer.perform(action)
        assert [type(problem) for problem in desk.told] == [NothingSelected]
        assert capsys.readouterr().err == "utterd: nothing is selected\n"

    def test_a_selection_that_cannot_be_read_is_told(self, daemon, desk, monkeypatch):
        problem = SelectionUnavailable("install xclip")
        monkeypatch.setattr(desk.performer, "_read", lambda: (_ for _ in ()).throw(problem))
        desk.performer.perform(Action.SPEAK)
        assert desk.told == [problem]

    def test_a_refusal_is_told(self, daemon, desk):
        desk.text = "refuse queue_full"
        desk.performer.perform(Action.SPEAK)
        assert [type(problem) for problem in desk.told] == [RequestRefused]

    def test_what_fails_later_is_told_when_it_does(self, daemon, desk):
        desk.text = "fail"
        desk.performer.perform(Action.SPEAK)
        wait_until(lambda: desk.told, what="the failure to be told")
        assert [type(problem) for problem in desk.told] == [UtteranceFailed]

    def test_what_is_stopped_is_no_trouble(self, daemon, desk):
        desk.text = "stop"
        desk.performer.perform(Action.SPEAK)
        desk.text = "fail"
        desk.performer.perform(Action.SPEAK)
        wait_until(lambda: desk.told, what="the second to be told")
        assert [type(problem) for problem in desk.told] == [UtteranceFailed]

    def test_no_daemon_is_told_at_each_press(self, home, desk):
        desk.performer.connect()
        desk.performer.perform(Action.STOP)
        assert all(isinstance(problem, DaemonUnavailable) for problem in desk.told)
        assert len(desk.told) == 2

    def test_trouble_with_telling_is_borne(self, daemon, desk, monkeypatch):
        monkeypatch.setattr(desk.performer, "_tell", lambda *_: (_ for _ in ()).throw(OSError("no bus")))
        desk.text = ""
        desk.performer.perform(Action.SPEAK)


class TestRestartedDaemon:
    def test_the_new_one_does_what_was_asked(self, home, desk):
        with FakeDaemon(home / "run" / "utterd.sock"):
            desk.performer.perform(Action.APPEND)
        with FakeDaemon(home / "run" / "utterd.sock") as daemon:
            desk.performer.perform(Action.APPEND)
            assert daemon.requests == [Speak(text="hold", client="hotkeys")]
        assert desk.told == []

    def test_none_is_told_and_the_next_press_finds_the_new_one(self, home, desk):
        with FakeDaemon(home / "run" / "utterd.sock"):
            desk.performer.perform(Action.STOP)
        desk.performer.perform(Action.STOP)
        assert [type(problem).__name__ for problem in desk.told] == ["DaemonNotRunning"]
        with FakeDaemon(home / "run" / "utterd.sock") as daemon:
            desk.performer.perform(Action.STOP)
            assert daemon.requests == [Stop()]

    def test_one_that_talks_nonsense_is_asked_once_and_next_time_over_a_new_connection(self, daemon, desk):
        desk.text = "garbage"
        desk.performer.perform(Action.APPEND)
        assert [type(problem) for problem in desk.told] == [ProtocolError]
        desk.text = "hold"
        desk.performer.perform(Action.APPEND)
        assert [request.text for request in daemon.requests] == ["garbage", "hold"]
        assert len(desk.told) == 1


class TestOnce:
    @pytest.fixture
    def told(self, monkeypatch):
        told: list[UtterdError] = []
        monkeypatch.setattr(actions.Performer.__init__, "__kwdefaults__", {
            "read": lambda: "refuse queue_full",
            "connect": Client,
            "tell": lambda client, problem: told.append(problem),
        })  # fmt: skip
        return told

    def test_press_tells_and_raises(self, daemon, told):
        with pytest.raises(RequestRefused) as failure:
            press(Action.APPEND)
        assert told == [failure.value]

    def test_perform_tells_and_says_it(self, daemon, told, capsys):
        perform(Action.APPEND)
        assert len(told) == 1
        assert capsys.readouterr().err == "utterd: refused for queue_full\n"

    def test_what_can_be_done_is_done(self, daemon, told):
        perform(Action.PAUSE)
        assert daemon.requests == [Pause(), Resume()]
        assert told == []
