"""Settings: defaults ← the user's file ← the environment, checked, in frozen dataclasses. Read once, passed down.

`defaults.toml` beside this file is their documentation; the dataclasses here are only their types.
"""

import dataclasses
import difflib
import importlib.resources
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ENVIRONMENT_PREFIX = "UTTERD_"
_NOT_SETTINGS = frozenset({"UTTERD_HOME", "UTTERD_SOCKET"})


class SettingsError(Exception):
    """A setting that cannot be used; the message says where it stands, what is wrong, and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    model: str
    voice: str
    language: str
    speed: float
    pitch: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    device: str
    volume: float
    keep_open_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    threads: int
    vocoder: str
    unload_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    heartbeat_s: float
    hang_s: float
    g2p_limit_s: float
    inference_limit_s: float
    output_limit_s: float
    start_limit_s: float
    stable_s: float
    give_up_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    level: str
    file_limit_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    idle_exit_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    mirror: str
    proxy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotkeys:
    """Keys such as `ctrl+alt+s`, as `utterd.client.hotkeys.bindings` reads them; empty: none."""

    speak: str
    append: str
    pause: str
    back: str
    faster: str
    slower: str
    stop: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    speech: Speech
    output: Output
    inference: Inference
    queue: Queue
    supervision: Supervision
    log: Log
    service: Service
    models: Models
    hotkeys: Hotkeys


_RANGES: dict[str, tuple[float, float]] = {
    "speech.speed": (0.5, 3.0),
    "speech.pitch": (-12.0, 12.0),
    "output.volume": (0.0, 2.0),
    "output.keep_open_s": (0.0, 86_400.0),
    "inference.threads": (0, 64),
    "inference.unload_after_s": (0.0, 604_800.0),
    "queue.limit": (1, 1_000_000),
    "supervision.heartbeat_s": (0.05, 60.0),
    "supervision.hang_s": (0.2, 600.0),
    "supervision.g2p_limit_s": (0.2, 3600.0),
    "supervision.inference_limit_s": (0.2, 3600.0),
    "supervision.output_limit_s": (0.2, 3600.0),
    "supervision.start_limit_s": (0.2, 3600.0),
    "supervision.stable_s": (0.0, 3600.0),
    "supervision.give_up_after": (1, 1000),
    "log.file_limit_bytes": (1000, 1e12),
    "service.idle_exit_s": (0.0, 604_800.0),
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "inference.vocoder": ("windows", "whole"),
    "log.level": ("debug", "info", "warning", "error"),
}

_Source = tuple[str, str, str, Any]
"""Where it stands (for people), section, key, value."""


def load_settings(
    config_file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings in force.

    Args:
        config_file: the user's; may be absent.
        environ: `os.environ` unless given.
        overrides: `section.key` → value, from the command line; strongest.

    Raises:
        SettingsError: for the first setting that is unknown or wrong.
    """
    defaults = _defaults()
    values = {section: dict(keys) for section, keys in defaults.items()}
    sources = [
        *_from_file(config_file),
        *_from_environment(os.environ if environ is None else environ, defaults),
        *(("the command line", *name.split(".", 1), value) for name, value in (overrides or {}).items()),
    ]
    for where, section, key, value in sources:
        default = _known(defaults, where, section, key)
        values[section][key] = _checked(where, f"{section}.{key}", value, default)
    hints = {field.name: field.type for field in dataclasses.fields(Settings)}
    sections: dict[str, Any] = {name: _section_type(hints[name])(**keys) for name, keys in values.items()}
    return Settings(**sections)


def _section_type(hint: Any) -> Any:
    return hint if isinstance(hint, type) else globals()[hint]


def _defaults() -> dict[str, dict[str, Any]]:
    text = importlib.resources.files("utterd.config").joinpath("defaults.toml").read_text("utf-8")
    return tomllib.loads(text)


def _from_file(path: Path | None) -> Iterator[_Source]:
    if path is None or not path.exists():
        return
    try:
        sections = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    known = [field.name for field in dataclasses.fields(Settings)]
    for section, keys in sections.items():
        if not isinstance(keys, dict):
            raise SettingsError(f"{path}: {section!r} stands outside a [section]; see `utterd doctor` for an example")
        if not keys and section not in known:
            raise SettingsError(f"{path}: there is no section [{section}]; there are {', '.join(known)}")
        for key, value in keys.items():
            yield str(path), section, key, value


def _from_environment(environ: Mapping[str, str], defaults: Mapping[str, Mapping[str, Any]]) -> Iterator[_Source]:
    for name, text in environ.items():
        if name.startswith(_ENVIRONMENT_PREFIX) and "__" in name and name not in _NOT_SETTINGS:
            section, _, key = name.removeprefix(_ENVIRONMENT_PREFIX).lower().partition("__")
            default = _known(defaults, f"the environment ({name})", section, key)
            yield f"the environment ({name})", section, key, _parse(name, text, default)


def _parse(name: str, text: str, default: Any) -> Any:
    if isinstance(default, str):
        return text
    try:
        return type(default)(text)
    except ValueError as error:
        kind = "whole number" if isinstance(default, int) else "number"
        raise SettingsError(f"the environment ({name}): {text!r} is not a {kind}") from error


def _known(defaults: Mapping[str, Mapping[str, Any]], where: str, section: str, key: str) -> Any:
    """The default of a known setting. Raises SettingsError with a guess for an unknown one."""
    if section in defaults and key in defaults[section]:
        return defaults[section][key]
    names = [f"{known}.{name}" for known, keys in defaults.items() for name in keys]
    guess = difflib.get_close_matches(f"{section}.{key}", names, 1)
    hint = f"; did you mean {guess[0]}?" if guess else ""
    raise SettingsError(f"{where}: there is no setting {section}.{key}{hint}")


def _checked(where: str, name: str, value: Any, default: Any) -> Any:
    kind = type(default)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        raise SettingsError(f"{where}: {name} = {value!r} should be like {default!r}")
    if name in _RANGES:
        low, high = _RANGES[name]
        if not low <= value <= high:  # also refuses NaN
            raise SettingsError(f"{where}: {name} = {value} is not between {low:g} and {high:g}")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise SettingsError(f"{where}: {name} = {value!r} is none of {', '.join(_CHOICES[name])}")
    return value
