import shutil
from pathlib import Path

import pytest

from utterd.config.bundles import TONE, BundleError, Origin, find_bundle, load_bundle, verify_files


@pytest.fixture(autouse=True)
def _no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not those of whoever runs the tests."""
    monkeypatch.setenv("UTTERD_HOME", str(tmp_path / "none"))


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of the starter bundle."""
    folder = tmp_path / "mine"
    shutil.copytree(find_bundle("starter").folder, folder, ignore=shutil.ignore_patterns("__*"))
    return folder


def rewrite(folder: Path, old: str, new: str) -> None:
    description = (folder / "bundle.toml").read_text("utf-8")
    assert old in description
    (folder / "bundle.toml").write_text(description.replace(old, new), "utf-8")


def test_the_shipped_bundle_is_whole_and_says_what_it_is():
    bundle = find_bundle("starter")
    verify_files(bundle)
    assert (bundle.name, bundle.family, bundle.sample_rate_hz) == ("starter", "starter", 24_000)
    assert bundle.default_voice in {voice.name for voice in bundle.voices}
    assert {voice.language for voice in bundle.voices} <= set(bundle.languages)
    assert bundle.licence


def test_the_shipped_bundle_says_where_every_ingredient_comes_from():
    origins = find_bundle("starter").origins
    assert {"teachers", "corpus", "phonemes"} <= {origin.what for origin in origins}
    assert all(origin.source and origin.licence for origin in origins)


def test_origins_are_read_in_order_and_need_not_be_told(mine):
    description = (mine / "bundle.toml").read_text("utf-8").partition("[[origins]]")[0]
    (mine / "bundle.toml").write_text(description, "utf-8")
    assert load_bundle(mine).origins == TONE.origins == ()
    told = "".join(f'[[origins]]\nwhat = "{what}"\nsource = "here"\nlicence = "MIT"\n' for what in ("b", "a"))
    (mine / "bundle.toml").write_text(f"{description}\n{told}", "utf-8")
    assert load_bundle(mine).origins == tuple(Origin(what=what, source="here", licence="MIT") for what in ("b", "a"))


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ("origins = 5", "origins should be [[origins]] tables, each with what, source and licence"),
        ('origins = ["flite"]', "origins should be [[origins]] tables"),
        ('origins = { what = "a", source = "b", licence = "c" }', "origins should be [[origins]] tables"),
        ('origins = [{ what = "a", source = "b" }]', "'licence' is missing"),
        ('origins = [{ what = "a", source = 5, licence = "c" }]', "source = 5 in origins is not a text"),
    ],
)
def test_wrong_origins_are_told_in_one_sentence(mine, told, named):
    description = (mine / "bundle.toml").read_text("utf-8").partition("[[origins]]")[0]
    (mine / "bundle.toml").write_text(f"{told}\n{description}", "utf-8")
    with pytest.raises(BundleError) as failure:
        load_bundle(mine)
    assert str(failure.value).startswith(f"{mine / 'bundle.toml'} is not right: ")
    assert named in str(failure.value)


def test_every_file_of_the_shipped_bundle_is_under_its_checksum():
    bundle = find_bundle("starter")
    data = {path.name for path in bundle.folder.iterdir() if path.suffix in (".onnx", ".npz")}
    assert data == set(bundle.files)


def test_the_stand_in_has_no_files():
    assert find_bundle("tone") is TONE
    verify_files(TONE)


def test_a_bundle_is_found_by_its_folder(mine, monkeypatch):
    assert find_bundle(str(mine)).folder == mine
    monkeypatch.chdir(mine.parent)
    assert find_bundle("mine").folder == Path("mine")
    assert find_bundle("./mine").name == "starter"


def test_a_folder_that_happens_to_be_here_does_not_stand_in_for_a_shipped_bundle(tmp_path, monkeypatch):
    (tmp_path / "starter").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_bundle("starter").name == "starter"


def test_a_tilde_is_home(mine, monkeypatch):
    monkeypatch.setenv("HOME", str(mine.parent))
    assert find_bundle("~/mine").name == "starter"


def test_voices_are_found_by_name():
    bundle = find_bundle("starter")
    assert bundle.voice(bundle.default_voice).name == bundle.default_voice
    assert bundle.voice("bella") is None


def test_a_misspelt_name_is_met_with_a_guess():
    with pytest.raises(BundleError, match=r"no model 'satrter'; did you mean 'starter'\?"):
        find_bundle("satrter")


