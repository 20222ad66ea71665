"""`utterd models tune`: check what is asked for, search, tell, and keep the result."""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from utterd.client.cli.exits import CommandError, Exit, complain
from utterd.client.cli.models_tune import make_parser
from utterd.config.bundles import Bundle, BundleError, find_bundle
from utterd.stages.models.errors import WorkError
from utterd.stages.models.lock import locked
from utterd.stages.models.machine import cpu_name, onnxruntime_version
from utterd.stages.models.parts import FOLDER, MANIFEST, Parts, PartsError, is_stale, read_parts
from utterd.stages.models.progress import shown_progress
from utterd.stages.models.tuning.explain import explanation, trial_line
from utterd.stages.models.tuning.figures import Outcome
from utterd.stages.models.tuning.guard import FACTOR
from utterd.stages.models.tuning.probing import Prober
from utterd.stages.models.tuning.providers import Provider, UnknownProvider, available_providers, chosen_providers
from utterd.stages.models.tuning.search import REFERENCE, Found, NoReference, Search, Wishes
from utterd.stages.models.tuning.stored import TUNED, Tuned, graphs_sha256, write_tuned
from utterd.stages.models.tuning.texts import texts_for

MOST_THREADS: Final = 4
"""Tried by default: for so small a model more of them mostly wait for each other."""


def main(arguments: Sequence[str], *, run_probe: Callable[..., Outcome] | None = None) -> int:
    """The exit status. Anything wrong has been said in one line on stderr."""
    try:
        options = make_parser().parse(list(arguments))
        tuned = _tune(options, run_probe)
    except CommandError as error:
        complain(str(error))
        return error.code
    except WorkError as error:
        complain(str(error))
        return error.code
    except KeyboardInterrupt:
        complain("interrupted; what was tuned before stays as it was")
        return Exit.INTERRUPTED
    print(json.dumps(tuned.as_json()) if options.json else "\n".join(tuned.measured["explanation"]))
    return Exit.OK


def _tune(options: argparse.Namespace, run_probe: Callable[..., Outcome] | None) -> Tuned:
    bundle = _bundle(options.model)
    prepared = bundle.folder / FOLDER
    parts = _parts(bundle, prepared)
    wishes = _wishes(options, parts)
    texts = [text.name for text in texts_for(quick=options.quick)]
    with locked(prepared) as workspace, shown_progress() as progress:
        prober = Prober(bundle.folder, texts, workspace, quick=options.quick, run=run_probe)
        search = Search(wishes, prober, begin=progress.step, tell=lambda trial: progress.say(f"  {trial_line(trial)}"))
        try:
            found = search.run()
        except NoReference as error:
            raise CommandError(Exit.FAILED, f"the fp32 parts of {bundle.name} do not run: {error}") from error
        tuned = _result(found, parts, quick=options.quick)
        try:
            write_tuned(prepared, tuned)
        except OSError as error:
            raise CommandError(Exit.FAILED, f"cannot write {prepared / TUNED}: {error.strerror or error}") from error
    return tuned


def _bundle(name: str) -> Bundle:
    try:
        bundle = find_bundle(name)
    except BundleError as error:
        raise CommandError(Exit.USAGE, str(error)) from error
    if bundle.family != "kokoro":
        raise CommandError(
            Exit.USAGE, f"{bundle.name} is as fast as it gets; only models of the family kokoro are tuned"
        )
    return bundle


def _parts(bundle: Bundle, prepared: Path) -> Parts:
    if not (prepared / MANIFEST).exists():
        raise CommandError(
            Exit.USAGE, f"{bundle.name} is not prepared yet; run `utterd models prepare {bundle.name}` first"
        )
    try:
        parts = read_parts(prepared)
    except PartsError as error:
        raise CommandError(Exit.USAGE, str(error)) from error
    if reason := is_stale(parts):
        raise CommandError(
            Exit.USAGE,
            f"the parts of {bundle.name} are stale: {reason}; run `utterd models prepare {bundle.name}` again",
        )
    if REFERENCE not in parts.variants:
        raise CommandError(
            Exit.USAGE,
            f"{bundle.name} was prepared without {REFERENCE}, which the others are compared with; "
            f"run `utterd models prepare {bundle.name}` again",
        )
    return parts


def _wishes(options: argparse.Namespace, parts: Parts) -> Wishes:
    for name in options.allow:
        if name not in parts.variants:
            raise CommandError(Exit.USAGE, f"no variant {name[:40]!r}; prepared are {', '.join(parts.variants)}")
    return Wishes(
        variants=tuple(parts.variants),
        native=frozenset(name for name, variant in parts.variants.items() if variant.native),
        portable=frozenset(name for name, variant in parts.variants.items() if variant.portable),
        threads=options.threads or _default_threads(),
        providers=_providers(options.providers),
        allowed=frozenset(options.allow),
    )


def _providers(wanted: Sequence[str] | None) -> tuple[Provider, ...]:
    from utterd.stages.inference.onnx_session import onnxruntime  # its import here keeps telemetry off

    installed = onnxruntime.get_available_providers()
    try:
        return available_providers(installed) if wanted is None else chosen_providers(wanted, installed)
    except UnknownProvider as error:
        raise CommandError(Exit.USAGE, str(error)) from error


def _default_threads() -> tuple[int, ...]:
    """1, 2 and 4, as far as there are processors for them."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return tuple(threads for threads in (1, 2, MOST_THREADS) if threads <= there)


def _result(found: Found, parts: Parts, *, quick: bool) -> Tuned:
    winner = found.winner.candidate
    return Tuned(
        candidate=winner,
        model_sha256=parts.model_sha256,
        graphs_sha256=graphs_sha256(parts, winner.variant),
        cpu=cpu_name(),
        onnxruntime=onnxruntime_version(),
        measured=_measured(found, quick=quick),
    )


def _measured(found: Found, *, quick: bool) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "explanation": explanation(found),
        "quick": quick,
        "factor": FACTOR,
        "spread": {text: asdict(spread) for text, spread in found.guard.spread.items()},
        "trials": [trial.as_json() for trial in found.trials],
    }
