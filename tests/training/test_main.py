"""The command line: which recipe it makes, and what it says to wishes that nobody can fulfil."""

import sys
from pathlib import Path

import pytest

from training import __main__ as command
from training import dataset
from training.recipe import FULL, TINY
from training.teachers import catalogue


class Teacher:
    speakers = ("ann", "bob")


@pytest.fixture
def made(monkeypatch) -> list:
    """Recipes and outputs, as they would be made."""
    wanted = []
    monkeypatch.setattr("training.make.make_voice", lambda recipe, _, output, __: wanted.append((recipe, output)))
    monkeypatch.setattr(dataset, "open_teacher", lambda *_: Teacher())
    return wanted


def run(monkeypatch, work: Path, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["training", "make", "--work", str(work), *words])
    return command.main()


def test_alone_it_makes_the_shipped_voice(monkeypatch, made, tmp_path):
    assert run(monkeypatch, tmp_path) == 0
    [(recipe, output)] = made
    assert recipe == FULL
    assert output == Path(command.__file__).parents[1] / "bundles/starter"


def test_teacher_and_speakers_are_chosen_and_the_shipped_voice_is_left_alone(monkeypatch, made, tmp_path):
    assert run(monkeypatch, tmp_path, "--teacher", "other", "--speakers", "bob", "ann", "bob") == 0
    [(recipe, output)] = made
    assert (recipe.teacher, recipe.speakers, recipe.steps) == ("other", ("bob", "ann"), FULL.steps)
    assert output == tmp_path / "starter/make"


def test_speakers_of_the_recipes_own_teacher(monkeypatch, made, tmp_path):
    assert run(monkeypatch, tmp_path, "--recipe", "tiny", "--speakers", "ann") == 0
    assert (made[0][0].teacher, made[0][0].speakers) == (TINY.teacher, ("ann",))


def test_an_unknown_speaker_is_refused_in_one_sentence(monkeypatch, made, tmp_path, capsys):
    assert run(monkeypatch, tmp_path, "--speakers", "ann", "eve") == 2
    assert not made
    assert capsys.readouterr().err == "training: the teacher flite has no speaker 'eve'; it has ann, bob\n"


def test_an_unknown_teacher_is_refused_in_one_sentence(monkeypatch, made, tmp_path, capsys):
    monkeypatch.setattr(dataset, "open_teacher", catalogue.open_teacher)
    assert run(monkeypatch, tmp_path, "--teacher", "nobody", "--speakers", "ann") == 2
    assert not made
    said = capsys.readouterr().err
    assert said.startswith("training: the teacher is neither flite nor a kokoro bundle: no model 'nobody'")
    assert said.count("\n") == 1


def test_help_tells_of_teachers_and_speakers(monkeypatch, capsys, tmp_path):
    with pytest.raises(SystemExit):
        run(monkeypatch, tmp_path, "--help")
    said = capsys.readouterr().out
    assert "--teacher" in said
    assert "--speakers NAME" in said
