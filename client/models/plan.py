"""From what somebody asks for to what is to be installed, and under which name. Reads files, and changes none."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from utterd.client.models.catalogue import Catalogue, Offer, RemoteFile
from utterd.client.models.errors import UnknownModel
from utterd.client.models.ingredients import FromFile, FromRaw, FromServer, Ingredient, check_graph
from utterd.client.models.store import Store
from utterd.client.models.transfer import Watcher
from utterd.client.models.voice_files import find_raw, read_names

if TYPE_CHECKING:
    from utterd.client.models.download import Downloader

_DEFAULT_VOICE: Final = "af_heart"
_UNKNOWN_LICENCE: Final = "unknown: ask where its files are from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for."""

    name: str
    """Of a model of the catalogue, or of one of its precisions; with both files, any other name too."""
    precision: str | None = None
    graph: Path | None = None
    """A file of this machine in place of the one that would be fetched."""
    voices: Path | None = None
    """The same: an NPZ file, a raw voice, or a folder of raw voices."""
    takes_unverified: bool = False
    """Files that are not those of the catalogue are taken, with a warning, and not refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be installed."""

    name: str
    graph: Ingredient
    voices: Ingredient
    licence: str
    default_voice: str
    """If it is among the voices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a plan is made with."""

    catalogue: Catalogue
    store: Store
    watcher: Watcher
    open_downloader: "Callable[[], Downloader]"
    """Called only if something has to be fetched."""

    def fetched(self, remote: RemoteFile) -> FromServer:
        return FromServer(remote, self.store, self.watcher, self.open_downloader)


def make_plan(wish: Wish, means: Means) -> Plan:
    """
    Raises:
        UnknownModel: there is no such model, or a file that was given is not what is wanted.
    """
    means.store.folder_of(wish.name)
    offer = _find_offer(wish, means.catalogue)
    licence = offer.licence if offer else _UNKNOWN_LICENCE
    if wish.graph:
        check_graph(wish.graph)
        graph: Ingredient = FromFile(wish.graph, means.watcher)
        known = means.catalogue.with_graph(graph.sha256)
        if known and offer:
            offer = _the_one_meant(known, offer, wish)
        elif not known:
            _admit_unverified(wish.graph, graph, offer.graph if offer else None, wish, means.watcher)
        licence = known[0].licence if known else _UNKNOWN_LICENCE
    else:
        assert offer
        graph = means.fetched(offer.graph)
    if wish.voices:
        voices = _given_voices(wish.voices, means.watcher)
        known_voices = [offer] if offer else means.catalogue.offers.values()
        if voices.sha256 not in {each.voices.sha256 for each in known_voices}:
            _admit_unverified(wish.voices, voices, offer.voices if offer else None, wish, means.watcher)
    else:
        assert offer
        voices = means.fetched(offer.voices)
    return Plan(
        name=offer.name if offer else wish.name,
        graph=graph,
        voices=voices,
        licence=licence,
        default_voice=offer.default_voice if offer else _DEFAULT_VOICE,
    )


def _find_offer(wish: Wish, catalogue: Catalogue) -> Offer | None:
    """None for a name of somebody's own, for files that are all given."""
    if wish.graph and wish.voices and not catalogue.has(wish.name):
        if wish.precision:
            raise UnknownModel(f"--precision chooses among files of the catalogue, which does not have {wish.name!r}")
        return None
    try:
        return catalogue.find(wish.name, wish.precision)
    except UnknownModel as error:
        hint = "" if catalogue.has(wish.name) else " (with both --file and --voices, any name will do)"
        raise UnknownModel(f"{error}{hint}") from None


def _the_one_meant(known: list[Offer], offer: Offer, wish: Wish) -> Offer:
    """The offer whose file was given: the catalogue knows better than its name which that is."""
    is_any_precision = wish.precision is None and wish.name == offer.model
    for each in known:
        if each.model == offer.model and (is_any_precision or each.precision == offer.precision):
            return each
    right = known[0].name
    raise UnknownModel(
        f"{wish.graph} is the file of {right}, not of {offer.name}: `utterd models get {right}` takes it"
    )


def _given_voices(path: Path, watcher: Watcher) -> Ingredient:
    raw = find_raw(path)
    if raw:
        return FromRaw(raw, path)
    read_names(path)
    return FromFile(path, watcher)


def _admit_unverified(path: Path, given: Ingredient, meant: RemoteFile | None, wish: Wish, watcher: Watcher) -> None:
    """With a warning. Raises UnknownModel if that is not what somebody asked for."""
    found = f"its sha256 begins with {given.sha256[:8]}"
    if meant is None:
        problem = f"{path} is no file of the catalogue ({found})"
    else:
        name = meant.path.rpartition("/")[2]
        problem = f"{path} is not the catalogue's {name} ({found}, that one's with {meant.sha256[:8]})"
    if not wish.takes_unverified:
        raise UnknownModel(f"{problem}; to take it all the same, add --unverified")
    watcher.warns(f"{problem}; it is taken as it is")
