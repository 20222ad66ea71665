"""From a wish to a model that speaks: planned, brought, described."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from rig.fetching import GRAPH, SMALL_GRAPH, VOICES, catalogue_text, sha256
from rig.onnx_graphs import save_kokoro, save_voices
from rig.release_page import ReleasePage, cut, nothing, status

from utterd.client.models import store as store_module
from utterd.client.models.catalogue import load_catalogue
from utterd.client.models.download import Downloader
from utterd.client.models.errors import ModelBusy, ModelError, ModelUnfetched, UnknownModel
from utterd.client.models.install import Installed, install
from utterd.client.models.plan import Means, Wish, make_plan
from utterd.client.models.store import Store
from utterd.config.bundles import find_bundle, load_bundle, verify_files
from utterd.stages.inference.load import load_synthesizer


class Told:
    """A watcher that remembers warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def moved(self, file: str, present_bytes: int, total_bytes: int) -> None:
        assert present_bytes <= total_bytes

    def waits(self, file: str, reason: str, wait_s: float) -> None:
        pass

    def warns(self, sentence: str) -> None:
        self.warnings.append(sentence)


class Installing:
    """A store, and what can be brought to it."""

    def __init__(self, home: Path, page: ReleasePage) -> None:
        self.page = page
        self.store = Store(home / "models")
        self.told = Told()
        self.means = Means(
            catalogue=load_catalogue(home / "config" / "models.toml"),
            store=self.store,
            watcher=self.told,
            open_downloader=lambda: Downloader(self.told, sleep=lambda wait_s: None),
        )

    def get(self, name: str = "tiny", **wish: object) -> Installed:
        return install(make_plan(Wish(name=name, **wish), self.means), self.store)

    def complaint(self, kind: type[ModelError], name: str = "tiny", **wish: object) -> str:
        with pytest.raises(kind) as failure:
            self.get(name, **wish)
        assert "\n" not in str(failure.value)
        return str(failure.value)

    @property
    def paths(self) -> list[str]:
        """Asked of the page so far."""
        return [seen.path for seen in self.page.seen]


