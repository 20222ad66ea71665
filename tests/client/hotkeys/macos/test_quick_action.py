"""macOS's `defaults` and `pbs` are played; the files are real."""

import plistlib
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from utterd.client.hotkeys.bindings import KEYS, Action, Binding, default_bindings
from utterd.client.hotkeys.commands import find_program
from utterd.client.hotkeys.macos import quick_action
from utterd.client.hotkeys.macos.quick_action import (
    QuickActionTrouble,
    bundle_path,
    install,
    key_equivalent,
    services_folder,
    uninstall,
)

BINDINGS = [Binding(Action.SPEAK, "ctrl+alt+s"), Binding(Action.PAUSE, "super+shift+f6")]
THEIRS = {"com.apple.Terminal - New Terminal at Folder - newTerminalAtFolder": {"key_equivalent": "@$c"}}


class Tools:
    """`defaults` with a store of its own, and `pbs`."""

    def __init__(self, preferences: dict[str, Any] | None = None) -> None:
        self.preferences = preferences if preferences is not None else {}
        self.calls: list[list[str]] = []

    def __call__(self, command: Sequence[str], standard_input: bytes) -> bytes:
        self.calls.append(list(command))
        if command[:2] == ["defaults", "export"]:
            assert command[2:] == ["pbs", "-"]
            return plistlib.dumps(self.preferences)
        if command[:2] == ["defaults", "import"]:
            assert command[2:] == ["pbs", "-"]
            self.preferences = plistlib.loads(standard_input)
            return b""
        assert command[0] == "/System/Library/CoreServices/pbs"
        return b""

    @property
    def keys(self) -> dict[str, str]:
        """Of services, as System Settings shows them."""
        return {name: status["key_equivalent"] for name, status in self.preferences["NSServicesStatus"].items()}

    def imports(self) -> int:
        return sum(call[:2] == ["defaults", "import"] for call in self.calls)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def shell_command(action: Action) -> list[str]:
    document = plistlib.loads((bundle_path(action) / "Contents" / "document.wflow").read_bytes())
    return shlex.split(document["actions"][0]["action"]["ActionParameters"]["COMMAND_STRING"])


class TestInstalling:
    def test_each_key_is_a_bundle_in_the_persons_services(self, home: Path) -> None:
        install(BINDINGS, run=Tools())
        assert services_folder() == home / "Library" / "Services"
        assert sorted(path.name for path in services_folder().iterdir()) == [
            "Pause or Resume utterd.workflow",
            "Speak or Stop with utterd.workflow",
        ]
        info = plistlib.loads((bundle_path(Action.SPEAK) / "Contents" / "Info.plist").read_bytes())
        assert info["NSServices"][0]["NSMenuItem"] == {"default": "Speak or Stop with utterd"}
        assert info["NSServices"][0]["NSSendTypes"] == ["public.utf8-plain-text"]

    def test_text_goes_to_the_command_on_standard_input_and_to_no_other(self) -> None:
        install(BINDINGS, run=Tools())
        program = str(find_program())
        assert shell_command(Action.SPEAK) == ["exec", program, "selection", "--toggle", "--source", "stdin"]
        assert shell_command(Action.PAUSE) == ["exec", program, "hotkeys", "press", "pause"]

    def test_a_path_with_spaces_and_quotes_is_one_word_for_the_shell(self) -> None:
        install(BINDINGS, lambda action: ["/Users/o'hara x/utterd", action.value], run=Tools())
        assert shell_command(Action.SPEAK) == ["exec", "/Users/o'hara x/utterd", "speak"]

    def test_the_keys_are_where_system_settings_has_them(self) -> None:
        tools = Tools()
        install(BINDINGS, run=tools)
        assert tools.preferences["NSServicesStatus"]["(null) - Speak or Stop with utterd - runWorkflowAsService"] == {
            "enabled_context_menu": True,
            "enabled_services_menu": True,
            "key_equivalent": "^~s",
            "presentation_modes": {"ContextMenu": True, "ServicesMenu": True},
        }
        assert tools.keys["(null) - Pause or Resume utterd - runWorkflowAsService"] == "$@\uf709"

    def test_what_the_person_has_set_for_other_services_stays(self) -> None:
        tools = Tools({"NSServicesStatus": dict(THEIRS), "Other": [1, 2]})
        install(BINDINGS, run=tools)
        assert tools.preferences["Other"] == [1, 2]
        assert tools.preferences["NSServicesStatus"].items() >= THEIRS.items()
        uninstall(run=tools)
        assert tools.preferences == {"NSServicesStatus": THEIRS, "Other": [1, 2]}

    def test_the_services_menu_is_read_anew_at_the_end(self) -> None:
        tools = Tools()
        install(BINDINGS, run=tools)
        assert [call[1] for call in tools.calls[-2:]] == ["-flush", "-update"]

    def test_doing_it_again_writes_no_preferences_and_the_same_files(self) -> None:
        tools = Tools()
        install(BINDINGS, run=tools)
        once = {path: path.read_bytes() for path in services_folder().rglob("*") if path.is_file()}
        install(BINDINGS, run=tools)
        assert tools.imports() == 1
        assert {path: path.read_bytes() for path in services_folder().rglob("*") if path.is_file()} == once

    def test_a_key_that_is_no_longer_bound_is_gone(self) -> None:
        tools = Tools()
        install(BINDINGS, run=tools)
        install(BINDINGS[:1], run=tools)
        assert list(tools.keys.values()) == ["^~s"]
        assert not bundle_path(Action.PAUSE).exists()


