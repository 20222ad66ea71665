"""`utterd models list`: installed, and to be had."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from utterd.client.cli.exits import Exit
from utterd.client.cli.models_usage import find_marks
from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.cli.table import table
from utterd.client.models.catalogue import load_catalogue
from utterd.client.models.listing import Listed, list_models
from utterd.client.models.prepared import Tuned
from utterd.client.models.sizes import readable_size
from utterd.client.models.store import Store
from utterd.config.paths import find_paths

REASONS_SHOWN = 3
"""Of those that `utterd models tune` gave; the first is the choice itself, which stands in the table."""

NAMES_SHOWN = 2
"""Of variants, in a row."""

COLUMNS = ("", "NAME", "STATE", "SIZE", "PREPARED", "TUNED", "LICENCE", "")


def make_parser() -> CommandParser:
    parser = CommandParser(
        "models list",
        description=(
            "List the models that are installed, and those to be had; * is what is spoken with.\n"
            "PREPARED: the variants that `utterd models prepare` made. TUNED: what `utterd models tune` chose."
        ),
        example="utterd models list\n  utterd models list --json",
    )
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    paths = find_paths()
    listed = list_models(Store(paths.models), load_catalogue(paths.catalogue_file), find_marks(paths))
    if options.json:
        print(json.dumps([_document(model) for model in listed]))
        return Exit.OK
    is_any_used = any(model.is_in_use for model in listed)
    print(table(COLUMNS, [_row(model, is_any_used=is_any_used) for model in listed]))
    for model in listed:
        for told in (*_problems(model), *_reasons(model)):
            print(f"{model.name}: {told}")
    return Exit.OK


def _document(model: Listed) -> dict[str, Any]:
    document = asdict(model)
    document["folder"] = None if model.folder is None else str(model.folder)
    return document


def _row(model: Listed, *, is_any_used: bool) -> tuple[object, ...]:
    is_spoken_with = model.is_in_use if is_any_used else model.is_default
    return (
        "*" if is_spoken_with else "",
        model.name,
        model.state,
        readable_size(model.size_bytes),
        _made(model.prepared.variants) if model.prepared else None,
        _chosen(model.tuned) if model.tuned else None,
        model.licence.partition(";")[0],
        model.title,
    )


def _made(variants: tuple[str, ...]) -> str | None:
    """Their names as long as the table stays readable; --json has them all."""
    return ", ".join(variants) or None if len(variants) <= NAMES_SHOWN else f"{len(variants)} variants"


def _chosen(tuned: Tuned) -> str:
    where = "" if tuned.provider == "cpu" else f" on {tuned.provider}"
    return f"{tuned.variant}, {tuned.threads} thread{'s' if tuned.threads > 1 else ''}{where}"


def _problems(model: Listed) -> list[str]:
    problems = [f"{model.state}: {model.problem}"] if model.problem else []
    if model.prepared and model.prepared.problem:
        problems.append(f"its prepared parts are {model.prepared.problem}: `utterd models prepare {model.name}`")
    if model.tuned and model.tuned.problem:
        problems.append(f"its tuning is {model.tuned.problem}: `utterd models tune {model.name}`")
    return problems


def _reasons(model: Listed) -> tuple[str, ...]:
    """Why it was tuned so, in the first of many words."""
    return model.tuned.reasons[1:REASONS_SHOWN] if model.tuned and not model.tuned.problem else ()
