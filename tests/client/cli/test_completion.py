"""Completion scripts and manual page: true to the parsers, understood by the shells, and gone again when asked."""

import shutil
import subprocess

import pytest
import shell_documents

from utterd.client.cli import COMMANDS, main
from utterd.client.cli.completion import FILES, SHARE, places

MAKE = "run `python tests/shell_documents.py`"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return tmp_path


def shell(name, script):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return subprocess.run(
        [name, "-c", script], capture_output=True, text=True, check=True, timeout=30, cwd=SHARE
    ).stdout


@pytest.fixture(scope="module")
def documents():
    return shell_documents.documents()


@pytest.mark.parametrize("name", FILES.values())
def test_what_is_shipped_is_what_the_parsers_say(documents, name):
    assert (SHARE / name).read_text("utf-8") == documents[name], MAKE


def test_the_manual_has_every_command(documents):
    for command in COMMANDS:
        assert rf".SS \fButterd {command}\fR" in documents["utterd.1"]


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("utterd spe", {"speak"}),
        ("utterd speak --pr", {"--profile", "--priority"}),
        ("utterd speak --priority m", {"message"}),
        ("utterd lexicon a", {"add"}),
        ("utterd lexicon add --i", {"--ipa"}),
    ],
)
class TestShellsComplete:
    def test_bash(self, words, completed):
        listed = " ".join(f"'{word}'" for word in words.split(" "))
        script = f"""source utterd.bash
            COMP_WORDS=({listed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_LINE='{words}'
            _shtab_utterd; printf '%s\\n' "${{COMPREPLY[@]}}" """
        assert set(shell("bash", script).split()) == completed

    def test_fish(self, words, completed):
        found = shell("fish", f"source utterd.fish; complete -C '{words}'")
        assert completed <= {line.split("\t")[0] for line in found.splitlines()}


def test_zsh_takes_the_script():
    script = "autoload -Uz compinit; compinit -D -u; fpath=($PWD $fpath); autoload -Uz _utterd; functions _utterd"
    assert "_utterd" in shell("zsh", script)


def test_man_shows_the_page():
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    page = SHARE / "utterd.1"
    shown = subprocess.run(
        ["man", "--warnings", "-l", page], capture_output=True, text=True, check=True, timeout=30, env={"LC_ALL": "C"}
    )
    assert shown.stderr == ""
    assert "utterd - speak text aloud, at once" in shown.stdout


def test_install_and_remove_leave_nothing(home, capsys):
    assert main(["completion", "install"]) == 0
    assert capsys.readouterr().out.splitlines()[:4] == [str(path) for path in places().values()]
    assert places()["bash"].read_text("utf-8") == (SHARE / "utterd.bash").read_text("utf-8")
    assert main(["completion", "remove", "--json"]) == 0
    assert [path for path in home.rglob("*") if path.is_file()] == []
    capsys.readouterr()
    assert main(["completion", "remove"]) == 0
    assert capsys.readouterr().out == "nothing was installed\n"


def test_show_prints_the_script(capsys):
    assert main(["completion", "show", "fish"]) == 0
    assert capsys.readouterr().out == (SHARE / "utterd.fish").read_text("utf-8")


def test_a_folder_that_cannot_be_made_is_said(home, capsys):
    (home / ".local").write_text("a file")
    assert main(["completion", "install"]) == 5
    assert capsys.readouterr().err.startswith("utterd: cannot write ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["completion"], "utterd: no action given: say show, install or remove"),
        (["completion", "show", "tcsh"], "utterd: argument shell: invalid choice: 'tcsh'"),
    ],
)
def test_wrong_usage_is_one_line_and_two(arguments, sentence, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(sentence)
