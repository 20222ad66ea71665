"""`utterd speak --follow`: the text on the terminal, with the word that is being spoken highlighted."""

from collections import deque
from contextlib import suppress
from threading import Thread
from typing import Final

from utterd.client.cli.exits import Exit
from utterd.client.cli.follow_terminal import Key, Terminal
from utterd.client.cli.follow_view import FollowView, Phase
from utterd.client.connection import Client
from utterd.client.errors import UtterdError
from utterd.client.messages import SPEED_RANGE, Event, Finished
from utterd.client.options import SpeakOptions
from utterd.client.utterance import Utterance

SPEED_STEP: Final = 0.1


def speak_and_follow(text: str, options: SpeakOptions) -> Finished:
    """
    Raises:
        CommandError: there is no terminal to draw on.
        SystemExit: the listener has stopped it, or SIGTERM has.
    """
    terminal = Terminal()  # before anything is spoken
    with Client(start=True) as client:
        request = options.copy()
        request["words"] = True
        utterance = client.speak(text, **request)
        view = FollowView(text, speed=options.get("speed"))
        follower = _Follower(client, utterance, terminal, view, options.get("client", ""))
        with utterance.stopped_on_error():
            follower.start()
            with terminal:
                is_heard = follower.follow()
            if not is_heard:
                raise SystemExit(Exit.INTERRUPTED)  # without a complaint: nothing is wrong
            return utterance.wait()


class _Follower(Thread):
    """This thread takes events in; the main thread draws, and reads the keys."""

    def __init__(self, client: Client, utterance: Utterance, terminal: Terminal, view: FollowView, owner: str) -> None:
        """
        Args:
            owner: whose the utterance is, as the daemon was told; this connection's own if empty.
        """
        super().__init__(daemon=True)
        self._client = client
        self._utterance = utterance
        self._terminal = terminal
        self._view = view
        self._owner = owner
        self._events = deque[Event]()
        self._is_over = False

    def run(self) -> None:
        with suppress(UtterdError):  # `wait` will raise it in the main thread
            for event in self._utterance.events():
                self._events.append(event)
                self._terminal.wake()
        self._is_over = True
        self._terminal.wake()

    def follow(self) -> bool:
        """Until it has been heard: True; or the listener has stopped it: False."""
        while True:
            is_over = self._is_over
            while self._events:
                self._view.take(self._events.popleft())
            if is_over:
                return True
            self._terminal.draw(self._view.render(*self._terminal.size))
            for key in self._terminal.wait():
                if key is Key.STOP:
                    self._utterance.stop()
                    return False
                self._steer(key)

    def _steer(self, key: Key) -> None:
        client, view = self._client, self._view
        if key is Key.PAUSE:
            if view.phase is Phase.PAUSED:
                client.resume(mine=True, client=self._owner)
            else:
                client.pause(mine=True, client=self._owner)
        elif not view.has_begun:
            return  # it would steer another utterance
        elif key in (Key.BACK, Key.FORWARD):
            client.seek(by="sentence", count=1 if key is Key.FORWARD else -1)
        elif key in (Key.FASTER, Key.SLOWER):
            step = SPEED_STEP if key is Key.FASTER else -SPEED_STEP
            lowest, highest = SPEED_RANGE
            view.speed = min(highest, max(lowest, round(self._present_speed() + step, 2)))
            client.adjust(speed=view.speed)

    def _present_speed(self) -> float:
        """What the daemon tells counts: others may have changed it. One that does not tell was asked for this one."""
        told = self._client.status().get("speed")
        return float(told) if isinstance(told, int | float) else self._view.speed or 1.0
