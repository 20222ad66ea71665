"""Global shortcuts through the desktop's portal: for Wayland, where no program may take a key for itself.

GNOME 48 and later and KDE Plasma 6 have it. The person is asked once; the desktop keeps the answer, and lets the keys
be changed in its own settings.
"""

import logging
import os
import time
from collections.abc import Callable, Sequence
from typing import Final

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.portal_app import introduce
from utterd.client.hotkeys.portal_bus import BUS, SHORTCUTS, BusUnavailable, CallFailed, PortalBus
from utterd.client.hotkeys.portal_session import PortalAbsent, PortalError, SessionLost, ShortcutsSession

logger = logging.getLogger(__name__)

RETRY_DELAYS_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Before each try to have the shortcuts back, after a session was lost. A portal is restarted within a second or two;
one that closes session after session does not want us."""

GIVEN_UP: Final = "after several tries the keys do nothing any more; start utterd hotkeys run again"


def is_available(bus: str = "SESSION") -> bool:
    """Does this desktop have the portal's shortcuts, with keys? Starts the portal if it does not run.

    Args:
        bus: as in `run`.
    """
    if os.environ.get(
        "HYPRLAND_INSTANCE_SIGNATURE"
    ):  # gives shortcuts, and leaves it to its configuration to bind keys
        return False
    try:
        with PortalBus(bus) as connection:  # of its own: `run` has to register before it asks anything
            version = connection.call(f"{BUS}.Properties", "Get", "ss", (SHORTCUTS, "version"))
    except (BusUnavailable, CallFailed):
        return False
    return bool(version)


def run(
    bindings: Sequence[Binding],
    on_action: Callable[[Action], None],
    *,
    on_problem: Callable[[str], None] = logger.warning,
    on_ready: Callable[[], None] = lambda: None,
    bus: str = "SESSION",
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Ask the desktop for these keys, and call `on_action` at each press, on this thread, until interrupted.

    A portal that is restarted is asked again.

    Args:
        on_problem: told, in a sentence, when the keys are lost and asked for again.
        on_ready: called when they work: the first time, and again after a loss.
        bus: jeepney's name of the bus, or its address.
        sleep: waits so many seconds before another try.

    Raises:
        PortalError: there is no such portal, it refuses, the person said no, or it keeps closing the session.
        BusUnavailable: there is no session bus, or the desktop session has ended.
    """
    introduce()
    losses, was_open = 0, False
    while True:
        try:
            with PortalBus(bus) as connection:
                session = ShortcutsSession(connection)
                triggers = session.open(bindings)
                logger.info("hotkeys from the portal: %s", ", ".join(triggers) or "it does not tell which")
                on_ready()
                was_open = True
                while True:
                    on_action(session.next_action())
                    losses = 0
        except (SessionLost, PortalAbsent) as loss:
            if not was_open and isinstance(loss, PortalAbsent):
                raise
            if losses == len(RETRY_DELAYS_S):
                raise PortalError(f"{loss}; {GIVEN_UP}") from None
            if losses == 0:
                on_problem(f"{loss}; the keys do nothing until it gives them again")
            sleep(RETRY_DELAYS_S[losses])
            losses += 1
