"""`utterd lexicon`, as it is typed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from utterd.client.cli import main
from utterd.config.lexicon_files import read_lexicon


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def user_file(home: Path) -> Path:
    return home / "config" / "lexicon.toml"


def test_a_word_is_added_to_the_users_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lexicon", "add", "nginx", "--say", "engine x"]) == 0
    assert capsys.readouterr().out == f"nginx is said as engine x ({user_file(home)})\n"
    assert main(["lexicon", "add", "SQL", "--ipa", "ˈsiːkwəl", "--pos", "noun", "--case", "--lang", "en-gb"]) == 0
    assert user_file(home).read_text("utf-8") == (
        'nginx = "engine x"\nSQL = {ipa = "ˈsiːkwəl", pos = "noun", case = true, lang = "en-gb"}\n'
    )


def test_a_word_is_added_to_the_project_that_one_stands_in(home: Path, project: Path) -> None:
    (project / "sub").mkdir()
    assert main(["lexicon", "add", "nginx", "--say", "engine x", "--project"]) == 0
    file = project / ".utterd.toml"
    assert [entry.word for entry in read_lexicon(file, "lexicon")] == ["nginx"]
    assert not user_file(home).exists()


def test_a_wrong_ipa_symbol_is_named_and_nothing_is_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lexicon", "add", "word", "--ipa", "wɜ@d"]) == 2
    assert capsys.readouterr().err == (
        "utterd: 'word': '@' (COMMERCIAL AT), symbol 3 of the IPA, is none that can be said\n"
    )
    assert not user_file(home).exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "no action given: say add, list or remove"),
        (["frob"], "there is no action 'frob'"),
        (["add", "a"], "one of the arguments --say --ipa is required"),
        (["add", "a", "--say", "b", "--ipa", "b"], "not allowed with argument"),
        (["add", "a", "--say", "b", "--pos", "thing"], "invalid choice: 'thing'"),
        (["add", "a", "--say", "b", "--lang", "xx"], "invalid choice: 'xx'"),
        (["add", "a", "--say", " "], "'a' needs one of say and ipa"),
        (["add", "a", "--say", "b", "--lang", "fr", "--pos", "noun"], "English alone"),
        (["remove", "a"], "has no word 'a'"),
        (["remove"], "the following arguments are required: WORD"),
        (["list", "a"], "unrecognized arguments: a"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_2(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    assert main(["lexicon", *arguments]) == 2
    said = capsys.readouterr().err
    assert complaint in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("action", ["add", "list", "remove"])
def test_every_action_has_help_with_an_example(capsys: pytest.CaptureFixture[str], action: str) -> None:
    assert main(["lexicon", action, "--help"]) == 0
    assert f"utterd lexicon {action}" in capsys.readouterr().out.partition("example:")[2]


def test_a_broken_file_is_named_with_the_line_and_left_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    user_file(home).parent.mkdir(parents=True)
    user_file(home).write_text('a = "b"\nc = \n')
    for command in (["add", "d", "--say", "e"], ["remove", "a"], ["list"]):
        assert main(["lexicon", *command]) == 2
        assert capsys.readouterr().err.startswith(f"utterd: {user_file(home)}, line 2: ")
    assert user_file(home).read_text() == 'a = "b"\nc = \n'


def test_the_list_shows_the_layers_and_what_counts(
    home: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["lexicon", "add", "yaml", "--say", "why ammel"])
    main(["lexicon", "add", "YAML", "--say", "yam", "--project"])
    main(["lexicon", "add", "zed", "--ipa", "zɛd", "--pos", "noun", "--project"])
    capsys.readouterr()
    assert main(["lexicon", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["WORD", "SAID", "AS", "ONLY", "LAYER"]
    assert [line.split() for line in lines[1:4]] == [
        ["*", "yaml", "why", "ammel", "user"],
        ["YAML", "yam", "project"],
        ["*", "zed", "/zɛd/", "noun", "project"],
    ]
    assert main(["lexicon", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed[0] == {
        "word": "yaml", "say": "why ammel", "ipa": "", "pos": "", "case": False, "lang": "",
        "layer": "user", "counts": True,
    }  # fmt: skip
    assert [(item["layer"], item["counts"]) for item in listed if item["word"] == "YAML"] == [
        ("project", False),
        ("built-in", False),
    ]


def test_a_word_is_removed_whatever_its_capitals(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["lexicon", "add", "nginx", "--say", "engine x"])
    main(["lexicon", "add", "nginy", "--say", "engine y"])
    assert main(["lexicon", "remove", "NGINX"]) == 0
    assert [entry.word for entry in read_lexicon(user_file(home))] == ["nginy"]
    capsys.readouterr()
    assert main(["lexicon", "remove", "nginz"]) == 2
    assert "did you mean 'nginy'?" in capsys.readouterr().err


def test_what_cannot_be_written_is_exit_5(home: Path, capsys: pytest.CaptureFixture[str], project: Path) -> None:
    (project / ".utterd.toml").symlink_to(project / "no" / "such" / "folder" / "file")
    assert main(["lexicon", "add", "a", "--say", "b", "--project"]) == 5
    assert capsys.readouterr().err.startswith(f"utterd: cannot write {project / '.utterd.toml'}: ")


def test_listing_and_helping_do_not_load_the_library_that_edits(home: Path) -> None:
    code = (
        "import sys; from utterd.client.cli import main; main(['lexicon', 'list']); sys.exit('tomlkit' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
