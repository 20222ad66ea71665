"""Lines of ours in a file that is somebody else's: between two marks, so that they can be found, renewed and removed.

The rest of the file is kept to the byte. A file that is a link, as in a repository of dotfiles, stays one.
"""

import os
import tempfile
from pathlib import Path
from typing import Final

from utterd.client.errors import UtterdError

BEGIN: Final = ">>> utterd: written by `utterd hotkeys install`, removed by `utterd hotkeys uninstall`"
END: Final = "<<< utterd"


class ConfigurationUnwritable(UtterdError):
    """A file of the desktop's configuration cannot be read or changed; the message names it, and what to do."""


def put_block(path: Path, line: str, *, comment: str = "#") -> bool:
    """Have `line` at the end of the file, in a block of ours; whether the file was changed.

    Args:
        comment: what a comment begins with in such files.

    Raises:
        ConfigurationUnwritable: see there.
    """
    old = read(path)
    kept = _without_block(path, old)
    gap = "" if not kept or kept.endswith("\n") else "\n"
    new = f"{kept}{gap}{comment} {BEGIN}\n{line}\n{comment} {END}\n"
    return write(path, new) if new != old else False


def remove_block(path: Path) -> bool:
    """Take our block out, if it is there; whether it was."""
    old = read(path)
    new = _without_block(path, old)
    return write(path, new) if new != old else False


def read(path: Path) -> str:
    """The text of a file; empty if there is none."""
    try:
        return path.read_text("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigurationUnwritable(f"{path} cannot be read: {error.strerror or error}") from error


def write(path: Path, text: str) -> bool:
    """Exchange a file's text as one step, keeping its mode; true, always."""
    target = path.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o7777 if target.exists() else 0o644
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as stream:
            stream.write(text)
        os.chmod(name, mode)
        os.replace(name, target)
    except OSError as error:
        raise ConfigurationUnwritable(f"{path} cannot be written: {error.strerror or error}") from error
    return True


def remove(path: Path) -> bool:
    """Delete a file of ours; whether there was one."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ConfigurationUnwritable(f"{path} cannot be removed: {error.strerror or error}") from error
    return True


def _without_block(path: Path, text: str) -> str:
    kept: list[str] = []
    inside = False
    for line in text.splitlines(keepends=True):
        if not inside and BEGIN in line:
            inside = True
        elif inside and line.rstrip().endswith(END):
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise ConfigurationUnwritable(
            f"{path}: the line with {END!r} is missing there; remove what utterd wrote by hand"
        )
    return "".join(kept)
