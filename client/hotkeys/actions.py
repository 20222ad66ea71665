"""What the keys do, over one connection that is kept: the daemon is a millisecond away.

Some keys do one thing or the other. The daemon's reply tells which is due: a Stop that stopped nothing is followed by
a Speak, a Pause that paused nothing by a Resume. So nobody has to ask for its state first.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self, TypeVar

from utterd.client.cli.exits import complain
from utterd.client.connection import Client
from utterd.client.errors import ConnectionLost, ProtocolError, UtteranceFailed, UtterdError
from utterd.client.hotkeys.bindings import Action
from utterd.client.messages import SPEED_RANGE
from utterd.client.selection import read_selection
from utterd.client.selection.aloud import await_sound, say_problem, speak_selection, toggle_selection
from utterd.client.utterance import Utterance

SPEED_STEP: Final = 0.1
"""By which a press makes speech faster or slower; 1 is the voice's own speed."""

T = TypeVar("T")


def perform(action: Action) -> None:
    """Do what a key asks for, once; a daemon is started if none runs. Problems are said aloud, never raised."""
    try:
        press(action)
    except UtterdError as problem:
        complain(str(problem))


def press(action: Action) -> None:
    """As `perform`; problems are said aloud, and raised.

    Raises:
        UtterdError: it could not be done, or what is to be spoken will not be heard.
    """
    with Performer() as performer:
        try:
            performer.do(action, until_heard=True)
        except UtterdError as problem:
            performer.tell(problem)
            raise


class Performer:
    """Does what keys ask for. A context manager; actions may come from any thread, and are done one by one."""

    def __init__(
        self,
        *,
        read: Callable[[], str] = read_selection,
        connect: Callable[[], Client] = lambda: Client(start=True),
        tell: Callable[[Client | None, UtterdError], object] = say_problem,
    ) -> None:
        """Args:
        read: the selection.
        connect: a new connection, if need be to a daemon that it starts.
        tell: says what went wrong.
        """
        self._read = read
        self._connect = connect
        self._tell = tell
        self._client: Client | None = None
        self._acting = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up. What is being spoken goes on."""
        if self._client:
            self._client.close()
            self._client = None

    def connect(self) -> None:
        """Before the first key, so that not even that one has to wait. Problems are told."""
        with self._acting:
            try:
                self._connected()
            except UtterdError as problem:
                self._complain(problem)

    def perform(self, action: Action) -> None:
        """Do it, and tell what went wrong; never raises an UtterdError."""
        try:
            if utterance := self.do(action):
                threading.Thread(target=self._await, args=(utterance,), name="utterance", daemon=True).start()
        except UtterdError as problem:
            self._complain(problem)

    def do(self, action: Action, *, until_heard: bool = False) -> Utterance | None:
        """Do it; what is being spoken now, if that was asked for.

        Args:
            until_heard: return when it begins to be heard.

        Raises:
            UtterdError: it could not be done.
        """
        with self._acting:
            utterance = self._retried(lambda client: self._act(client, action))
            if utterance and until_heard:
                await_sound(self._connected(), utterance)
            return utterance

    def tell(self, problem: UtterdError) -> None:
        """Say aloud or show what went wrong."""
        with suppress(UtterdError, OSError):
            self._tell(self._client, problem)

    def _act(self, client: Client, action: Action) -> Utterance | None:
        match action:
            case Action.SPEAK:
                return toggle_selection(client, read=self._read)
            case Action.APPEND:
                return speak_selection(client, read=self._read)
            case Action.PAUSE:
                if not client.pause():
                    client.resume()
            case Action.BACK:
                client.seek(by="sentence", count=-1)
            case Action.FASTER:
                _change_speed(client, SPEED_STEP)
            case Action.SLOWER:
                _change_speed(client, -SPEED_STEP)
            case Action.STOP:
                while client.stop():  # the one behind it would go on; `all` would end renderings to files too
                    pass
        return None

    def _retried(self, act: Callable[[Client], T]) -> T:
        """A daemon that was restarted has closed the connection: what was asked of the old one, the new one does."""
        had_connection = self._client is not None
        try:
            return act(self._connected())
        except (ConnectionLost, ProtocolError) as broken:
            self.close()
            if isinstance(broken, ProtocolError) or not had_connection:
                raise
        return act(self._connected())

    def _connected(self) -> Client:
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _await(self, utterance: Utterance) -> None:
        """Tell if it comes to nothing after all, as when the loudspeaker is gone."""
        try:
            utterance.wait()
        except UtteranceFailed as problem:
            self._complain(problem)
        except UtterdError:
            pass  # stopped; or the connection is gone, which the next action finds

    def _complain(self, problem: UtterdError) -> None:
        complain(str(problem))
        self.tell(problem)


def _change_speed(client: Client, step: float) -> None:
    """From that of what is being spoken, or else of what comes next."""
    low, high = SPEED_RANGE
    present = client.status().get("speed") or 1.0
    client.adjust(speed=min(high, max(low, round(present + step, 2))))