@pytest.fixture
def installing(home: Path, release_page: ReleasePage) -> Iterator[Installing]:
    return Installing(home, release_page)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A folder with the files of `tiny`, as somebody may have carried them here."""
    (tmp_path / "kokoro.onnx").write_bytes(GRAPH)
    (tmp_path / "voices.bin").write_bytes(VOICES)
    return tmp_path


# From a page


def test_a_model_is_fetched_and_found_by_its_name(installing):
    done = installing.get()
    assert (done.name, done.voices, done.was_there) == ("tiny", 3, False)
    assert done.size_bytes == len(GRAPH) + len(VOICES)
    bundle = find_bundle("tiny")
    verify_files(bundle)
    assert bundle.folder == done.folder == installing.store.folder / "tiny"
    assert (bundle.default_voice, bundle.licence) == ("af_heart", "Apache-2.0")
    assert sorted(path.name for path in done.folder.iterdir()) == ["bundle.toml", "model.onnx", "voices.npz"]
    assert [origin.source for origin in bundle.origins] == [
        f"{installing.page.address}/new/tiny.onnx",
        f"{installing.page.address}/old/voices.bin",
    ]


def test_what_is_installed_is_not_fetched_again(installing):
    first = installing.get()
    asked = len(installing.paths)
    before = (first.folder / "bundle.toml").stat()
    second = installing.get()
    assert second.was_there
    assert len(installing.paths) == asked
    assert os.path.samestat((first.folder / "bundle.toml").stat(), before)


@pytest.mark.parametrize("wish", [{"name": "tiny", "precision": "int8"}, {"name": "tiny-int8"}])
def test_another_precision_is_a_model_of_its_own_and_shares_the_voices(installing, wish):
    installing.get()
    assert installing.get(**wish).name == "tiny-int8"
    verify_files(find_bundle("tiny-int8"))
    verify_files(find_bundle("tiny"))
    assert installing.paths == ["/new/tiny.onnx", "/old/voices.bin", "/new/tiny.int8.onnx"]


def test_voices_that_are_damaged_in_another_model_are_fetched(installing):
    done = installing.get()
    (done.folder / "voices.npz").write_bytes(bytes(len(VOICES)))
    installing.get("tiny-int8")
    verify_files(find_bundle("tiny-int8"))
    assert installing.paths.count("/old/voices.bin") == 2


@pytest.mark.parametrize("damage", [b"", bytes(len(GRAPH)), GRAPH[:-1]])
def test_a_damaged_file_is_fetched_again_and_only_it(installing, damage):
    done = installing.get()
    (done.folder / "model.onnx").write_bytes(damage)
    (done.folder / "prepared").mkdir()
    assert not installing.get().was_there
    verify_files(find_bundle("tiny"))
    assert installing.paths == ["/new/tiny.onnx", "/old/voices.bin", "/new/tiny.onnx"]
    assert (done.folder / "prepared").exists(), "made of the same file"


def test_a_lost_description_is_written_again(installing):
    done = installing.get()
    (done.folder / "bundle.toml").unlink()
    installing.get()
    assert find_bundle("tiny").default_voice == "af_heart"
    assert len(installing.paths) == 2


def test_an_interrupted_one_is_no_model_and_is_gone_on_with(installing):
    installing.page.orders = [cut(1000)] + [nothing] * 5
    installing.complaint(ModelUnfetched)
    with pytest.raises(
        Exception, match=r"no model 'tiny'; its download is not complete: `utterd models get tiny` goes on"
    ):
        find_bundle("tiny")
    assert installing.store.names() == ["tiny"]
    installing.get()
    assert installing.page.seen[-2].range_start == 1000


def test_a_model_whose_voices_fail_keeps_what_it_has(installing):
    installing.page.files.pop("old/voices.bin")
    assert "has no such file" in installing.complaint(ModelUnfetched)
    installing.page.files["old/voices.bin"] = VOICES
    installing.get()
    assert installing.paths.count("/new/tiny.onnx") == 1


def test_where_nothing_came_nothing_stays(installing):
    installing.page.orders = [status(404)]
    installing.complaint(ModelUnfetched)
    assert installing.store.names() == []


def test_a_disk_without_room_is_told_before_anything_is_fetched(installing, monkeypatch):
    monkeypatch.setattr(store_module, "SPARE_BYTES", 10**18)
    assert "make room" in installing.complaint(ModelUnfetched)
    assert installing.paths == []


def test_two_at_once_are_one_too_many(installing):
    with installing.store.lock("tiny"):
        assert "is at work on tiny" in installing.complaint(ModelBusy)
    installing.get()


# From files of this machine


def test_files_that_the_catalogue_knows_need_no_network(installing, given):
    done = installing.get(graph=given / "kokoro.onnx", voices=given / "voices.bin")
    assert installing.paths == []
    assert installing.told.warnings == []
    bundle = load_bundle(done.folder)
    verify_files(bundle)
    assert bundle.licence == "Apache-2.0"
    assert bundle.origins[0].source == "kokoro.onnx, given by its path"
    assert (given / "kokoro.onnx").read_bytes() == GRAPH


def test_one_file_may_be_given_and_the_other_fetched(installing, given):
    installing.get(graph=given / "kokoro.onnx")
    assert installing.paths == ["/old/voices.bin"]
    installing.get("tiny-int8", voices=given / "voices.bin")
    assert installing.paths == ["/old/voices.bin", "/new/tiny.int8.onnx"]


def test_the_precision_of_a_known_file_is_seen_by_its_hash(installing, given):
    (given / "kokoro.onnx").write_bytes(SMALL_GRAPH)
    assert installing.get(graph=given / "kokoro.onnx", voices=given / "voices.bin").name == "tiny-int8"


@pytest.mark.parametrize("wish", [{"name": "tiny", "precision": "fp32"}, {"name": "kokoro"}, {"name": "kokoro-int8"}])
def test_a_known_file_of_another_model_is_refused_with_its_right_name(installing, given, wish):
    (given / "kokoro.onnx").write_bytes(SMALL_GRAPH)
    sentence = installing.complaint(UnknownModel, graph=given / "kokoro.onnx", voices=given / "voices.bin", **wish)
    assert "is the file of tiny-int8, not of" in sentence
    assert sentence.endswith("`utterd models get tiny-int8` takes it")


def test_unknown_files_are_refused_unless_they_are_wanted(installing, tmp_path, given):
    save_kokoro(tmp_path / "own.onnx")
    save_voices(tmp_path / "own.npz", af_one=0.25, am_two=0.5)
    for wish, file in (
        ({"graph": tmp_path / "own.onnx", "voices": given / "voices.bin"}, "own.onnx"),
        ({"graph": given / "kokoro.onnx", "voices": tmp_path / "own.npz"}, "own.npz"),
    ):
        sentence = installing.complaint(UnknownModel, "own", **wish)
        begin = sha256((tmp_path / file).read_bytes())[:8]
        assert sentence.startswith(f"{tmp_path / file} is no file of the catalogue (its sha256 begins with {begin}); ")
        assert sentence.endswith("add --unverified")
    assert installing.store.names() == []


def test_voices_of_another_model_are_refused_too(installing, given, home):
    other = io.BytesIO()
    np.savez(other, af_other=np.zeros((510, 1, 256), np.float32))
    (given / "other.npz").write_bytes(other.getvalue())
    text = catalogue_text(installing.page.address)
    more = text.replace("models.tiny", "models.other").replace(sha256(VOICES), sha256(other.getvalue()))
    (home / "config" / "models.toml").write_text(text + more, "utf-8")
    again = Installing(home, installing.page)
    sentence = again.complaint(UnknownModel, "tiny", graph=given / "kokoro.onnx", voices=given / "other.npz")
    assert (
        f"other.npz is not the catalogue's voices.bin (its sha256 begins with {sha256(other.getvalue())[:8]}"
        in sentence
    )


def test_unknown_files_are_taken_with_a_warning_each(installing, tmp_path):
    save_kokoro(tmp_path / "own.onnx")
    save_voices(tmp_path / "own.npz", af_one=0.25, am_two=0.5)
    done = installing.get("own", graph=tmp_path / "own.onnx", voices=tmp_path / "own.npz", takes_unverified=True)
    assert len(installing.told.warnings) == 2
    assert installing.told.warnings[0].startswith(
        f"{tmp_path / 'own.onnx'} is no file of the catalogue (its sha256 begins"
    )
    bundle = load_bundle(done.folder)
    assert bundle.licence.startswith("unknown")
    assert bundle.default_voice == "af_one"


def test_a_model_that_was_given_speaks(installing, tmp_path):
    save_kokoro(tmp_path / "own.onnx")
    for at, name in enumerate(("af_one", "am_two")):
        (tmp_path / f"{name}.bin").write_bytes(np.full((510, 1, 256), at, "<f4").tobytes())
    installing.get("own", graph=tmp_path / "own.onnx", voices=tmp_path, takes_unverified=True)
    assert type(load_synthesizer("own")).__name__ == "KokoroSynthesizer"


def test_files_of_a_known_model_may_have_a_name_of_ones_own(installing, given):
    done = installing.get("mine", graph=given / "kokoro.onnx", voices=given / "voices.bin")
    assert done.name == "mine"
    assert load_bundle(done.folder).licence == "Apache-2.0"
    assert installing.told.warnings == []


def test_another_file_takes_the_place_of_the_old_one_and_of_what_was_made_of_it(installing, tmp_path):
    done = installing.get()
    (done.folder / "prepared").mkdir()
    (done.folder / "prepared" / "parts.json").touch()
    (tmp_path / "own.onnx").write_bytes(b"\x08another")
    installing.get(graph=tmp_path / "own.onnx", takes_unverified=True)
    verify_files(find_bundle("tiny"))
    assert (done.folder / "model.onnx").read_bytes() == b"\x08another"
    assert not (done.folder / "prepared").exists()
    assert installing.get(graph=tmp_path / "own.onnx", takes_unverified=True).was_there


def test_until_the_new_one_is_whole_the_old_one_stays(installing, tmp_path):
    done = installing.get()
    (done.folder / "voices.npz").unlink()
    (tmp_path / "own.onnx").write_bytes(b"\x08another")
    installing.page.orders = [status(404)]
    installing.complaint(ModelUnfetched, graph=tmp_path / "own.onnx", takes_unverified=True)
    assert (done.folder / "model.onnx").read_bytes() == GRAPH
    assert find_bundle("tiny").files["model.onnx"] == sha256(GRAPH)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty; an ONNX file is wanted"),
        (b"<!doctype html>", "is a web page; an ONNX file is wanted"),
        (b"PK\x03\x04...", "is a ZIP file, as PyTorch and NumPy write them"),
        (b"\x80\x02\x8a", "is a file of PyTorch's"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer to a file, as Git LFS leaves it"),
    ],
)
def test_what_is_taken_for_a_model_by_mistake_is_refused(installing, tmp_path, content, said):
    (tmp_path / "own.onnx").write_bytes(content)
    assert said in installing.complaint(UnknownModel, graph=tmp_path / "own.onnx")
    assert installing.store.names() == []


def test_files_that_cannot_be_read_are_told(installing, tmp_path):
    for wish in ({"graph": tmp_path / "none"}, {"graph": tmp_path}):
        assert installing.complaint(UnknownModel, **wish).startswith(f"cannot read {wish['graph']}: ")
    assert installing.complaint(UnknownModel, voices=tmp_path / "none.npz") == f"there is no file {tmp_path}/none.npz"


def test_a_graph_without_end_is_refused_at_once(installing, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (Path("/dev/zero"), tmp_path / "pipe"):
        assert installing.complaint(UnknownModel, graph=path) == f"{path} is a pipe or a device; an ONNX file is wanted"


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"name": "tinny"}, "the catalogue has no model 'tinny'; did you mean 'tiny'? (with both --file and --voices,"),
        ({"name": "tiny", "precision": "fp16"}, "the catalogue has tiny in fp32, int8, not in fp16"),
        ({"name": "starter"}, "'starter' comes with utterd"),
        ({"name": "../x"}, "is no name for a model"),
    ],
)
def test_what_is_not_to_be_had_is_refused(installing, wish, said):
    assert said in installing.complaint(UnknownModel, **wish)


def test_a_precision_belongs_to_the_catalogue(installing, given):
    wish = {"graph": given / "kokoro.onnx", "voices": given / "voices.bin", "precision": "int8"}
    assert "--precision chooses among files of the catalogue" in installing.complaint(UnknownModel, "mine", **wish)


def test_a_file_that_changes_while_it_is_copied_is_refused(installing, given):
    plan = make_plan(Wish(name="tiny", graph=given / "kokoro.onnx"), installing.means)
    (given / "kokoro.onnx").write_bytes(GRAPH + b"more")
    with pytest.raises(UnknownModel, match="changed while it was copied"):
        install(plan, installing.store)