class TestUninstalling:
    def test_nothing_of_ours_is_left(self) -> None:
        (services := services_folder()).mkdir(parents=True)
        (services / "Theirs.workflow").mkdir()
        tools = Tools()
        install(default_bindings(), run=tools)
        assert uninstall(run=tools) == [f"removed 7 Quick Actions from {services}"]
        assert tools.keys == {}
        assert [path.name for path in services.iterdir()] == ["Theirs.workflow"]

    def test_where_nothing_was_nothing_is_done(self) -> None:
        tools = Tools()
        assert uninstall(run=tools) == []
        assert tools.calls == []


class TestKeys:
    @pytest.mark.parametrize(
        ("keys", "equivalent"),
        [
            ("ctrl+alt+s", "^~s"),
            ("ctrl+alt+shift+s", "^~$s"),
            ("super+space", "@ "),
            ("ctrl+left", "^\uf702"),
            ("f1", "\uf704"),
            ("f12", "\uf70f"),
            ("super+period", "@."),
        ],
    )
    def test_they_are_spelled_as_menus_have_them(self, keys: str, equivalent: str) -> None:
        assert key_equivalent(Binding(Action.SPEAK, keys)) == equivalent

    def test_each_key_is_one_character_of_its_own(self) -> None:
        spelled = {key: key_equivalent(Binding(Action.SPEAK, f"super+{key}")) for key in KEYS}
        assert all(len(text) == 2 for text in spelled.values())
        assert len(set(spelled.values())) == len(KEYS)


class TestTroubles:
    def test_preferences_that_are_none_are_not_overwritten(self) -> None:
        calls: list[list[str]] = []

        def run(command: Sequence[str], standard_input: bytes) -> bytes:
            calls.append(list(command))
            return b"not a property list"

        with pytest.raises(QuickActionTrouble, match="the preferences of pbs cannot be read"):
            install(BINDINGS, run=run)
        assert [call[1] for call in calls] == ["export"]

    def test_a_folder_that_cannot_be_written_is_a_sentence(self, home: Path) -> None:
        (home / "Library").write_text("")
        with pytest.raises(QuickActionTrouble, match=r"^cannot write .*Info.plist"):
            install(BINDINGS, run=Tools())

    def test_elsewhere_than_on_a_mac_its_tools_are_missing(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(QuickActionTrouble, match=r"^defaults was not found; is this macOS\?$"):
            install(BINDINGS)

    def test_a_tool_that_fails_is_quoted(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "defaults").write_text("#!/bin/sh\necho 'Domain pbs is locked' >&2; exit 1\n")
        (tmp_path / "defaults").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
        with pytest.raises(QuickActionTrouble, match=r"^defaults export failed: Domain pbs is locked$"):
            install(BINDINGS)

    def test_one_that_hangs_is_not_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quick_action, "TIMEOUT_S", 0.05)
        with pytest.raises(QuickActionTrouble, match=r"cannot be run: .*timed out"):
            quick_action.run_program(["sleep", "600"], b"")
