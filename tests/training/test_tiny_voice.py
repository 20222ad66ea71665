"""`make voice`, small: from nothing to a bundle that the daemon's own code speaks with, and that is understood."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rig.recogniser import best_sentence

from training.judge.voice import BundleVoice
from training.lines import read_line
from training.recipe import TINY
from training.teachers.flite import FliteTeacher
from training.teachers.teacher import TeacherUnavailable
from utterd.config.bundles import load_bundle, verify_files

ROOT = Path(__file__).parents[2]
SENTENCES = ["the weather is very nice today", "she bought some bread and milk", "turn left at the next corner"]


def make(work: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "training",
        "make",
        "--recipe",
        TINY.name,
        "--work",
        str(work),
        "--output",
        str(work / "made"),
    ]
    subprocess.run(command, cwd=ROOT, check=True, timeout=600)
    return work / "made"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    work = tmp_path_factory.mktemp("voice")
    try:
        FliteTeacher(work)
    except TeacherUnavailable as missing:
        pytest.skip(str(missing))
    return make(work)


@pytest.mark.slow
def test_a_tiny_voice_is_a_bundle_that_speaks(made):
    verify_files(load_bundle(made))
    voice = BundleVoice(made, load_bundle(made).default_voice)
    heard = []
    for sentence in SENTENCES:
        audio = voice.say(read_line(f"{sentence.capitalize()}.")).audio
        assert np.abs(audio).max() < 1
        heard.append(best_sentence((audio * 32767).astype(np.int16), 24_000, SENTENCES))
    assert sum(one == said for one, said in zip(heard, SENTENCES, strict=True)) >= 2, heard


@pytest.mark.slow
def test_made_again_from_its_checkpoints_it_is_the_same_to_the_byte(made):
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    make(made.parent)
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before
