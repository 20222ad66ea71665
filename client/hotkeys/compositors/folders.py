"""Where desktops keep this user's configuration and data. (XDG Base Directory Specification)"""

import os
from pathlib import Path


def home() -> Path:
    return Path(os.environ.get("HOME", "~")).expanduser()


def config_home() -> Path:
    return _named("XDG_CONFIG_HOME") or home() / ".config"


def data_home() -> Path:
    return _named("XDG_DATA_HOME") or home() / ".local" / "share"


def _named(variable: str) -> Path | None:
    """Relative ones are to be ignored, says the specification."""
    value = os.environ.get(variable, "")
    return Path(value) if value.startswith("/") else None
