"""Keeps an eye on the daemon, and carries out what is chosen from the menu: one thread, two connections.

The protocol has no events about what others have asked for, so the queue is asked for: seldom while nothing is spoken.
It is one message of a few bytes there and back, on a connection that is kept. A daemon that ends when nobody needs it
(`service.idle_exit_s`) is needed for as long as the icon is there.
"""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from utterd.client.cli.exits import complain
from utterd.client.connection import Client
from utterd.client.errors import DaemonUnavailable, UtterdError
from utterd.client.hotkeys.actions import Performer
from utterd.client.hotkeys.bindings import Action
from utterd.client.tray.state import Mood, TrayState, state_of

PAUSES_S: Final = {Mood.SPEAKING: 0.5, Mood.PAUSED: 1.0, Mood.IDLE: 2.0, Mood.OFF: 5.0}
"""Seconds between two looks. What is chosen from the menu is looked at at once."""

Wish = Action | str
"""What a key does as well, or the name of a voice to hear."""


class Watcher(threading.Thread):
    """Tells of every change; `on_change` and `on_problem` are called in this thread."""

    def __init__(
        self,
        on_change: Callable[[TrayState], object],
        *,
        on_problem: Callable[[str], object],
        connect: Callable[[], Client] = Client,
    ) -> None:
        """
        Args:
            on_problem: a sentence about a wish that could not be fulfilled.
            connect: to a daemon that runs; none is started.
        """
        super().__init__(daemon=True, name="tray watcher")
        self._on_change = on_change
        self._on_problem = on_problem
        self._connect = connect
        self._client: Client | None = None
        self._voices: tuple[str, ...] = ()
        self._wishes = queue.SimpleQueue[Wish | None]()
        self._state: TrayState | None = None

    def wish(self, wish: Wish) -> None:
        """Have something done, soon. Any thread may call this."""
        self._wishes.put(wish)

    def end(self) -> None:
        """Any thread may call this; `join` waits for it."""
        self._wishes.put(None)

    def run(self) -> None:
        with Performer(connect=self._connect, tell=lambda client, problem: None) as performer:
            while True:
                state = self._look()
                if state != self._state:
                    self._state = state
                    self._on_change(state)
                try:
                    wish = self._wishes.get(timeout=PAUSES_S[state.mood])
                except queue.Empty:
                    continue
                if wish is None:
                    break
                self._fulfil(wish, performer)
        self._hang_up()

    def _look(self) -> TrayState:
        try:
            if self._client is None:
                self._client = self._connect()
                self._voices = tuple(str(voice["name"]) for voice in self._client.voices())
            return state_of(self._client.queue(), self._voices)
        except DaemonUnavailable:
            self._hang_up()
        except UtterdError as error:  # it does not speak our protocol
            complain(str(error))
            self._hang_up()
        return TrayState(Mood.OFF)

    def _fulfil(self, wish: Wish, performer: Performer) -> None:
        try:
            if isinstance(wish, Action):
                performer.do(wish)
            elif self._client:
                self._client.speak(f"This is the voice {wish.replace('_', ' ')}.", voice=wish, placement="next")
        except UtterdError as problem:
            self._on_problem(str(problem))

    def _hang_up(self) -> None:
        if self._client:
            with suppress(UtterdError):
                self._client.close()
        self._client = None
        self._voices = ()
