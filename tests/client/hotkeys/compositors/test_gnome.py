"""GNOME's own settings, changed by the real gsettings in a store of the test's own."""

import ast
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.compositors.blocks import ConfigurationUnwritable
from utterd.client.hotkeys.compositors.gnome import ENTRY_SCHEMA, FOLDER, LIST_KEY, LIST_SCHEMA, Gnome

SCHEMA = Path("/usr/share/glib-2.0/schemas/org.gnome.settings-daemon.plugins.media-keys.gschema.xml")

BINDINGS = [Binding(Action.SPEAK, "ctrl+alt+s"), Binding(Action.STOP, "super+f9")]
THEIRS = f"{FOLDER}custom0/"


def command(action: Action) -> list[str]:
    return ["/opt/ut'ter d/utterd", action.value]


@pytest.fixture(autouse=True)
def gnome(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("gsettings") is None or not SCHEMA.exists():
        pytest.skip("not installed: gsettings, or GNOME's schemas; run tests/rig/install.sh")
    monkeypatch.setenv("GSETTINGS_BACKEND", "keyfile")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))


def gsettings(*arguments: str) -> str:
    done = subprocess.run(["gsettings", *arguments], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def listed() -> list[str]:
    paths = ast.literal_eval(gsettings("get", LIST_SCHEMA, LIST_KEY).removeprefix("@as "))
    assert isinstance(paths, list)
    return paths


def entry(path: str) -> dict[str, str]:
    keys = ("name", "command", "binding")
    return {key: ast.literal_eval(gsettings("get", f"{ENTRY_SCHEMA}:{path}", key)) for key in keys}


def add_theirs(binding: str = "<Super>e") -> None:
    for key, value in {"name": "Files", "command": "nautilus", "binding": binding}.items():
        gsettings("set", f"{ENTRY_SCHEMA}:{THEIRS}", key, value)
    gsettings("set", LIST_SCHEMA, LIST_KEY, f"['{THEIRS}']")


def test_each_key_is_a_custom_shortcut() -> None:
    Gnome().install(BINDINGS, command)
    assert listed() == [f"{FOLDER}utterd-speak/", f"{FOLDER}utterd-stop/"]
    told = entry(f"{FOLDER}utterd-speak/")
    assert told["name"] == "utterd: Speak the selected text, or stop"
    assert told["binding"] == "<Control><Alt>s"
    assert shlex.split(told["command"]) == ["/opt/ut'ter d/utterd", "speak"]


def test_those_of_the_person_stay() -> None:
    add_theirs()
    Gnome().install(BINDINGS, command)
    assert listed() == [THEIRS, f"{FOLDER}utterd-speak/", f"{FOLDER}utterd-stop/"]
    assert entry(THEIRS) == {"name": "Files", "command": "nautilus", "binding": "<Super>e"}
    Gnome().uninstall()
    assert listed() == [THEIRS]
    assert entry(THEIRS) == {"name": "Files", "command": "nautilus", "binding": "<Super>e"}


def test_doing_it_again_changes_what_has_changed_and_drops_what_is_no_longer_bound() -> None:
    Gnome().install(BINDINGS, command)
    Gnome().install([Binding(Action.SPEAK, "ctrl+alt+z")], command)
    assert listed() == [f"{FOLDER}utterd-speak/"]
    assert entry(f"{FOLDER}utterd-speak/")["binding"] == "<Control><Alt>z"
    assert entry(f"{FOLDER}utterd-stop/") == {"name": "", "command": "", "binding": ""}


def test_uninstalling_leaves_nothing_and_says_nothing_where_nothing_was() -> None:
    Gnome().install(BINDINGS, command)
    assert Gnome().uninstall() == ["removed 2 custom shortcuts"]
    assert listed() == []
    assert entry(f"{FOLDER}utterd-speak/") == {"name": "", "command": "", "binding": ""}
    assert Gnome().uninstall() == []


def test_a_key_that_is_taken_by_another_shortcut_is_told() -> None:
    add_theirs("<Control><Alt>S")
    [warning, _] = Gnome().install(BINDINGS, command)
    assert warning == "ctrl+alt+s is also the key of your own shortcut 'Files': change one of the two"


def test_the_snippet_does_the_same_when_a_shell_runs_it() -> None:
    script = Gnome().snippet(BINDINGS, command)
    subprocess.run(["sh", "-eu", "-c", script], check=True, timeout=120)
    by_hand = (listed(), [entry(path) for path in listed()])
    Gnome().uninstall()
    Gnome().install(BINDINGS, command)
    assert (listed(), [entry(path) for path in listed()]) == by_hand


def test_it_is_running_where_the_desktop_is_one_of_gnome(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Gnome().is_running()
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "ubuntu:GNOME")
    assert Gnome().is_running()


def test_without_gsettings_what_it_belongs_to_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationUnwritable, match="gsettings is missing; it belongs to GLib"):
        Gnome().install(BINDINGS, command)
    assert Gnome().uninstall() == []


def test_a_system_without_gnomes_settings_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    with pytest.raises(ConfigurationUnwritable, match="gsettings cannot change GNOME's shortcuts: No"):
        Gnome().install(BINDINGS, command)
    assert Gnome().uninstall() == []


def test_an_answer_that_is_no_list_is_not_overwritten(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "gsettings"
    fake.write_text('#!/bin/sh\necho "@mas nothing"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(ConfigurationUnwritable, match="in a form that is not known: '@mas nothing'"):
        Gnome().install(BINDINGS, command)
