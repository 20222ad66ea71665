"""What keeps macOS from running an agent, though its property list is right."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from utterd.config.service import ServiceTrouble

_GUARDED = ("Documents", "Desktop", "Downloads", "Library/Mobile Documents")
"""Folders that macOS lets a program read only when its user has allowed that: an agent is not even asked about."""

_QUARANTINE = "com.apple.quarantine"


def check_code_is_readable(code: Iterable[Path], home: Path) -> None:
    """Raise ServiceTrouble if Python would have to read the daemon from a folder that macOS guards."""
    for folder in code:
        for guarded in _GUARDED:
            if folder.resolve().is_relative_to((home / guarded).resolve()):
                raise ServiceTrouble(
                    f"utterd is installed in {folder}, and macOS lets no service read {home / guarded}; "
                    "install it elsewhere, for example with `pipx install utterd`"
                )


def is_quarantined(path: Path) -> bool:
    """Whether macOS takes a file for downloaded: from version 27 on, launchd refuses such property lists."""
    try:
        done = subprocess.run(["xattr", "-p", _QUARANTINE, str(path)], capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
