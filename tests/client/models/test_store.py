"""Where models are kept, and that one command at a time changes one."""

import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from rig.fetching import sha256
from rig.onnx_graphs import write_bundle

from utterd.client.models.errors import ModelBusy, ModelUnfetched, UnknownModel
from utterd.client.models.store import SPARE_BYTES, Store, remove_folder, size_of
from utterd.stages.models.errors import Busy
from utterd.stages.models.lock import locked


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "-x", ".hidden", "a b", "x" * 65, "näh"])
def test_a_name_that_is_no_folders_is_refused(store, name):
    with pytest.raises(UnknownModel, match="is no name for a model"):
        store.folder_of(name)


@pytest.mark.parametrize("name", ["starter", "tone"])
def test_what_comes_with_utterd_is_not_for_the_store(store, name):
    with pytest.raises(UnknownModel, match=f"'{name}' comes with utterd"):
        store.folder_of(name)


def test_nothing_is_made_by_looking(store):
    assert store.names() == []
    assert store.with_file("0" * 64) is None
    assert not store.folder.exists()


def test_a_lock_makes_the_folder_for_its_user_alone(store):
    with store.lock("mine") as folder:
        assert folder == store.folder / "mine"
        assert {path.stat().st_mode & 0o777 for path in (folder, store.folder)} == {0o700}
        (folder / "file").touch()
    assert store.names() == ["mine"]


@pytest.mark.parametrize("error", [ModelUnfetched("no"), KeyboardInterrupt()])
def test_a_folder_that_nothing_came_to_does_not_stay(store, error):
    with store.lock("mine"):
        pass
    assert store.names() == []
    with pytest.raises(type(error)), store.lock("mine"):
        raise error
    assert store.names() == []


def test_a_second_one_is_refused_also_from_another_process(store):
    script = (
        "import sys; from pathlib import Path\n"
        "from utterd.client.models.store import Store\n"
        "from utterd.client.models.errors import ModelBusy\n"
        "try:\n"
        "    with Store(Path(sys.argv[1])).lock(sys.argv[2]): print('locked')\n"
        "except ModelBusy as error: print(error)\n"
    )

    def other(name: str) -> str:
        command = [sys.executable, "-c", script, str(store.folder), name]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with store.lock("mine"):
        busy = "another `utterd models` is at work on mine; wait until it ends, or end it"
        assert other("mine") == busy
        with pytest.raises(ModelBusy, match="is at work on mine"), store.lock("mine"):
            pass
        assert other("yours") == "locked"
    assert other("mine") == "locked"


def test_what_is_being_prepared_is_not_touched(store):
    with store.lock("mine") as folder:
        (folder / "prepared").mkdir()
    busy = pytest.raises(ModelBusy, match="mine is being prepared or tuned")
    with locked(folder / "prepared"), busy, store.lock("mine"):
        pass
    with store.lock("mine"), pytest.raises(Busy), locked(folder / "prepared"):
        pass


def test_a_folder_that_was_exchanged_while_we_came_is_not_ours(store, monkeypatch):
    def exchanged(path: Path, *arguments: object) -> int:
        descriptor = real_open(path, *arguments)
        path.rename(path.with_name("other"))
        path.mkdir()
        return descriptor

    real_open = os.open
    with monkeypatch.context() as patch:
        patch.setattr("os.open", exchanged)
        with pytest.raises(ModelBusy), store.lock("mine"):
            pass
    with store.lock("mine"):
        pass


def test_a_store_that_cannot_be_made_is_told(store):
    store.folder.touch()
    with pytest.raises(ModelUnfetched, match="cannot use the folder"), store.lock("mine"):
        pass


def test_a_file_of_a_whole_model_is_found_by_its_hash(store):
    for name in ("broken", "whole"):
        (store.folder / name).mkdir(parents=True)
        (store.folder / name / "model.onnx").write_bytes(name.encode())
        write_bundle(store.folder / name)
    (store.folder / "broken" / "bundle.toml").write_text("")
    path = store.folder / "whole" / "model.onnx"
    assert store.with_file(sha256(b"whole")) == path
    path.unlink()
    assert store.with_file(sha256(b"whole")) is None


def test_room_is_needed_for_what_comes_and_some_to_spare(store, monkeypatch):
    store.folder.mkdir()
    usage = namedtuple("usage", "free")
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage(SPARE_BYTES + 10_000_000))
    store.check_space(10_000_000)
    with pytest.raises(ModelUnfetched, match=r"11 MB are to come to .*models, with 77 MB free; make room"):
        store.check_space(11_000_000)


def test_a_model_goes_with_all_that_was_made_of_it(store):
    with store.lock("mine") as folder:
        (folder / "prepared").mkdir()
        (folder / "prepared" / "parts.json").write_bytes(b"12345")
        (folder / "model.onnx").write_bytes(b"123")
        assert size_of(folder) == 8
        remove_folder(folder)
    assert store.names() == []


def test_of_a_link_only_the_link_goes(store, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    store.folder.mkdir(mode=0o700)
    (store.folder / "mine").symlink_to(tmp_path / "elsewhere")
    with store.lock("mine") as folder:
        remove_folder(folder)
    assert store.names() == []
    assert (tmp_path / "elsewhere").is_dir()


def test_a_removal_that_was_interrupted_leaves_no_model(store, monkeypatch):
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    with store.lock("mine") as folder:
        (folder / "model.onnx").touch()
        write_bundle(folder)
        monkeypatch.setattr("shutil.rmtree", refuse)
        with pytest.raises(ModelUnfetched, match=r"cannot remove .*mine: Permission denied"):
            remove_folder(folder)
        assert not (folder / "bundle.toml").exists()
