"""Which models there are to be had: the shipped catalogue, and the user's own additions to it. No I/O but two files."""

import difflib
import importlib.resources
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from utterd.client.models.addresses import is_address
from utterd.client.models.errors import UnknownModel

PRECISIONS: Final = ("fp32", "fp16", "int8")
"""What the weights of a model's file are kept in."""

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""Of a model: it becomes a folder."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_MODEL_KEYS: Final = ("title", "family", "licence", "base", "default_voice", "precisions", "voices")
_FILE_KEYS: Final = ("path", "size_bytes", "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file that is the same wherever it is fetched from."""

    base: str
    """http(s) address of the folder that `path` is in, without a slash at its end."""
    path: str
    size_bytes: int
    sha256: str
    """In lower-case hexadecimal."""

    def url(self, mirror: str = "") -> str:
        """Args: mirror: an address in place of `base`; empty for none."""
        return f"{(mirror or self.base).rstrip('/')}/{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A model in one precision, as it would be installed."""

    name: str
    """Under which it is installed: the model's, and `-PRECISION` but for fp32."""
    model: str
    precision: str
    title: str
    licence: str
    default_voice: str
    graph: RemoteFile
    voices: RemoteFile

    @property
    def size_bytes(self) -> int:
        return self.graph.size_bytes + self.voices.size_bytes


@dataclass(frozen=True, slots=True)
class Catalogue:
    offers: Mapping[str, Offer]
    """Name → offer, in the order in which they are shown."""

    def find(self, name: str, precision: str | None = None) -> Offer:
        """What is meant by a model's name and a precision, or by the name of an offer alone.

        Raises:
            UnknownModel: there is none; with a guess.
        """
        offers = [offer for offer in self.offers.values() if offer.model == name]
        if not offers and name in self.offers:
            offers = [self.offers[name]]
        for offer in offers:
            if offer.precision == (precision or offers[0].precision):
                return offer
        if offers:
            names = ", ".join(offer.precision for offer in offers)
            raise UnknownModel(f"the catalogue has {name} in {names}, not in {precision}")
        guess = difflib.get_close_matches(name, self.offers, 1)
        hint = f"did you mean {guess[0]!r}?" if guess else f"there are {', '.join(self.offers)}"
        raise UnknownModel(f"the catalogue has no model {name[:40]!r}; {hint}")

    def has(self, name: str) -> bool:
        """It is the name of a model here, or of one of its precisions."""
        return name in self.offers or any(offer.model == name for offer in self.offers.values())

    def with_graph(self, sha256: str) -> list[Offer]:
        """Those whose graph has this hash."""
        return [offer for offer in self.offers.values() if offer.graph.sha256 == sha256]


def load_catalogue(own_file: Path | None = None) -> Catalogue:
    """The shipped catalogue, and what `own_file` adds to it or puts in place of it; the file may be absent.

    Raises:
        UnknownModel: `own_file` is not right; the first thing that is wrong with it.
    """
    shipped = importlib.resources.files("utterd.client.models").joinpath("catalogue.toml").read_text("utf-8")
    offers = {offer.name: offer for offer in _offers_from(tomllib.loads(shipped))}
    if own_file is None or not own_file.exists():
        return Catalogue(offers)
    try:
        own = list(_offers_from(tomllib.loads(own_file.read_text("utf-8"))))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnknownModel(f"{own_file} cannot be read: {error}") from error
    except (TypeError, ValueError) as error:
        raise UnknownModel(f"{own_file} is not right: {error}") from error
    replaced = {offer.model for offer in own}
    kept = {name: offer for name, offer in offers.items() if offer.model not in replaced}
    return Catalogue(kept | {offer.name: offer for offer in own})


def _offers_from(values: Mapping[str, Any]) -> Iterator[Offer]:
    _check_keys("it", values, ("models",))
    for model, described in _table("models", values.get("models")).items():
        if not NAME.fullmatch(model):
            raise ValueError(f"models.{model}: a name has letters, digits, dots, dashes and underscores")
        where = f"models.{model}"
        described = _table(where, described)
        _check_keys(where, described, _MODEL_KEYS)
        if described["family"] != "kokoro":
            raise ValueError(f"{where}.family = {described['family']!r}, but only kokoro is known")
        base = _text(f"{where}.base", described["base"])
        if not is_address(base):
            raise ValueError(f"{where}.base = {base!r} is no address such as https://host/folder")
        for precision, file in _table(f"{where}.precisions", described["precisions"]).items():
            if precision not in PRECISIONS:
                raise ValueError(f"{where}.precisions has {precision!r}, which is none of {', '.join(PRECISIONS)}")
            yield Offer(
                name=model if precision == PRECISIONS[0] else f"{model}-{precision}",
                model=model,
                precision=precision,
                title=_text(f"{where}.title", described["title"]),
                licence=_text(f"{where}.licence", described["licence"]),
                default_voice=_text(f"{where}.default_voice", described["default_voice"]),
                graph=_file(f"{where}.precisions.{precision}", file, base),
                voices=_file(f"{where}.voices", described["voices"], base),
            )


def _file(where: str, values: Any, base: str) -> RemoteFile:
    values = _table(where, values)
    _check_keys(where, values, _FILE_KEYS)
    size_bytes, sha256 = values["size_bytes"], _text(f"{where}.sha256", values["sha256"])
    if type(size_bytes) is not int or size_bytes < 1:
        raise ValueError(f"{where}.size_bytes = {size_bytes!r} is not a whole number above 0")
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"{where}.sha256 is not 64 digits from 0 to f")
    return RemoteFile(base=base, path=_text(f"{where}.path", values["path"]), size_bytes=size_bytes, sha256=sha256)


def _table(where: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        raise TypeError(f"{where} is not a table, or is empty")
    return value


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{where} = {value!r} is not a text")
    return value


def _check_keys(where: str, values: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in values:
        if key not in keys:
            raise ValueError(f"{where} has {key!r}, which is none of {', '.join(keys)}")
    for key in keys:
        if key not in values:
            raise ValueError(f"{where} has no {key!r}")
