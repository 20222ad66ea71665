"""Voices that nobody wants."""

import os

import numpy as np
import pytest
from kokoro_shaped import tiny_voices
from rig.kokoro_bundle import save_kokoro_bundle

from utterd.config.bundles import load_bundle, verify_files
from utterd.stages.models.__main__ import main as run_verb
from utterd.stages.models.preparing.command import main
from utterd.stages.models.preparing.model import open_model
from utterd.stages.models.preparing.pruning import ORIGINAL, prune

LANGUAGES = {"af_heart": "en-us", "am_liam": "en-us", "ef_dora": "es", "file": "it"}


@pytest.fixture
def many(tmp_path):
    """One voice has a name that numpy would take for an argument."""
    some = tiny_voices()["af_heart"]
    voices = {name: some * np.float32(index + 1) for index, name in enumerate(LANGUAGES)}
    return save_kokoro_bundle(tmp_path / "many", voices=voices, languages=LANGUAGES)


def names_in(path) -> set[str]:
    with np.load(path) as archive:
        return set(archive.files)


def test_only_the_voices_asked_for_are_left(many):
    pruned = prune(open_model(str(many)), ["ef_dora", "file"], keep_original=True)
    assert pruned.voices == ("ef_dora", "file")
    bundle = load_bundle(many)
    verify_files(bundle)
    assert {voice.name for voice in bundle.voices} == names_in(many / "voices.npz") == {"ef_dora", "file"}
    assert bundle.default_voice == "ef_dora"
    assert set(bundle.languages) == {"es", "it"}
    assert (many / "bundle.toml").read_text().startswith("# A comment that stays.")


def test_what_was_downloaded_is_kept_aside(many):
    before = (many / "voices.npz").read_bytes()
    pruned = prune(open_model(str(many)), ["af_heart"], keep_original=True)
    assert pruned.original == many / ORIGINAL
    assert (many / ORIGINAL).read_bytes() == before


def test_a_second_pruning_keeps_the_first_original(many):
    before = (many / "voices.npz").read_bytes()
    prune(open_model(str(many)), ["af_heart", "am_liam"], keep_original=True)
    prune(open_model(str(many)), ["am_liam"], keep_original=True)
    assert (many / ORIGINAL).read_bytes() == before
    assert names_in(many / "voices.npz") == {"am_liam"}


def test_it_goes_if_that_is_asked_for(many):
    prune(open_model(str(many)), ["af_heart", "am_liam"], keep_original=True)
    pruned = prune(open_model(str(many)), ["af_heart"], keep_original=False)
    assert pruned.original is None
    assert not (many / ORIGINAL).exists()
    assert pruned.freed_bytes > 0


def test_a_download_elsewhere_that_is_linked_is_not_written_to(many, tmp_path):
    elsewhere = tmp_path / "elsewhere.npz"
    (many / "voices.npz").rename(elsewhere)
    (many / "voices.npz").symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    prune(open_model(str(many)), ["af_heart"], keep_original=True)
    assert elsewhere.read_bytes() == before
    assert (many / ORIGINAL).readlink() == elsewhere
    assert names_in(many / "voices.npz") == {"af_heart"}


@pytest.mark.parametrize("call", range(1, 7))
def test_cut_short_anywhere_the_bundle_is_a_right_one_and_the_next_run_ends_it(many, monkeypatch, call):
    """After each write that reaches the disk."""
    calls = 0
    fsync = os.fsync

    def cut(descriptor):
        nonlocal calls
        calls += 1
        fsync(descriptor)
        if calls == call:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", cut)
        with pytest.raises(KeyboardInterrupt):
            prune(open_model(str(many)), ["af_heart"], keep_original=True)
    bundle = load_bundle(many)
    verify_files(bundle)
    assert {voice.name for voice in bundle.voices} <= names_in(many / "voices.npz")
    prune(open_model(str(many)), ["af_heart"], keep_original=True)
    bundle = load_bundle(many)
    verify_files(bundle)
    assert names_in(many / "voices.npz") == {"af_heart"}
    assert "voices.npz" in bundle.files


def test_by_language_and_with_the_parts_through_the_command(many, capsys):
    assert main([str(many), "--variants", "fp32", "--voices", "af_heart", "--languages", "es", "--prune"]) == 0
    assert f"voices left: af_heart, ef_dora; all of them are in {ORIGINAL}" in capsys.readouterr().out
    assert names_in(many / "voices.npz") == {"af_heart", "ef_dora"}


def test_a_bundle_that_cannot_be_written_to_is_said_in_a_sentence(prepared, complaint):
    blocked = prepared / ".voices.npz.new"
    blocked.mkdir()
    before = (prepared / "bundle.toml").read_bytes()
    wish = [str(prepared), "--variants", "fp32", "--voices", "af_heart", "--prune"]
    assert run_verb(["prepare", *wish]) == 5
    assert complaint() == f"to prepare the model failed at {blocked}: Is a directory"
    assert (prepared / "bundle.toml").read_bytes() == before
