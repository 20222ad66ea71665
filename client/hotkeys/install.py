"""Makes keys work from the next login on, in the way that this session has: and takes that back."""

import os
import sys
from collections.abc import Sequence

from utterd.client.errors import UtterdError
from utterd.client.hotkeys import autostart, helper, instance
from utterd.client.hotkeys.bindings import Binding
from utterd.client.hotkeys.commands import CommandFor, installed_command


class NotInstallable(UtterdError):
    """This desktop has no way; the message says what can be done by hand."""


def install(bindings: Sequence[Binding], *, agent: bool = False, start: bool = True) -> list[str]:
    """What was done and is left to do, a sentence each.

    Args:
        agent: have `utterd hotkeys run` serve the keys, even where the desktop can do without.
        start: have it serve them from now on, too.

    Raises:
        UtterdError: it could not be done.
    """
    if sys.platform == "darwin":
        from utterd.client.hotkeys.macos import launch_agent, quick_action

        return launch_agent.install() if agent else quick_action.install(bindings)
    if os.environ.get("WAYLAND_DISPLAY") and not agent:
        return _install_on_wayland(bindings, start=start)
    return _install_agent(start=start)


def uninstall() -> list[str]:
    """What was done, a sentence each; nothing if there was nothing.

    Raises:
        UtterdError: it could not be done.
    """
    if sys.platform == "darwin":
        from utterd.client.hotkeys.macos import launch_agent, quick_action

        return [*launch_agent.uninstall(), *quick_action.uninstall()]
    from utterd.client.hotkeys import portal_app
    from utterd.client.hotkeys.compositors import COMPOSITORS

    done = [f"ended the agent (process {pid})" for pid in instance.end_agents()]
    if autostart.remove_entry():
        done.append(f"removed {autostart.entry_path()}")
    for compositor in COMPOSITORS.values():
        done += compositor.uninstall()
    if portal_app.forget():
        done.append(f"removed {portal_app.desktop_file()}")
    if helper.remove_helper():
        done.append(f"removed {helper.helper_path()}")
    return done


def _install_agent(*, start: bool) -> list[str]:
    path = autostart.add_entry()
    done = [f"wrote {path}: the hotkeys are served from the next login on"]
    has_desktop = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if start and has_desktop and not instance.running_agents():
        autostart.start_agent()
        done.append("started the agent: they are served from now on, too")
    return done


def _install_on_wayland(bindings: Sequence[Binding], *, start: bool) -> list[str]:
    from utterd.client.hotkeys import portal
    from utterd.client.hotkeys.compositors import COMPOSITORS

    running = [name for name, compositor in COMPOSITORS.items() if compositor.is_running()]
    if not running:
        if portal.is_available():
            return _install_agent(start=start)
        raise NotInstallable("this Wayland desktop is not one of those utterd can set up; see `utterd hotkeys show`")
    commands, done = _commands(running[0])
    return done + COMPOSITORS[running[0]].install(bindings, commands)


def _commands(desktop: str) -> tuple[CommandFor, list[str]]:
    """What the keys run, and what was done for it."""
    try:
        path = helper.compile_helper()
    except helper.CompilerFailed as error:
        return installed_command, [f"{error}; the keys run the Python command, which takes a tenth of a second"]
    if path is None:
        return installed_command, [
            "there is no C compiler: the keys run the Python command, a tenth of a second slower"
        ]
    return helper.helper_commands(path, helper.find_reader(desktop)), [f"compiled {path}"]
