"""sway: `bindsym` lines in a file of our own, which the person's configuration includes."""

import fnmatch
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from utterd.client.hotkeys.bindings import Binding
from utterd.client.hotkeys.commands import CommandFor, installed_command
from utterd.client.hotkeys.compositors.blocks import put_block, read, remove, remove_block, write
from utterd.client.hotkeys.compositors.folders import config_home, home
from utterd.client.hotkeys.compositors.keys import sway_keys

RELOAD_TIMEOUT_S: Final = 30.0

NO_CONFIGURATION: Final = (
    "sway reads no configuration of yours: copy /etc/sway/config to ~/.config/sway/config "
    "and run utterd hotkeys install again"
)

HEADER: Final = "# Written by `utterd hotkeys install`; change keys under [hotkeys] in utterd's config.toml instead.\n"


class Sway:
    """See `Compositor`."""

    def is_running(self) -> bool:
        return bool(os.environ.get("SWAYSOCK"))

    def snippet(self, bindings: Sequence[Binding], command: CommandFor = installed_command) -> str:
        return "".join(f"{line}\n" for line in _lines(bindings, command))

    def install(self, bindings: Sequence[Binding], command: CommandFor = installed_command) -> list[str]:
        file, config = own_file(), users_config()
        changed = read(file) != (text := HEADER + self.snippet(bindings, command))
        write(file, text)
        done = [f"wrote {file}"]
        if config is None:
            return [*done, NO_CONFIGURATION]
        if not _includes(config, file) and put_block(config, f"include {file}"):
            done.append(f"added an include of it to {config}")
            changed = True
        if changed and self.is_running():
            done.append(_reload("the keys work from now on"))
        return done

    def uninstall(self) -> list[str]:
        file, config = own_file(), users_config()
        done = []
        if config is not None and remove_block(config):
            done.append(f"took the include out of {config}")
        if remove(file):
            done.append(f"removed {file}")
        if done and self.is_running():
            done.append(_reload("the keys do nothing any more"))
        return done


def own_file() -> Path:
    return config_home() / "sway" / "config.d" / "utterd.conf"


def users_config() -> Path | None:
    """The person's own configuration, where sway looks for it; None if only the system's is there."""
    places = [home() / ".sway" / "config", config_home() / "sway" / "config"]
    places += [home() / ".i3" / "config", config_home() / "i3" / "config"]
    return next((place for place in places if place.is_file()), None)


def _lines(bindings: Sequence[Binding], command: CommandFor) -> Iterator[str]:
    for binding in bindings:
        words = shlex.join(command(binding.action)).replace("$", "$$")  # $ names a variable of sway
        # Once for a key that is held: a press that repeats would start and stop speech by turns.
        yield f"bindsym --no-repeat {sway_keys(binding)} exec {words}"


def _includes(config: Path, file: Path) -> bool:
    """Does the person's configuration include our file already, as one of many?"""
    for line in read(config).splitlines():
        word, _, pattern = line.strip().partition(" ")
        if word != "include":
            continue
        pattern = os.path.expandvars(os.path.expanduser(pattern.strip().strip("\"'")))
        if fnmatch.fnmatch(str(file), str(config.parent / pattern)):
            return True
    return False


def _reload(outcome: str) -> str:
    """Have the running sway read its files. Not `bindsym` as a command: that loses the quotes of what is to be run."""
    if shutil.which("swaymsg") is None:
        return "reload sway's configuration for it to take effect"
    done = subprocess.run(["swaymsg", "reload"], capture_output=True, text=True, timeout=RELOAD_TIMEOUT_S)
    if done.returncode == 0:
        return outcome
    reason = " ".join((done.stderr or done.stdout).split()) or "it does not say why"
    return f"sway could not read its configuration again ({reason}); `sway --validate` tells more"
