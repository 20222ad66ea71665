"""`utterd models prepare`: check what is asked for, prepare, tell."""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from utterd.client.cli.exits import CommandError, Exit, complain
from utterd.client.cli.models_prepare import make_parser
from utterd.client.models.errors import ModelBusy, ModelError, ModelUnfetched
from utterd.client.models.sizes import readable_size
from utterd.config.paths import PathError
from utterd.stages.inference.onnx_session import onnxruntime
from utterd.stages.models.errors import PreparingError, WorkError, WrongInput
from utterd.stages.models.lock import locked
from utterd.stages.models.parts import Parts
from utterd.stages.models.preparing.given import install_given, is_graph_file
from utterd.stages.models.preparing.kept import Kept
from utterd.stages.models.preparing.model import Model, open_model
from utterd.stages.models.preparing.preparation import Preparation, Wish
from utterd.stages.models.preparing.pruning import Pruned, prune
from utterd.stages.models.preparing.recipes import ACCELERATED_VARIANT, NATIVE_VARIANTS, USUAL_VARIANTS, VARIANTS
from utterd.stages.models.progress import Progress, shown_progress
from utterd.stages.native.library import (
    NativeUnavailable,
    build_library,
    discard_damaged,
    find_library,
    library_folder,
)


def main(arguments: Sequence[str]) -> int:
    """The exit status. Anything wrong has been said in one line on stderr."""
    began = time.monotonic()
    try:
        options = make_parser().parse(list(arguments))
        _check(options)
        model, parts, pruned = _prepare(options)
    except (CommandError, WorkError) as error:
        complain(str(error))
        return error.code
    except (ModelError, PathError) as error:
        complain(str(error))
        return _exit_for(error)
    except KeyboardInterrupt:
        complain("interrupted; what was there before is still whole, and the same command goes on")
        return Exit.INTERRUPTED
    report = _report(model, parts, pruned, time.monotonic() - began)
    print(json.dumps(report) if options.json else "\n".join(_lines(report)))
    return Exit.OK


def _exit_for(error: ModelError | PathError) -> Exit:
    match error:
        case ModelBusy():
            return Exit.REFUSED
        case ModelUnfetched():
            return Exit.FAILED
    return Exit.USAGE


def _check(options: argparse.Namespace) -> None:
    if options.prune and not options.voices and not options.languages:
        raise WrongInput("--prune needs --voices or --languages: which are to stay?")
    if options.discard and not options.prune:
        raise WrongInput("--discard says what becomes of voices that --prune takes away; say both")
    if is_graph_file(options.model) != (options.voices_file is not None):
        raise WrongInput("an .onnx file and --voices-file go together; a model that is installed is given by its name")


def _prepare(options: argparse.Namespace) -> tuple[Model, Parts, Pruned | None]:
    name = options.model
    if is_graph_file(name):
        name = install_given(Path(name), Path(options.voices_file), options.name, as_json=options.json)
    with shown_progress() as progress:
        model = open_model(name)
        with locked(model.prepared) as workspace:
            voices = model.chosen(options.voices or (), options.languages or ())
            variants, library = _variants(options.variants, progress)
            kept = Kept(model.prepared, workspace)
            wish = Wish(variants=variants, voices=voices, library=library)
            parts = Preparation(model, wish, workspace, kept, progress).run()
            pruned = prune(model, voices, keep_original=not options.discard) if options.prune else None
    return model, parts, pruned


def _variants(asked: tuple[str, ...] | None, progress: Progress) -> tuple[tuple[str, ...], Path | None]:
    """In the order of their recipes, and the library that they need.

    Raises:
        PreparingError: the library cannot be had, and somebody asked for what needs it.
    """
    usual = (*USUAL_VARIANTS, ACCELERATED_VARIANT) if _has_accelerators() else USUAL_VARIANTS
    wanted = [name for name in VARIANTS if name in (asked or usual)]
    if NATIVE_VARIANTS.isdisjoint(wanted):
        return tuple(wanted), None
    discard_damaged()
    try:
        library = find_library() or build_library(library_folder())
    except NativeUnavailable as error:
        if asked:
            raise PreparingError(
                f"{', '.join(sorted(NATIVE_VARIANTS & set(wanted)))} cannot be had: {error}"
            ) from error
        progress.say(f"without native operators: {error}")
        return tuple(name for name in wanted if name not in NATIVE_VARIANTS), None
    return tuple(wanted), library


def _has_accelerators() -> bool:
    """Whether this ONNX Runtime can compute elsewhere than on the CPU of this machine."""
    return not {"CPUExecutionProvider", "AzureExecutionProvider"}.issuperset(onnxruntime.get_available_providers())


def _report(model: Model, parts: Parts, pruned: Pruned | None, seconds: float) -> dict[str, Any]:
    sizes = {name: (model.prepared / name).stat().st_size for name in parts.files}
    return {
        "model": model.bundle.name,
        "folder": str(model.prepared),
        "variants": {name: sum(sizes[file] for file in parts.graphs_of(name)) for name in parts.variants},
        "size_bytes": sum(sizes.values()),
        "seconds": round(seconds, 1),
        "pruned": None if pruned is None else pruned.as_json(),
    }


def _lines(report: dict[str, Any]) -> list[str]:
    lines = [f"{report['model']} is prepared: {readable_size(report['size_bytes'])} in {report['folder']}"]
    lines += [
        f"  {name:12} {readable_size(size):>7}  {VARIANTS[name].why}" for name, size in report["variants"].items()
    ]
    if pruned := report["pruned"]:
        lines.append(f"  voices left: {', '.join(pruned['voices'])}; {pruned['said']}")
    lines.append(f"  utterd models tune {report['model']}  finds out which is best here")
    return lines
