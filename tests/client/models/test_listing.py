"""All models there are, in one list."""

from pathlib import Path

import pytest
from rig.fetching import GRAPH, VOICES, catalogue_text
from rig.onnx_graphs import write_bundle

from utterd.client.models.catalogue import Catalogue, load_catalogue
from utterd.client.models.description import write_description
from utterd.client.models.listing import Listed, Marks, State, list_models
from utterd.client.models.store import Store
from utterd.config.bundles import Origin, find_bundle


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    (tmp_path / "models.toml").write_text(catalogue_text("https://here"))
    return load_catalogue(tmp_path / "models.toml")


def install(store: Store, name: str, graph: bytes = GRAPH) -> Path:
    folder = store.folder / name
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(graph)
    (folder / "voices.npz").write_bytes(VOICES)
    write_bundle(folder)
    return folder


def listed(store: Store, catalogue: Catalogue, **marks: Path) -> dict[str, Listed]:
    return {model.name: model for model in list_models(store, catalogue, Marks(**marks))}


def test_what_comes_along_stands_first_then_what_is_here_then_what_can_be_had(store, catalogue):
    install(store, "tiny")
    install(store, "another")
    names = list(listed(store, catalogue))
    assert names[:3] == ["starter", "another", "tiny"]
    assert names[3:] == [name for name in catalogue.offers if name != "tiny"]


def test_a_model_of_the_catalogue_is_known_by_its_hash(store, catalogue):
    install(store, "mine")
    model = listed(store, catalogue)["mine"]
    assert (model.state, model.precision, model.title) == (State.INSTALLED, "fp32", "a small one")
    assert (model.size_bytes, model.voices, model.licence) == (len(GRAPH) + len(VOICES), 1, "Apache-2.0")


def test_another_model_says_itself_what_it_is(store, catalogue):
    folder = install(store, "mine", b"\x08else")
    assert listed(store, catalogue)["mine"].precision is None
    assert listed(store, catalogue)["mine"].title == ""
    files = find_bundle("mine", store.folder).files
    write_description(
        folder,
        name="mine",
        default_voice="af_one",
        voices=["af_one"],
        licence="MIT",
        files=files,
        origins=[Origin(what="model", source="own.onnx, given by its path", licence="MIT")],
    )
    assert listed(store, catalogue)["mine"].title == "own.onnx, given by its path"


def test_what_can_be_had_is_told_with_what_is_to_be_fetched(store, catalogue):
    model = listed(store, catalogue)["tiny"]
    assert (model.state, model.size_bytes, model.folder) == (State.AVAILABLE, len(GRAPH) + len(VOICES), None)
    assert not model.is_in_use


def test_an_interrupted_download_is_told_with_how_to_go_on(store, catalogue):
    (store.folder / "tiny").mkdir(parents=True)
    (store.folder / "tiny" / "model.onnx.part").write_bytes(GRAPH[:1000])
    model = listed(store, catalogue)["tiny"]
    assert (model.state, model.size_bytes, model.precision) == (State.INCOMPLETE, 1000, "fp32")
    assert model.problem == "`utterd models get tiny` goes on with it"


def test_what_no_catalogue_has_goes_on_from_its_files_alone(store, catalogue):
    (store.folder / "mine").mkdir(parents=True)
    (install(store, "other") / "voices.npz").unlink()
    found = listed(store, catalogue)
    assert found["mine"].problem == "`utterd models get mine --file PATH --voices PATH --unverified` goes on with it"
    assert found["other"].problem.endswith(
        "; `utterd models get other --file PATH --voices PATH --unverified` brings it"
    )


def test_a_lost_file_is_named(store, catalogue):
    (install(store, "tiny") / "voices.npz").unlink()
    model = listed(store, catalogue)["tiny"]
    assert model.state is State.DAMAGED
    assert model.problem == "voices.npz is not there; `utterd models get tiny` brings it"


def test_a_broken_description_breaks_nothing_else(store, catalogue):
    (install(store, "mine") / "bundle.toml").write_text("name = 5")
    install(store, "tiny")
    models = listed(store, catalogue)
    assert models["mine"].state is State.DAMAGED
    assert "is not right" in models["mine"].problem
    assert models["tiny"].state is State.INSTALLED


def test_what_is_spoken_with_is_marked_by_its_folder(store, catalogue, tmp_path):
    folder = install(store, "tiny")
    (tmp_path / "link").symlink_to(folder)
    models = listed(store, catalogue, used=tmp_path / "link", default=find_bundle("starter").folder)
    assert [name for name, model in models.items() if model.is_in_use] == ["tiny"]
    assert [name for name, model in models.items() if model.is_default] == ["starter"]
