"""A model that is given as a file: installed like a downloaded one, under a name, before it is prepared."""

import re
from pathlib import Path
from typing import NoReturn

from utterd.client.cli.models_progress import open_report
from utterd.client.models.catalogue import load_catalogue
from utterd.client.models.install import install
from utterd.client.models.plan import Means, Wish, make_plan
from utterd.client.models.store import Store
from utterd.config.bundles import BundleError, load_bundle
from utterd.config.paths import find_paths
from utterd.stages.models.errors import WrongInput
from utterd.stages.models.preparing.kept import sha256_of
from utterd.stages.models.preparing.model import GRAPH
from utterd.stages.models.splitting import SplitError
from utterd.stages.models.splitting.loading import load


def is_graph_file(name: str) -> bool:
    """Whether a model is given as a file, and not by its name or folder."""
    return name.endswith(".onnx") and not Path(name).expanduser().is_dir()


def install_given(graph: Path, voices: Path, name: str | None, *, as_json: bool) -> str:
    """Have them in the store; returns the model's name there. The files themselves are not touched.

    Raises:
        WrongInput: another model has the name, or this is no graph that can be prepared: it is not installed then.
        ModelError: they cannot be installed.
    """
    paths = find_paths()
    graph, voices = graph.expanduser(), voices.expanduser()
    name = name or re.sub(r"[^A-Za-z0-9._-]", "-", graph.stem)
    try:
        load(graph)
    except SplitError as error:
        raise WrongInput(str(error)) from error
    _check_name(paths.models / name, graph, name)
    with open_report(as_json=as_json) as report:
        means = Means(
            catalogue=load_catalogue(paths.catalogue_file),
            store=Store(paths.models),
            watcher=report,
            open_downloader=_refuse,
        )
        wish = Wish(name=name, graph=graph, voices=voices, takes_unverified=True)
        return install(make_plan(wish, means), means.store).name


def _check_name(folder: Path, graph: Path, name: str) -> None:
    try:
        there = load_bundle(folder)
    except BundleError:
        return  # none, or one that was broken off
    try:
        is_same = there.files.get(GRAPH) == sha256_of(graph)
    except OSError as error:
        raise WrongInput(f"{graph} cannot be read: {error.strerror or error}") from error
    if not is_same:
        raise WrongInput(f"there is another model {name!r} already; give this one another name with --name")


def _refuse() -> NoReturn:
    raise AssertionError("both files are given: nothing is fetched")
