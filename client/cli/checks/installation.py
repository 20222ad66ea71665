"""Is everything there that utterd is made of: Python, packages, PortAudio, the model?"""

import sys
from collections.abc import Callable, Iterator
from ctypes.util import find_library as find_system_library
from importlib import metadata
from importlib.util import find_spec

from utterd.client.cli.checks.finding import Finding, Verdict
from utterd.config.bundles import Bundle, BundleError, find_bundle, verify_files
from utterd.config.paths import Paths
from utterd.config.settings import Settings, SettingsError, load_settings

PYTHON_FROM, PYTHON_BEFORE = (3, 11), (3, 13)
"""misaki, which turns text into phonemes, installs in no other."""

IMPORT_NAMES = {"espeakng-loader": "espeakng_loader", "python-xlib": "Xlib", "pyzmq": "zmq"}
"""Where a distribution's import name is not its own."""


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
    needed = [requirement for requirement in requirements if _is_for_us(requirement)]
    return ["".join(_leading_name(requirement)) for requirement in needed]


def _is_for_us(requirement: str) -> bool:
    """No extra, and no other system's. The markers in our own metadata are these two alone."""
    if "extra ==" in requirement:
        return False
    _, _, system = requirement.partition("sys_platform == ")
    return not system or system.strip("\"' ") == sys.platform


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
    mend = "sudo apt-get install libportaudio2   (dnf: portaudio, pacman: portaudio)"
    if find_library("pulse"):
        detail = "the library is missing: without a sound server there is no loudspeaker"
        return Finding(name="PortAudio", verdict=Verdict.NOTE, detail=detail, mend=mend)
    detail = "the library is missing, so no loudspeaker can be used; files can still be written with -o"
    return Finding(name="PortAudio", verdict=Verdict.BROKEN, detail=detail, mend=mend)


def check_libpulse(find_library: Callable[[str], str | None] = find_system_library) -> Finding:
    """The way to PulseAudio and PipeWire; there is another, through PortAudio."""
    if library := find_library("pulse"):
        return Finding(name="libpulse", verdict=Verdict.OK, detail=library)
    return Finding(
        name="libpulse",
        verdict=Verdict.NOTE,
        detail="the library is missing: sound servers are reached through PortAudio, and stops are less exact",
        mend="sudo apt-get install libpulse0   (dnf: pulseaudio-libs, pacman: libpulse)",
    )


def check_settings(paths: Paths) -> tuple[Finding, Settings | None]:
    """The user's settings; None where they cannot be read."""
    try:
        settings = load_settings(paths.config_file)
    except SettingsError as error:
        mend = f"edit {paths.config_file}"
        return Finding(name="settings", verdict=Verdict.BROKEN, detail=str(error), mend=mend), None
    where = paths.config_file if paths.config_file.exists() else f"the defaults; yours would be {paths.config_file}"
    return Finding(name="settings", verdict=Verdict.OK, detail=str(where)), settings


def check_model(name: str, find: Callable[[str], Bundle] = find_bundle) -> Finding:
    """Every file that its bundle.toml names is there, and is what it says."""
    try:
        bundle = find(name)
        verify_files(bundle)
    except BundleError as error:
        mend = "make dev   (in the checkout of utterd; elsewhere: install utterd again)"
        if name != "starter":
            mend = "set speech.model to a model that is there, or take the line out"
        return Finding(name="model", verdict=Verdict.BROKEN, detail=str(error), mend=mend)
    return Finding(
        name="model",
        verdict=Verdict.OK,
        detail=f"{bundle.name}, {len(bundle.voices)} voices, {len(bundle.files)} files",
    )
