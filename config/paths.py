"""Folders and socket of this user, on macOS and on Linux.

`UTTERD_HOME=DIR` puts everything under one folder; `UTTERD_SOCKET` moves the socket alone. One of the few files that
read `sys.platform`.
"""

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from utterd.config.record import record

SOCKET_PATH_LIMIT_BYTES = 100
"""Shorter than sun_path of every system we run on (macOS 104, Linux 108), with room for ZeroMQ's own names."""


class PathError(Exception):
    """A folder or socket that cannot be used; the message says which and what to do."""


@record
class Paths:
    """Where this user's things are. Nothing is created until `make_private` is called."""

    run: Path
    """Sockets and locks; mode 0700, gone after logout on most systems."""
    config: Path
    cache: Path
    state: Path
    log: Path
    models: Path
    """Models that were downloaded, a folder each."""
    socket: Path
    """What clients connect to."""

    @property
    def lock(self) -> Path:
        """Held by the one daemon of this folder for as long as it lives."""
        return self.run / "utterd.lock"

    @property
    def log_file(self) -> Path:
        return self.log / "utterd.log"

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def lexicon_file(self) -> Path:
        """The user's own pronunciations; may be absent."""
        return self.config / "lexicon.toml"

    @property
    def catalogue_file(self) -> Path:
        """The user's own additions to the catalogue of models; may be absent."""
        return self.config / "models.toml"


def find_paths(environ: Mapping[str, str] | None = None) -> Paths:
    """The folders for this environment (`os.environ` unless given).

    Raises:
        PathError: the socket's path is too long for a Unix socket.
    """
    env = os.environ if environ is None else environ
    folders = _folders(env)
    socket = Path(env.get("UTTERD_SOCKET") or folders["run"] / "utterd.sock").expanduser().absolute()
    if len(os.fsencode(socket)) > SOCKET_PATH_LIMIT_BYTES:
        raise PathError(
            f"the socket path {socket} is longer than {SOCKET_PATH_LIMIT_BYTES} bytes; "
            "set UTTERD_HOME or UTTERD_SOCKET to a shorter one"
        )
    return Paths(socket=socket, **folders)


def find_models_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where downloaded models are, for those who need no socket."""
    return _folders(os.environ if environ is None else environ)["models"]


def _folders(env: Mapping[str, str]) -> dict[str, Path]:
    if home := env.get("UTTERD_HOME"):
        root = Path(home).expanduser().absolute()
        return {name: root / name for name in ("run", "config", "cache", "state", "log", "models")}
    return _macos_folders(env) if sys.platform == "darwin" else _xdg_folders(env)


def _macos_folders(env: Mapping[str, str]) -> dict[str, Path]:
    # Not $TMPDIR for the run folder: it is swept after some days, and differs under sudo and ssh.
    library = Path(env.get("HOME", "~")).expanduser() / "Library"
    support = library / "Application Support" / "utterd"
    return {
        "run": library / "Caches" / "utterd" / "run",
        "config": support,
        "cache": library / "Caches" / "utterd",
        "state": support / "state",
        "log": library / "Logs" / "utterd",
        "models": support / "models",
    }


def _xdg_folders(env: Mapping[str, str]) -> dict[str, Path]:
    home = Path(env.get("HOME", "~")).expanduser()

    def folder(variable: str, fallback: Path) -> Path:
        value = env.get(variable, "")
        return Path(value) if value.startswith("/") else fallback

    # Without a runtime folder of the system's: directly in the common one. A folder between might be somebody else's,
    # who could exchange ours in it.
    run = folder("XDG_RUNTIME_DIR", Path()) / "utterd"
    if not run.is_absolute():
        import tempfile  # slow to import, for a client

        run = Path(tempfile.gettempdir()) / f"utterd-{os.getuid()}"
    state = folder("XDG_STATE_HOME", home / ".local" / "state") / "utterd"
    return {
        "run": run,
        "config": folder("XDG_CONFIG_HOME", home / ".config") / "utterd",
        "cache": folder("XDG_CACHE_HOME", home / ".cache") / "utterd",
        "state": state,
        "log": state / "log",
        "models": folder("XDG_DATA_HOME", home / ".local" / "share") / "utterd" / "models",
    }


def are_in_plain_home(environ: Mapping[str, str] | None = None) -> bool:
    """UTTERD_HOME is the user's own home: folders named `run`, `cache` or `models` in it may be anybody's."""
    env = os.environ if environ is None else environ
    given = env.get("UTTERD_HOME")
    return bool(given) and Path(str(given)).expanduser().resolve() == Path(env.get("HOME", "~")).expanduser().resolve()


def make_private(folder: Path) -> Path:
    """Create `folder` for this user alone (0700), or check that it is this user's.

    Raises:
        PathError: it belongs to someone else, is a link, or cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise PathError(f"cannot use the folder {folder}: {error.strerror}") from error
    if not stat.S_ISDIR(status.st_mode):
        raise PathError(f"{folder} is not a folder")
    if status.st_uid != os.getuid():
        raise PathError(f"{folder} belongs to another user (uid {status.st_uid}); set UTTERD_HOME to a folder of yours")
    if status.st_mode & 0o077:
        folder.chmod(0o700)
    return folder