def test_a_name_like_no_other_is_met_with_what_there_is():
    with pytest.raises(BundleError, match="no model 'xyz'; there is starter, or give a folder; `utterd models list`"):
        find_bundle("xyz")


@pytest.fixture
def stored(tmp_path, mine, monkeypatch) -> Path:
    """A copy of the starter bundle where downloaded models are, as `kokoro`."""
    monkeypatch.setenv("UTTERD_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "models" / "kokoro"
    folder.parent.mkdir(parents=True)
    mine.rename(folder)
    return folder


def test_a_downloaded_model_is_found_by_its_name(stored, tmp_path):
    assert find_bundle("kokoro").folder == stored
    assert find_bundle("kokoro", stored.parent).folder == stored
    with pytest.raises(BundleError, match="no model 'kokoro'"):
        find_bundle("kokoro", tmp_path)


def test_a_downloaded_model_counts_before_a_folder_that_happens_to_be_here(stored, tmp_path, monkeypatch):
    (tmp_path / "kokoro").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_bundle("kokoro").folder == stored


def test_a_shipped_bundle_counts_before_a_downloaded_one(stored):
    stored.rename(stored.with_name("starter"))
    assert find_bundle("starter").folder != stored.with_name("starter")


def test_a_guess_may_be_a_downloaded_model(stored):
    with pytest.raises(BundleError, match=r"no model 'kokro'; did you mean 'kokoro'\?"):
        find_bundle("kokro")
    with pytest.raises(BundleError, match="no model 'xyz'; there is starter, kokoro, or give a folder"):
        find_bundle("xyz")


def test_a_download_that_is_not_whole_is_no_model(stored):
    (stored / "bundle.toml").unlink()
    with pytest.raises(BundleError, match="no model 'kokoro'; its download is not complete: `utterd models get"):
        find_bundle("kokoro")


def test_a_folder_without_a_description_is_no_model(tmp_path):
    with pytest.raises(BundleError, match=r"is not a model: it has no bundle\.toml"):
        find_bundle(str(tmp_path))
    with pytest.raises(BundleError, match=r"is not a model: it has no bundle\.toml"):
        find_bundle(str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('name = "starter"', "", "name"),
        ('family = "starter"', 'family = "vits"', "vits"),
        ('default_voice = "am_trio"', 'default_voice = "bella"', "bella"),
        ("sample_rate_hz = 24000", 'sample_rate_hz = "fast"', "fast"),
        ("sample_rate_hz = 24000", "sample_rate_hz = 22050", "22050"),
        ("[voices]", "[voces]", "voices"),
        ('am_blend = { language = "en-us"', 'am_blend = { lang = "en-us"', "language"),
        ('am_blend = { language = "en-us", description = "half rms, half awb" }', "am_blend = 5", "am_blend"),
        ("[files]", "[graph_files]", "files"),
        ("frame_samples = 240", 'frame_samples = "x"', "x"),
    ],
)
def test_a_wrong_description_is_told_by_what_is_wrong(mine, old, new, named):
    rewrite(mine, old, new)
    with pytest.raises(BundleError) as failure:
        load_bundle(mine)
    assert str(failure.value).startswith(f"{mine / 'bundle.toml'} is not right: ")
    assert named in str(failure.value)
    assert "Error(" not in str(failure.value), "for people"


def test_a_description_that_is_not_toml_is_named(mine):
    rewrite(mine, "[voices]", "[voices")
    with pytest.raises(BundleError, match=r"bundle\.toml cannot be read"):
        load_bundle(mine)


def test_a_missing_file_is_named_with_advice(mine):
    (mine / "voices.npz").unlink()
    with pytest.raises(
        BundleError, match=r"voices\.npz cannot be read: No such file or directory; reinstall the model"
    ):
        verify_files(load_bundle(mine))


def test_a_changed_file_is_named_with_advice(mine):
    with (mine / "voices.npz").open("ab") as file:
        file.write(b"x")
    with pytest.raises(BundleError, match=r"voices\.npz is damaged .*; reinstall the model"):
        verify_files(load_bundle(mine))


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "sub/../../x"])
def test_files_outside_the_folder_are_no_part_of_a_bundle(mine, name):
    rewrite(mine, '"voices.npz" =', f'"{name}" =')
    with pytest.raises(BundleError, match="is not right"):
        load_bundle(mine)
