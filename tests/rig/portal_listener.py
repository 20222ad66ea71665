"""`portal.run` on a thread of its own, for tests."""

import threading
from collections.abc import Callable
from typing import Any

from waiting import wait_until

from utterd.client.hotkeys import portal
from utterd.client.hotkeys.bindings import Action, Binding

BINDINGS = [Binding(Action.SPEAK, "ctrl+alt+s"), Binding(Action.BACK, "super+pageup")]


class Listener:
    """`portal.run` on a thread of its own, until it raises; its pauses are short."""

    def __init__(self, bus: str, *, sleep: Callable[[], object] = lambda: None) -> None:
        self._sleep = sleep
        self.actions: list[Action] = []
        self.problems: list[str] = []
        self.slept: list[float] = []
        self.readies = 0
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(bus,), daemon=True)
        self._thread.start()

    def _run(self, bus: str) -> None:
        try:
            portal.run(
                BINDINGS,
                self.actions.append,
                on_problem=self.problems.append,
                on_ready=self._count,
                bus=bus,
                sleep=self._note_and_sleep,
            )
        except BaseException as error:  # whatever it is: the test is to see it
            self.error = error

    def _note_and_sleep(self, duration_s: float) -> None:
        self.slept.append(duration_s)
        self._sleep()

    def _count(self) -> None:
        self.readies += 1

    def wait_ready(self, times: int = 1) -> None:
        self.wait_for(lambda: self.readies >= times, "the shortcuts to be bound")

    def wait_for(self, claim: Callable[[], Any], what: str) -> None:
        wait_until(lambda: claim() or self.error, what=what)
        assert self.error is None

    def end(self) -> str:
        """Wait until it has ended by itself; what it says."""
        self._thread.join(60)
        assert not self._thread.is_alive()
        return str(self.error)
