"""`utterd tray`: the icon, its menu and the watcher, put together."""

import signal
import threading
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from utterd.client.cli.exits import CommandError, Exit, complain
from utterd.client.notify import notify
from utterd.client.tray.state import Mood, TrayState

NO_MENU = "this tray takes no menu: for one, pystray needs PyGObject, with GTK or AppIndicator"

HOW_TO_INSTALL = "the tray needs the extra `tray`; install it: pip install 'utterd[tray]'"


def run_tray() -> None:
    """Until somebody quits it, or SIGTERM or Ctrl-C comes. Belongs in the main thread: macOS wants its icons there.

    Raises:
        CommandError: there is no tray to be in.
    """
    Tray(load_pystray()).run()


def load_pystray() -> Any:
    """The module; to import it is to look for a desktop.

    Raises:
        CommandError: it, or the desktop, is not there.
    """
    for library in ("PIL", "pystray"):
        if find_spec(library) is None:
            raise CommandError(Exit.FAILED, HOW_TO_INSTALL)
    try:
        pystray: Any = import_module("pystray")
    except Exception as error:  # each of its ways to a desktop fails with errors of its own
        reason = str(error).strip() or type(error).__name__
        raise CommandError(Exit.FAILED, f"there is no tray to show an icon in: {reason}") from None
    if not pystray.Icon.HAS_MENU:  # bare X11, where it also hangs now and then: its threads share one connection
        raise CommandError(Exit.FAILED, NO_MENU)
    return pystray


class Tray:
    """One icon."""

    def __init__(self, pystray: Any) -> None:
        from utterd.client.tray.icons import draw_icon
        from utterd.client.tray.menu import build_menu
        from utterd.client.tray.watch import Watcher

        self._state = TrayState(Mood.OFF)
        self._images = {mood: draw_icon(mood) for mood in Mood}
        self._watcher = Watcher(self._show, on_problem=self._tell)
        menu = build_menu(pystray, state=lambda: self._state, wish=self._watcher.wish, leave=self.leave)
        self._icon = pystray.Icon("utterd", self._images[Mood.OFF], self._state.describe(), menu)

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.leave())
        try:
            self._icon.run(self._begin)
        except Exception as error:  # of whatever library the desktop is reached by, when the desktop goes away
            raise CommandError(Exit.FAILED, f"the tray has gone: {error}") from None
        finally:
            self._watcher.end()

    def leave(self) -> None:
        """Take the icon away; `run` returns. In a thread of its own, as pystray waits in it for others."""
        threading.Thread(target=self._icon.stop, daemon=True).start()

    def _begin(self, icon: Any) -> None:
        icon.visible = True
        self._watcher.start()

    def _show(self, state: TrayState) -> None:
        is_other_mood = state.mood is not self._state.mood
        self._state = state
        if is_other_mood:
            self._icon.icon = self._images[state.mood]
        self._icon.title = state.describe()
        self._icon.update_menu()

    def _tell(self, problem: str) -> None:
        complain(problem)
        notify("utterd", problem)
