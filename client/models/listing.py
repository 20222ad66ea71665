"""All models there are: installed, on their way, or to be had; and what a person wants to know of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from utterd.client.models.catalogue import Catalogue, Offer
from utterd.client.models.description import DESCRIPTION, GRAPH
from utterd.client.models.prepared import Prepared, Tuned, read_prepared, read_tuned
from utterd.client.models.store import Store, size_of
from utterd.config.bundles import Bundle, BundleError, load_bundle, shipped_bundles


class State(StrEnum):
    SHIPPED = "shipped"
    INSTALLED = "installed"
    INCOMPLETE = "incomplete"
    """Its download was interrupted."""
    DAMAGED = "damaged"
    AVAILABLE = "available"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A line of `utterd models list`."""

    name: str
    state: State
    title: str
    licence: str
    size_bytes: int
    """On this disk; of what is available, to be fetched."""
    precision: str | None
    """fp32, fp16 or int8; None if the catalogue does not know the file."""
    voices: int | None
    folder: Path | None
    prepared: Prepared | None = None
    tuned: Tuned | None = None
    problem: str = ""
    is_in_use: bool
    """By the daemon that runs."""
    is_default: bool
    """The settings name it: the next daemon will use it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Which of the models is spoken with."""

    used: Path | None = None
    """The folder of the one that a running daemon has."""
    default: Path | None = None
    """The folder of the one that the settings name."""


def list_models(store: Store, catalogue: Catalogue, marks: Marks) -> list[Listed]:
    """What comes with utterd, then what is in the store, then what else the catalogue has."""
    shipped = [_installed(folder, State.SHIPPED, catalogue, marks) for folder in shipped_bundles().values()]
    stored = [_stored(store.folder / name, catalogue, marks) for name in store.names()]
    names = {listed.name for listed in stored}
    return [*shipped, *stored, *(_available(offer) for name, offer in catalogue.offers.items() if name not in names)]


def _stored(folder: Path, catalogue: Catalogue, marks: Marks) -> Listed:
    if not (folder / DESCRIPTION).exists():
        return _not_whole(folder, State.INCOMPLETE, catalogue, marks)
    return _installed(folder, State.INSTALLED, catalogue, marks)


def _installed(folder: Path, state: State, catalogue: Catalogue, marks: Marks) -> Listed:
    """Whether files are there, and as long as they should be, is looked at; what is in them is not."""
    try:
        bundle = load_bundle(folder)
    except BundleError as error:
        return _not_whole(folder, State.DAMAGED, catalogue, marks, str(error))
    sha256 = bundle.files.get(GRAPH, "")
    offer = next(iter(catalogue.with_graph(sha256)), None)
    lost = [name for name in bundle.files if not bundle.file(name).is_file()]
    problem = f"{', '.join(lost)} is not there; {_repair(folder, catalogue)} brings it" if lost else ""
    return Listed(
        name=folder.name,
        state=State.DAMAGED if lost else state,
        title=offer.title if offer else "; ".join(_told(bundle)),
        licence=bundle.licence,
        size_bytes=sum(path.stat().st_size for path in map(bundle.file, bundle.files) if path.is_file()),
        precision=offer.precision if offer else None,
        voices=len(bundle.voices),
        folder=folder,
        prepared=read_prepared(folder, sha256),
        tuned=read_tuned(folder, sha256),
        problem=problem,
        is_in_use=is_same(folder, marks.used),
        is_default=is_same(folder, marks.default),
    )


def _told(bundle: Bundle) -> Iterator[str]:
    """What a model that is not of the catalogue says of itself."""
    if bundle.family != "kokoro":
        yield f"{len(bundle.voices)} voices, of the family {bundle.family}"
    yield from (origin.source for origin in bundle.origins if origin.what == "model")


def _not_whole(folder: Path, state: State, catalogue: Catalogue, marks: Marks, problem: str = "") -> Listed:
    offer = catalogue.offers.get(folder.name)
    return Listed(
        name=folder.name,
        state=state,
        title=offer.title if offer else "",
        licence=offer.licence if offer else "",
        size_bytes=size_of(folder),
        precision=offer.precision if offer else None,
        voices=None,
        folder=folder,
        problem=problem or f"{_repair(folder, catalogue)} goes on with it",
        is_in_use=is_same(folder, marks.used),
        is_default=is_same(folder, marks.default),
    )


def _repair(folder: Path, catalogue: Catalogue) -> str:
    """The command that brings what a model lacks; one of a name of somebody's own, only from the files given before."""
    files = "" if catalogue.has(folder.name) else " --file PATH --voices PATH --unverified"
    return f"`utterd models get {folder.name}{files}`"


def _available(offer: Offer) -> Listed:
    return Listed(
        name=offer.name,
        state=State.AVAILABLE,
        title=offer.title,
        licence=offer.licence,
        size_bytes=offer.size_bytes,
        precision=offer.precision,
        voices=None,
        folder=None,
        is_in_use=False,
        is_default=False,
    )


def is_same(folder: Path, other: Path | None) -> bool:
    """Wherever links lead; None is no folder."""
    return other is not None and folder.resolve() == other.resolve()
