"""Installs a model: brings its files into the store, and describes them. What is there already is not brought again."""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from utterd.client.models.description import DESCRIPTION, GRAPH, VOICES, write_description
from utterd.client.models.errors import ModelUnfetched, UnknownModel
from utterd.client.models.ingredients import Ingredient
from utterd.client.models.partial import PartialFile
from utterd.client.models.plan import Plan
from utterd.client.models.prepared import PREPARED
from utterd.client.models.store import Store
from utterd.client.models.transfer import hash_file
from utterd.client.models.voice_files import read_names
from utterd.config.bundles import BundleError, Origin, load_bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    name: str
    folder: Path
    voices: int
    size_bytes: int
    was_there: bool
    """Nothing was changed."""


def install(plan: Plan, store: Store) -> Installed:
    """Have the model in the store, whole; an interrupted one is gone on with.

    Raises:
        ModelBusy: another command is at it.
        ModelUnfetched, UnknownModel: it cannot be had; what came of it is kept.
    """
    ingredients = {GRAPH: plan.graph, VOICES: plan.voices}
    with store.lock(plan.name) as folder:
        files = {name: ingredient.sha256 for name, ingredient in ingredients.items()}
        missing = {name: each for name, each in ingredients.items() if not _is_there(folder / name, each)}
        before = _described_files(folder)
        if missing or before != files:
            store.check_space(sum(_still_needed(folder / name, each) for name, each in missing.items()))
            _bring(missing, folder, was_other=before is not None and before != files)
            _describe(plan, folder, files)
        return Installed(
            name=plan.name,
            folder=folder,
            voices=len(read_names(folder / VOICES)),
            size_bytes=sum(each.size_bytes for each in ingredients.values()),
            was_there=not missing and before == files,
        )


def _is_there(path: Path, ingredient: Ingredient) -> bool:
    """Whole, and the one that is meant."""
    try:
        return path.stat().st_size == ingredient.size_bytes and hash_file(path) == ingredient.sha256
    except (OSError, UnknownModel):
        return False


def _described_files(folder: Path) -> dict[str, str] | None:
    """What the model that is there says it is made of."""
    try:
        return dict(load_bundle(folder).files)
    except BundleError:
        return None


def _bring(missing: Mapping[str, Ingredient], folder: Path, *, was_other: bool) -> None:
    """Until all that is missing is here, a model that was there before stays as it was."""
    with ExitStack() as stack:
        partials = {name: stack.enter_context(PartialFile(folder / name)) for name in missing}
        for name, partial in partials.items():
            missing[name].bring(partial)
            partial.flush()
        if VOICES in partials:
            read_names(partials[VOICES].part)  # refused before it takes the place of others
        if was_other:
            _forget_prepared(folder)
        for partial in partials.values():
            partial.place()


def _still_needed(path: Path, ingredient: Ingredient) -> int:
    with suppress(OSError):
        return max(0, ingredient.size_bytes - path.with_name(f"{path.name}.part").stat().st_size)
    return ingredient.size_bytes


def _forget_prepared(folder: Path) -> None:
    """Parts that were made of files that go now; and the model is none until the new ones are in place."""
    try:
        (folder / DESCRIPTION).unlink()
        if (folder / PREPARED).exists():
            shutil.rmtree(folder / PREPARED)
    except OSError as error:
        raise ModelUnfetched(f"cannot remove {error.filename or folder}: {error.strerror or error}") from error


def _describe(plan: Plan, folder: Path, files: dict[str, str]) -> None:
    try:
        write_description(
            folder,
            name=plan.name,
            default_voice=plan.default_voice,
            voices=read_names(folder / VOICES),
            licence=plan.licence,
            files=files,
            origins=[
                Origin(what="model", source=plan.graph.source, licence=plan.licence),
                Origin(what="voices", source=plan.voices.source, licence=plan.licence),
            ],
        )
    except OSError as error:
        raise ModelUnfetched(f"cannot write {folder / DESCRIPTION}: {error.strerror or error}") from error
