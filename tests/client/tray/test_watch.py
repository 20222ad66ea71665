"""The watcher, against a fake daemon that comes and goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_daemon import FakeDaemon
from waiting import wait_until

from utterd.client.hotkeys.bindings import Action
from utterd.client.messages import ListQueue, Pause, Resume, Seek, Speak, Stop
from utterd.client.tray import watch
from utterd.client.tray.state import Mood, TrayState
from utterd.client.tray.watch import PAUSES_S, Watcher, Wish


class Watched:
    """A watcher, and what it has told."""

    def __init__(self) -> None:
        self.states: list[TrayState] = []
        self.problems: list[str] = []
        self.watcher = Watcher(self.states.append, on_problem=self.problems.append)

    def wait_for(self, mood: Mood) -> TrayState:
        wait_until(lambda: self.states and self.states[-1].mood is mood, what=str(mood))
        return self.states[-1]

    def look(self) -> None:
        """Now, instead of in a while: a wish makes it look."""
        self.watcher.wish(Action.BACK)


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks again soon enough for a test."""
    monkeypatch.setattr(watch, "PAUSES_S", dict.fromkeys(PAUSES_S, 0.01))


@pytest.fixture
def watched(home: Path) -> Iterator[Watched]:
    watched = Watched()
    watched.watcher.start()
    yield watched
    watched.watcher.end()
    watched.watcher.join(60)
    assert not watched.watcher.is_alive()


IDLE: list[dict[str, object]] = []
SPEAKING = [{"id": 1, "state": "speaking", "destination": "device"}]
PAUSED = [{"id": 1, "state": "paused", "destination": "device"}]


@pytest.mark.usefixtures("patience")
class TestWatching:
    def test_tells_of_every_change_once(self, daemon: FakeDaemon, watched: Watched) -> None:
        for queue, mood in ((IDLE, Mood.IDLE), (SPEAKING, Mood.SPEAKING), (PAUSED, Mood.PAUSED), (IDLE, Mood.IDLE)):
            daemon.queue = queue
            watched.wait_for(mood)
            seen = len(daemon.requests)
            wait_until(lambda seen=seen: len(daemon.requests) > seen + 3, what="some more looks")
        moods = [state.mood for state in watched.states]
        assert moods[-4:] == [Mood.IDLE, Mood.SPEAKING, Mood.PAUSED, Mood.IDLE]
        assert len(watched.states) <= 5

    def test_knows_the_voices(self, daemon: FakeDaemon, watched: Watched) -> None:
        daemon.queue = IDLE
        assert watched.wait_for(Mood.IDLE).voices == ("af_test", "bm_test")

    def test_a_daemon_that_goes_and_comes_again_is_found_again(self, home: Path, watched: Watched) -> None:
        watched.wait_for(Mood.OFF)
        for _ in range(2):
            with FakeDaemon(home / "run" / "utterd.sock") as fake:
                fake.queue = IDLE
                watched.wait_for(Mood.IDLE)
            watched.wait_for(Mood.OFF)

    def test_asks_over_one_connection(self, daemon: FakeDaemon, watched: Watched) -> None:
        wait_until(lambda: sum(isinstance(request, ListQueue) for request in daemon.requests) > 5, what="some looks")
        assert daemon.connections == 1


class TestWishes:
    @pytest.mark.parametrize(
        ("wish", "requests"),
        [
            (Action.PAUSE, {Pause(), Resume()}),
            (Action.BACK, {Seek(by="sentence", count=-1)}),
            (Action.STOP, {Stop()}),
            ("bm_test", {Speak(text="This is the voice bm test.", voice="bm_test", placement="next")}),
        ],
        ids=str,
    )
    def test_are_fulfilled_and_looked_at_at_once(
        self, daemon: FakeDaemon, watched: Watched, wish: Wish, requests: set[object]
    ) -> None:
        """Without a wait: the pauses are those of everyday."""
        daemon.queue = IDLE
        watched.wait_for(Mood.IDLE)
        daemon.queue = PAUSED
        watched.watcher.wish(wish)
        watched.wait_for(Mood.PAUSED)
        assert requests <= set(daemon.requests)

    def test_that_cannot_be_fulfilled_are_told_in_words(self, home: Path, watched: Watched) -> None:
        watched.wait_for(Mood.OFF)
        watched.watcher.wish(Action.PAUSE)
        wait_until(lambda: watched.problems, what="the problem")
        assert "no daemon is listening" in watched.problems[0]

    def test_start_no_daemon(self, home: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("utterd.client.autostart.ensure_daemon", lambda paths: pytest.fail("one was started"))
        watched.wait_for(Mood.OFF)
        watched.watcher.wish(Action.STOP)
        watched.watcher.wish("af_test")
        wait_until(lambda: watched.problems, what="the problem")


def test_it_looks_seldom_while_nothing_is_spoken() -> None:
    """Idle costs nothing: a look is a message of some bytes, every other second."""
    assert PAUSES_S[Mood.IDLE] >= 2
    assert PAUSES_S[Mood.OFF] >= 5
