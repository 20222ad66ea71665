"""What `doctor` looks at. Looks only: nothing is imported that takes long, nothing is started or changed."""

import hashlib
import os
import stat
import sys
import tomllib
from collections.abc import Callable, Iterator
from ctypes.util import find_library as find_system_library
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from utterd.client.connection import Client
from utterd.client.errors import DaemonNotRunning, UtterdError
from utterd.config.paths import PathError, Paths, find_paths

PYTHON_FROM, PYTHON_BEFORE = (3, 11), (3, 13)
"""misaki, which turns text into phonemes, installs in no other."""

IMPORT_NAMES = {"espeakng-loader": "espeakng_loader", "pyzmq": "zmq"}
"""Where a distribution's import name is not its own."""

STATUS_TIMEOUT_S = 5.0


class Verdict(StrEnum):
    OK = "ok"
    NOTE = "note"
    """Not as usual, but speech works."""
    BROKEN = "BROKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of one check."""

    name: str
    verdict: Verdict
    detail: str
    mend: str = ""
    """A command, where one helps."""


def examine() -> Iterator[Finding]:
    """All checks, from the ground up."""
    yield check_python(sys.version_info[:2])
    yield check_packages(required_distributions())
    yield check_portaudio()
    yield check_bundle(starter_folder())
    try:
        paths = find_paths()
    except PathError as error:
        yield Finding(
            name="socket folder", verdict=Verdict.BROKEN, detail=str(error), mend="export UTTERD_HOME=~/.utterd"
        )
        return
    yield check_run_folder(paths)
    yield check_daemon(paths)


def check_python(version: tuple[int, int]) -> Finding:
    name = ".".join(map(str, version))
    if PYTHON_FROM <= version < PYTHON_BEFORE:
        return Finding(name="Python", verdict=Verdict.OK, detail=name)
    detail = f"{name}, but 3.11 or 3.12 is needed"
    return Finding(name="Python", verdict=Verdict.BROKEN, detail=detail, mend="python3.12 -m venv .venv")


def required_distributions() -> list[str]:
    """The names of what utterd's own metadata asks for, without versions and extras."""
    try:
        requirements = metadata.requires("utterd") or []
    except metadata.PackageNotFoundError:
        return ["utterd"]
    needed = [requirement for requirement in requirements if "extra ==" not in requirement]
    return ["".join(_leading_name(requirement)) for requirement in needed]


def _leading_name(requirement: str) -> Iterator[str]:
    for character in requirement:
        if not (character.isalnum() or character in "-_."):
            return
        yield character


def check_packages(distributions: list[str]) -> Finding:
    missing = [name for name in distributions if find_spec(IMPORT_NAMES.get(name, name)) is None]
    if not missing:
        return Finding(name="packages", verdict=Verdict.OK, detail=f"all {len(distributions)} are there")
    return Finding(
        name="packages",
        verdict=Verdict.BROKEN,
        detail=f"missing: {', '.join(missing)}",
        mend=f"{sys.executable} -m pip install {' '.join(missing)}",
    )


def check_portaudio(
    find_library: Callable[[str], str | None] = find_system_library, platform: str = sys.platform
) -> Finding:
    """On macOS the sounddevice package brings PortAudio along; on Linux the system has to."""
    if platform == "darwin" and find_spec("_sounddevice_data") is not None:
        return Finding(name="PortAudio", verdict=Verdict.OK, detail="comes with sounddevice")
    if library := find_library("portaudio"):
        return Finding(name="PortAudio", verdict=Verdict.OK, detail=library)
    return Finding(
        name="PortAudio",
        verdict=Verdict.BROKEN,
        detail="the library is missing, so no loudspeaker can be used; files can still be written with -o",
        mend="sudo apt-get install libportaudio2   (dnf: portaudio, pacman: portaudio)",
    )


def starter_folder() -> Path | None:
    """Where the voice that ships with utterd is."""
    spec = find_spec("utterd.bundles.starter") if find_spec("utterd.bundles") else None
    return Path(spec.origin).parent if spec and spec.origin else None


def check_bundle(folder: Path | None) -> Finding:
    """Every file that bundle.toml names is there, and is what it says."""
    mend = "make dev   (in the checkout of utterd; elsewhere: install utterd again)"
    if folder is None:
        return Finding(name="starter voice", verdict=Verdict.BROKEN, detail="it is not installed", mend=mend)
    try:
        files: dict[str, str] = tomllib.loads((folder / "bundle.toml").read_text(encoding="utf-8"))["files"]
        bad = [name for name, digest in files.items() if _sha256(folder / name) != digest]
    except (OSError, KeyError, ValueError) as error:
        return Finding(name="starter voice", verdict=Verdict.BROKEN, detail=f"{folder}: {error}", mend=mend)
    if bad:
        detail = f"missing or damaged in {folder}: {', '.join(bad)}"
        return Finding(name="starter voice", verdict=Verdict.BROKEN, detail=detail, mend=mend)
    return Finding(name="starter voice", verdict=Verdict.OK, detail=f"{len(files)} files in {folder}")


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def check_run_folder(paths: Paths) -> Finding:
    """Nobody else may reach the socket. Where UTTERD_SOCKET moved it, the mode of the socket itself has to do."""
    folder = paths.socket.parent
    verdict = Verdict.BROKEN if folder == paths.run else Verdict.NOTE
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return Finding(name="socket folder", verdict=Verdict.OK, detail=f"{folder} (made when the daemon starts)")
    except OSError as error:
        return Finding(name="socket folder", verdict=Verdict.BROKEN, detail=f"{folder}: {error.strerror}")
    if not stat.S_ISDIR(status.st_mode):
        detail, mend = f"{folder} is not a folder", f"rm {folder}"
    elif status.st_uid != os.getuid():
        detail, mend = f"{folder} belongs to uid {status.st_uid}", "export UTTERD_HOME=~/.utterd"
    elif status.st_mode & 0o077:
        detail, mend = f"others may enter {folder}", f"chmod 700 {folder}"
    else:
        return Finding(name="socket folder", verdict=Verdict.OK, detail=str(folder))
    return Finding(name="socket folder", verdict=verdict, detail=detail, mend=mend)


def check_daemon(paths: Paths) -> Finding:
    try:
        with Client(paths.socket, reply_timeout_s=STATUS_TIMEOUT_S) as client:
            version = client.status().get("version")
    except DaemonNotRunning:
        detail = "not running; `utterd speak` starts it"
        return Finding(name="daemon", verdict=Verdict.NOTE, detail=detail, mend="utterd run")
    except UtterdError as error:
        mend = f"see {paths.log_file}"
        return Finding(name="daemon", verdict=Verdict.BROKEN, detail=str(error), mend=mend)
    return Finding(name="daemon", verdict=Verdict.OK, detail=f"version {version} answers at {paths.socket}")
