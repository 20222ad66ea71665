"""The entry that starts the agent at login."""

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from utterd.client.hotkeys import autostart
from utterd.client.hotkeys.autostart import AutostartUnwritable, add_entry, entry_path, remove_entry


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("UTTERD_HOME", "UTTERD_SOCKET"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "config"


def entry(path: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.optionxform = str
    parser.read(path)
    return parser["Desktop Entry"]


def test_it_is_where_every_desktop_looks(config):
    assert add_entry() == config / "autostart" / "utterd-hotkeys.desktop"
    assert shlex.split(entry(entry_path())["Exec"]) == autostart.agent_command()
    assert autostart.agent_command()[1:] == ["hotkeys", "run"]


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="not installed: desktop-file-utils")
@pytest.mark.parametrize("name", ["utterd", "ut terd", 'a"b$c\\d`e', "50%", "grüß"])
def test_it_is_valid_whatever_the_path(config, monkeypatch, name):
    monkeypatch.setattr(autostart, "find_program", lambda: Path("/opt") / name)
    checked = subprocess.run(["desktop-file-validate", add_entry()], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("utterd", "/opt/utterd hotkeys run"),
        ("ut terd", '"/opt/ut terd" hotkeys run'),
        ("50%", "/opt/50%% hotkeys run"),
        ('a"b', '"/opt/a\\\\"b" hotkeys run'),
        ("a\\b", '"/opt/a\\\\\\\\b" hotkeys run'),
    ],
)
def test_arguments_are_quoted_as_the_specification_says(config, monkeypatch, name, line):
    monkeypatch.setattr(autostart, "find_program", lambda: Path("/opt") / name)
    assert entry(add_entry())["Exec"] == line


def test_it_goes_where_this_users_clients_look(config, monkeypatch):
    monkeypatch.setenv("UTTERD_HOME", "/some where")
    command = shlex.split(entry(add_entry())["Exec"])
    assert command == ["env", "UTTERD_HOME=/some where", *autostart.agent_command()]


def test_it_can_be_written_again_and_removed_once(config):
    add_entry()
    add_entry()
    assert remove_entry()
    assert not remove_entry()


def test_without_the_variable_it_is_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert entry_path() == tmp_path / ".config" / "autostart" / "utterd-hotkeys.desktop"


def test_a_folder_that_cannot_be_made_is_a_sentence(config):
    config.write_text("a file")
    with pytest.raises(AutostartUnwritable, match=r"^cannot write .*utterd-hotkeys\.desktop: "):
        add_entry()
    with pytest.raises(AutostartUnwritable, match=r"^cannot remove "):
        remove_entry()
