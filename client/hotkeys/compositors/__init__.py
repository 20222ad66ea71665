"""Keys bound in the desktop's own configuration to utterd's commands: it works wherever a portal does not."""

from collections.abc import Sequence
from typing import Final, Protocol

from utterd.client.hotkeys.bindings import Binding
from utterd.client.hotkeys.commands import CommandFor, installed_command
from utterd.client.hotkeys.compositors.gnome import Gnome
from utterd.client.hotkeys.compositors.hyprland import Hyprland
from utterd.client.hotkeys.compositors.kde import Kde
from utterd.client.hotkeys.compositors.sway import Sway


class Compositor(Protocol):
    """A desktop or window manager whose configuration binds keys to commands."""

    def is_running(self) -> bool:
        """Is it the one of this session?"""

    def snippet(self, bindings: Sequence[Binding], command: CommandFor = installed_command) -> str:
        """What a person can put into the configuration, or type into a shell, by hand."""

    def install(self, bindings: Sequence[Binding], command: CommandFor = installed_command) -> list[str]:
        """Bind these keys, and no other of ours; what was done and what is left to do, a sentence each.

        May be done again, for other keys. Whatever else the person has bound stays.

        Raises:
            ConfigurationUnwritable: a file or a tool of the desktop stands in the way.
        """

    def uninstall(self) -> list[str]:
        """Take out all that `install` put in; what was done, a sentence each, and nothing if there was nothing.

        Raises:
            ConfigurationUnwritable: as in `install`.
        """


COMPOSITORS: Final[dict[str, Compositor]] = {"gnome": Gnome(), "kde": Kde(), "sway": Sway(), "hyprland": Hyprland()}
