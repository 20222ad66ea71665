"""Make utterd a module of this user's speech-dispatcher, and take it away again.

speech-dispatcher (from 0.11 on) looks for modules in `~/.local/libexec/speech-dispatcher-modules`, and in the system's
folder: a link there is all it needs, and every other module stays as it is. But as soon as its configuration names one
module (AddModule), it looks for none, and so in such a configuration ours is named, too. A user's speechd.conf is read
*instead* of the system's: one that we have to make for the default module takes that one in.

For the default module the server is also kept from its own reading of signs (SymbolsPreproc "no"). With that of its
configuration as it comes (0.11.4), "50% on 2026-11-26" reaches every module as "50  on 2026 11 26", unless punctuation
is to be spoken. Modules name signs themselves, as far as they are asked to; before 0.11 nothing else was the default.
"""

import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from utterd.client.bridges.speech_dispatcher.conf import (
    includes,
    lists_modules,
    modules_of_languages,
    with_block,
    without_block,
)
from utterd.client.errors import UtterdError

NAME: Final = "utterd"
"""Of the module, as in `spd-say -o utterd`."""

COMMAND: Final = "sd_utterd"

SYSTEM_FOLDERS: Final = (Path("/etc/speech-dispatcher"), Path("/usr/local/etc/speech-dispatcher"))

_MOST_INCLUDED: Final = 100
"""Files; a configuration may include itself."""

TAKES_EFFECT: Final = "it takes effect when speech-dispatcher starts next, or now: pkill -HUP speech-dispatch"
"""The name of its process is cut to 15 characters."""


class SetupFailed(UtterdError):
    """Nothing was changed, or not all of it; the message says what stands in the way."""


def install(*, make_default: bool = True) -> list[str]:
    """What was done, a sentence each. May be done again.

    Args:
        make_default: it speaks wherever no other module is asked for.

    Raises:
        SetupFailed: there is no speech-dispatcher, or a file cannot be written.
    """
    if shutil.which("speech-dispatcher") is None:
        raise SetupFailed("speech-dispatcher is not installed here; install your system's package of that name first")
    try:
        link = _make_link()
        done = [f"speech-dispatcher finds its module {NAME}: {link}"]
        return done + _configure(link, make_default=make_default) + [TAKES_EFFECT]
    except OSError as error:
        raise SetupFailed(f"cannot write {error.filename}: {error.strerror}") from error


def uninstall() -> list[str]:
    """What was done, a sentence each; nothing if it was not installed.

    Raises:
        SetupFailed: a file cannot be written.
    """
    done = []
    try:
        link, conf = _link(), _user_conf()
        if link.is_symlink():
            link.unlink()
            done.append(f"removed {os.path.normpath(link)}")
            _remove_if_empty(link.parent)
            _remove_if_empty(link.parent.parent)
        text = _read(conf)
        if (rest := without_block(text)) != text:
            if rest:
                _write(conf, rest)
            else:
                conf.unlink()
                _remove_if_empty(conf.parent)
            done.append(f"{'restored' if rest else 'removed'} {conf}")
    except OSError as error:
        raise SetupFailed(f"cannot write {error.filename}: {error.strerror}") from error
    return [*done, TAKES_EFFECT] if done else []


def is_installed() -> bool:
    """Whether this user's speech-dispatcher finds this installation.

    Raises:
        SetupFailed: it has no command for that.
    """
    link = _link()
    return link.is_symlink() and link.readlink() == _command()


def _make_link() -> Path:
    """From where speech-dispatcher looks to our command."""
    link, command = _link(), _command()
    _data_home().mkdir(parents=True, exist_ok=True)  # the path leads through it
    link.parent.mkdir(parents=True, exist_ok=True)
    if not (link.is_symlink() and link.readlink() == command):
        link.unlink(missing_ok=True)
        link.symlink_to(command)
    return Path(os.path.normpath(link))


def _configure(link: Path, *, make_default: bool) -> list[str]:
    conf = _user_conf()
    text = _read(conf)
    own = without_block(text)
    system = next((folder / "speechd.conf" for folder in SYSTEM_FOLDERS if (folder / "speechd.conf").exists()), None)
    effective = "\n".join(_all_texts(own) if own else _all_texts(_read(system)) if system else [])
    lines = []
    if lists_modules(effective):
        lines.append(f'AddModule "{NAME}" "{link}" ""')
    if make_default:
        lines += [f"DefaultModule {NAME}", 'SymbolsPreproc "no"']
    if lines and not own:
        if system is None:
            raise SetupFailed(
                f"no speechd.conf was found in {' or '.join(map(str, SYSTEM_FOLDERS))}; "
                f"make yours with `spd-conf -u`, and try again"
            )
        lines.insert(0, f'Include "{system}"')
    new = with_block(text, lines)
    if new != text:
        _write(conf, new) if new else conf.unlink()
    return _told(conf, lines, effective)


def _told(conf: Path, lines: list[str], effective: str) -> list[str]:
    if not any(line.startswith("DefaultModule") for line in lines):
        return [f"added it to {conf}, which names its modules"] if lines else []
    others = [f"{language} ({module})" for language, module in modules_of_languages(effective) if module != NAME]
    but = f", but for {', '.join(others)}, which LanguageDefaultModule gives to other modules" if others else ""
    return [f"{NAME} is its default module{but}: {conf}"]


def _all_texts(text: str) -> Iterator[str]:
    """The text, and all that it includes. speech-dispatcher looks for files without a folder in the system's."""
    waiting, taken = [text], 0
    while waiting and taken < _MOST_INCLUDED:
        text = waiting.pop(0)
        taken += 1
        yield text
        for pattern in includes(text):
            for folder in SYSTEM_FOLDERS:
                waiting += map(_read, map(Path, sorted(glob.glob(str(folder / pattern)))))
                if Path(pattern).is_absolute():
                    break


def _command() -> Path:
    """Of this installation, beside its Python.

    Raises:
        SetupFailed: there is none.
    """
    beside = Path(sys.executable).parent / COMMAND
    if beside.exists():
        return beside
    if found := shutil.which(COMMAND):
        return Path(found).absolute()
    raise SetupFailed(f"the command {COMMAND} is not there; install utterd again, with pip or pipx")


def _link() -> Path:
    """Written as speech-dispatcher does, through the data folder, which may itself be a link to elsewhere."""
    return _data_home() / ".." / "libexec" / "speech-dispatcher-modules" / COMMAND


def _data_home() -> Path:
    return _xdg("XDG_DATA_HOME", ".local/share")


def _user_conf() -> Path:
    return _xdg("XDG_CONFIG_HOME", ".config") / "speech-dispatcher" / "speechd.conf"


def _xdg(variable: str, fallback: str) -> Path:
    value = os.environ.get(variable, "")
    return Path(value) if value.startswith("/") else Path(os.environ.get("HOME", "~")).expanduser() / fallback


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except (FileNotFoundError, IsADirectoryError):
        return ""


def _write(path: Path, text: str) -> None:
    """As one step; a link stays one, and the file keeps its mode."""
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))
    with suppress(FileNotFoundError):
        os.chmod(name, target.stat().st_mode & 0o7777)
    os.replace(name, target)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
