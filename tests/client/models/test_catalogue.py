"""The shipped catalogue is right, and the user's own additions are read, or refused in one sentence."""

from pathlib import Path

import pytest
from rig.fetching import catalogue_text

from utterd.client.models.catalogue import load_catalogue
from utterd.client.models.errors import UnknownModel


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "models.toml"
    path.write_text(text, "utf-8")
    return path


def complaint(tmp_path: Path, text: str) -> str:
    path = write(tmp_path, text)
    with pytest.raises(UnknownModel) as failure:
        load_catalogue(path)
    sentence = str(failure.value)
    assert sentence.startswith(str(path))
    assert "\n" not in sentence
    return sentence


def test_both_releases_are_there_in_every_precision_whose_hash_is_known():
    offers = load_catalogue().offers
    assert list(offers) == [
        *("kokoro", "kokoro-fp16", "kokoro-int8"),
        *("kokoro-1.0", "kokoro-1.0-fp16", "kokoro-1.0-int8"),
    ]
    assert len({offer.graph.sha256 for offer in offers.values()}) == len(offers)
    assert {offer.voices.sha256[:8] for offer in offers.values()} == {"bca610b8"}


def test_the_two_files_of_one_name_are_told_apart():
    catalogue = load_catalogue()
    new, old = catalogue.offers["kokoro"].graph, catalogue.offers["kokoro-1.0"].graph
    assert new.url().rpartition("/")[2] == old.url().rpartition("/")[2] == "kokoro-v1.0.onnx"
    assert (new.sha256[:8], new.size_bytes) == ("beb0d184", 325_505_369)
    assert (old.sha256[:8], old.size_bytes) == ("7d5df8ec", 325_532_387)
    assert catalogue.with_graph(old.sha256) == [catalogue.offers["kokoro-1.0"]]


def test_files_are_fetched_from_the_projects_release_pages_or_from_the_same_paths_of_a_mirror():
    graph = load_catalogue().offers["kokoro"].graph
    page = "https://github.com/thewh1teagle/kokoro-onnx/releases/download"
    assert graph.url() == f"{page}/model-files-v1.1/kokoro-v1.0.onnx"
    for mirror in ("https://intranet/k", "https://intranet/k/"):
        assert graph.url(mirror) == "https://intranet/k/model-files-v1.1/kokoro-v1.0.onnx"


@pytest.mark.parametrize(
    ("name", "precision", "found"),
    [
        ("kokoro", None, "kokoro"),
        ("kokoro", "fp32", "kokoro"),
        ("kokoro", "int8", "kokoro-int8"),
        ("kokoro-int8", None, "kokoro-int8"),
        ("kokoro-int8", "int8", "kokoro-int8"),
        ("kokoro-1.0", "fp16", "kokoro-1.0-fp16"),
    ],
)
def test_a_model_is_found_by_its_name_and_a_precision(name, precision, found):
    assert load_catalogue().find(name, precision).name == found
    assert load_catalogue().has(name)


@pytest.mark.parametrize(
    ("name", "precision", "said"),
    [
        ("kokro", None, "the catalogue has no model 'kokro'; did you mean 'kokoro'?"),
        ("whisper", None, "the catalogue has no model 'whisper'; there are kokoro, kokoro-fp16"),
        ("kokoro", "q4", "the catalogue has kokoro in fp32, fp16, int8, not in q4"),
        ("kokoro-int8", "fp16", "the catalogue has kokoro-int8 in int8, not in fp16"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(name, precision, said):
    with pytest.raises(UnknownModel) as failure:
        load_catalogue().find(name, precision)
    assert str(failure.value).startswith(said)


def test_a_catalogue_of_ones_own_adds_to_the_shipped_one(tmp_path):
    offers = load_catalogue(write(tmp_path, catalogue_text("https://here"))).offers
    assert list(offers)[-2:] == ["tiny", "tiny-int8"]
    assert "kokoro" in offers
    assert offers["tiny-int8"].precision == "int8"


def test_a_model_of_ones_own_counts_before_the_shipped_one_of_its_name(tmp_path):
    text = catalogue_text("https://here").replace("models.tiny", "models.kokoro")
    offers = load_catalogue(write(tmp_path, text)).offers
    assert offers["kokoro"].graph.base == "https://here"
    assert "kokoro-fp16" not in offers
    assert "kokoro-1.0" in offers


def test_no_catalogue_of_ones_own_is_as_good(tmp_path):
    assert load_catalogue(tmp_path / "none").offers == load_catalogue().offers


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[models.tiny]", "[models.tiny", "cannot be read"),
        ("[models.tiny]", "[model.tiny]", "it has 'model', which is none of models"),
        ('title = "a small one"', "", "models.tiny has no 'title'"),
        ('title = "a small one"', "title = 5", "models.tiny.title = 5 is not a text"),
        ('title = "a small one"', 'titel = "x"', "models.tiny has 'titel', which is none of title, family"),
        ('family = "kokoro"', 'family = "vits"', "models.tiny.family = 'vits', but only kokoro is known"),
        (
            'base = "https://here"',
            'base = "here"',
            "models.tiny.base = 'here' is no address such as https://host/folder",
        ),
        ("int8 = ", "q4 = ", "models.tiny.precisions has 'q4', which is none of fp32, fp16, int8"),
        ("int8 = {", "int8 = 5 # {", "models.tiny.precisions.int8 is not a table"),
        ('path = "new/tiny.onnx"', "path = 1", "models.tiny.precisions.fp32.path = 1 is not a text"),
        ("size_bytes = 300011", "size_bytes = 0", "size_bytes = 0 is not a whole number above 0"),
        ("size_bytes = 300011", 'size_bytes = "x"', "size_bytes = 'x' is not a whole number above 0"),
        ('sha256 = "', 'sha256 = "G', "sha256 is not 64 digits from 0 to f"),
        ("models.tiny", 'models."../tiny"', "a name has letters, digits, dots, dashes and underscores"),
    ],
)
def test_a_wrong_catalogue_is_refused_by_what_is_wrong(tmp_path, old, new, said):
    text = catalogue_text("https://here")
    assert old in text
    assert said in complaint(tmp_path, text.replace(old, new))


def test_an_empty_catalogue_is_refused(tmp_path):
    assert "it has no 'models'" in complaint(tmp_path, "")
