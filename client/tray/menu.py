"""The menu of the icon. pystray asks it anew for what it shows each time it is opened, or `update_menu` is called."""

from collections.abc import Callable, Iterator
from typing import Any

from utterd.client.hotkeys.bindings import Action
from utterd.client.tray.state import Mood, TrayState
from utterd.client.tray.watch import Wish


def build_menu(
    pystray: Any, *, state: Callable[[], TrayState], wish: Callable[[Wish], None], leave: Callable[[], None]
) -> Any:
    """A `pystray.Menu`.

    Args:
        pystray: the module; given, as importing it opens the desktop.
        state: how things are when the menu is shown.
        wish: has something done; returns at once.
        leave: ends the tray.
    """
    item, menu = pystray.MenuItem, pystray.Menu

    def wishing(what: Wish) -> Callable[[], None]:
        return lambda: wish(what)

    def is_spoken(_: Any) -> bool:
        return state().mood in (Mood.SPEAKING, Mood.PAUSED)

    def is_there(_: Any) -> bool:
        return state().mood is not Mood.OFF

    def voices() -> Iterator[Any]:
        return (item(name.replace("_", " "), wishing(name)) for name in state().voices)

    return menu(
        item(lambda _: state().describe(), None, enabled=False),
        menu.SEPARATOR,
        item(
            lambda _: "Resume" if state().mood is Mood.PAUSED else "Pause",
            wishing(Action.PAUSE),
            default=True,
            enabled=is_spoken,
        ),
        item("Back a sentence", wishing(Action.BACK), enabled=is_spoken),
        item("Stop", wishing(Action.STOP), enabled=is_spoken),
        menu.SEPARATOR,
        item("Faster", wishing(Action.FASTER), enabled=is_there),
        item("Slower", wishing(Action.SLOWER), enabled=is_there),
        item("Hear a voice", menu(voices), enabled=is_there),
        menu.SEPARATOR,
        item("Quit", leave),
    )
