"""Model bundles: a folder with `bundle.toml` and the files it names. Shipped, downloaded, or given by path."""

import difflib
import hashlib
import importlib.resources
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from utterd.config.paths import find_models_folder

Family = Literal["starter", "kokoro", "tone"]

SAMPLE_RATE_HZ = 24_000
"""The only rate at which sound travels between stages; every family speaks at it."""


class BundleError(Exception):
    """A bundle that cannot be used; the message says what is wrong with which file, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceInfo:
    """What is told of a voice without loading it."""

    name: str
    language: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an ingredient of a model comes from."""

    what: str
    source: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A model, its voices, and what is needed to run it."""

    name: str
    family: Family
    folder: Path
    sample_rate_hz: int
    languages: tuple[str, ...]
    voices: tuple[VoiceInfo, ...]
    default_voice: str
    licence: str
    files: Mapping[str, str]
    """File name → sha256, in hexadecimal."""
    graph: Mapping[str, int]
    """What the family's synthesizer needs to know of its graphs."""
    level: float = 1.0
    """Linear factor on the model's output, so that its loudest syllables stay below full scale."""
    origins: tuple[Origin, ...] = ()
    """Of its ingredients, as far as they are told."""

    def voice(self, name: str) -> VoiceInfo | None:
        return next((voice for voice in self.voices if voice.name == name), None)

    def file(self, name: str) -> Path:
        return self.folder / name


TONE = Bundle(
    name="tone",
    family="tone",
    folder=Path(),
    sample_rate_hz=24_000,
    languages=("en-us", "en-gb", "es", "fr-fr", "it", "pt-br", "hi"),
    voices=(VoiceInfo(name="tone", language="en-us", description="every phoneme a beep: for tests, without a model"),),
    default_voice="tone",
    licence="Apache-2.0",
    files={},
    graph={},
)
"""The stand-in without files."""


def find_bundle(name_or_path: str, store: Path | None = None) -> Bundle:
    """The bundle shipped under this name, or downloaded, or else in this folder; `tone` is the stand-in.

    Args:
        store: where downloaded models are; this user's place unless given.

    Raises:
        BundleError: there is none, or its bundle.toml is not right.
    """
    if name_or_path == TONE.name:
        return TONE
    folders = shipped_bundles()
    stored = find_models_folder() if store is None else store
    for name, folder in bundles_in(stored).items():
        folders.setdefault(name, folder)
    folder = folders.get(name_or_path) or Path(name_or_path).expanduser()
    if name_or_path not in folders and "/" not in name_or_path and not folder.is_dir():
        raise BundleError(f"no model {name_or_path!r}; {_hint(name_or_path, list(folders), stored)}")
    return load_bundle(folder)


def shipped_bundles() -> dict[str, Path]:
    """Name → folder of those that come with utterd."""
    return bundles_in(Path(str(importlib.resources.files("utterd.bundles"))))


def bundles_in(folder: Path) -> dict[str, Path]:
    """Name → folder of each that has a bundle.toml, by name. Whether that is right is not looked at."""
    return {path.parent.name: path.parent for path in sorted(folder.glob("*/bundle.toml"))}


def _hint(name: str, names: list[str], store: Path) -> str:
    if name and (store / name).is_dir():
        return f"its download is not complete: `utterd models get {name}` goes on with it"
    if guess := difflib.get_close_matches(name, names, 1):
        return f"did you mean {guess[0]!r}?"
    return f"there is {', '.join(names)}, or give a folder; `utterd models list` shows what more can be had"


def load_bundle(folder: Path) -> Bundle:
    """Read a folder's bundle.toml. The files themselves are checked by `verify_files`."""
    description = folder / "bundle.toml"
    try:
        values = tomllib.loads(description.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BundleError(f"{folder} is not a model: it has no bundle.toml") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BundleError(f"{description} cannot be read: {error}") from error
    try:
        return _bundle_from(folder, values)
    except KeyError as error:
        raise BundleError(f"{description} is not right: {error} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"{description} is not right: {error}") from error


def verify_files(bundle: Bundle) -> None:
    """Check that every file is there and is the one the bundle means.

    Raises:
        BundleError: naming the first file that is not.
    """
    for name, sha256 in bundle.files.items():
        try:
            with bundle.file(name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise BundleError(f"{bundle.file(name)} cannot be read: {error.strerror}; reinstall the model") from error
        if found != sha256:
            raise BundleError(f"{bundle.file(name)} is damaged (its sha256 is not the bundle's); reinstall the model")


def _bundle_from(folder: Path, values: dict[str, Any]) -> Bundle:
    family = values["family"]
    if family not in get_args(Family):
        raise ValueError(f"family {family!r} is none of {', '.join(get_args(Family))}")
    if values["sample_rate_hz"] != SAMPLE_RATE_HZ:
        raise ValueError(f"sample_rate_hz = {values['sample_rate_hz']!r}, but only {SAMPLE_RATE_HZ} can be played")
    for name in values["files"]:
        if Path(name).name != name:
            raise ValueError(f"the file {name!r} is not in its folder")
    voices = tuple(_voice_from(name, voice) for name, voice in values["voices"].items())
    default_voice = values["default_voice"]
    if default_voice not in {voice.name for voice in voices}:
        raise ValueError(f"default_voice {default_voice!r} is not among its voices")
    return Bundle(
        name=values["name"],
        family=family,
        folder=folder,
        sample_rate_hz=SAMPLE_RATE_HZ,
        languages=tuple(values["languages"]),
        voices=voices,
        default_voice=default_voice,
        licence=values["licence"],
        files=dict(values["files"]),
        graph={key: _whole_number(key, value) for key, value in values.get("graph", {}).items()},
        level=float(values.get("level", 1.0)),
        origins=_origins_from(values.get("origins", [])),
    )


def _voice_from(name: str, values: Any) -> VoiceInfo:
    if not isinstance(values, dict):
        raise ValueError(f'the voice {name} should be like {{ language = "en-us" }}')
    return VoiceInfo(name=name, language=values["language"], description=values.get("description", ""))


def _origins_from(values: Any) -> tuple[Origin, ...]:
    if not isinstance(values, list) or not all(isinstance(origin, dict) for origin in values):
        raise ValueError("origins should be [[origins]] tables, each with what, source and licence")
    return tuple(Origin(**{key: _text(key, origin[key]) for key in Origin.__slots__}) for origin in values)


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{key} = {value!r} in origins is not a text")
    return value


def _whole_number(key: str, value: Any) -> int:
    if type(value) is not int:
        raise ValueError(f"{key} = {value!r} is not a whole number")
    return value
