"""Keys in sway's configuration; a real sway reads it, and a real key is pressed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.sway import Sway as RunningSway
from waiting import wait_until

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.commands import CommandFor
from utterd.client.hotkeys.compositors.blocks import BEGIN
from utterd.client.hotkeys.compositors.sway import Sway, own_file

BINDINGS = [Binding(Action.SPEAK, "ctrl+alt+s"), Binding(Action.APPEND, "ctrl+alt+shift+s")]
THEIRS = "set $mod Mod4\nbindsym $mod+Return exec foot\n"


def command(action: Action) -> list[str]:
    return ["/opt/utter d/utterd", action.value]


@pytest.fixture
def config(home: Path) -> Path:
    path = home / ".config" / "sway" / "config"
    path.parent.mkdir(parents=True)
    path.write_text(THEIRS)
    return path


class TestFiles:
    def test_the_snippet_has_a_line_for_each_key(self) -> None:
        assert Sway().snippet(BINDINGS, command) == (
            "bindsym --no-repeat Ctrl+Alt+s exec '/opt/utter d/utterd' speak\n"
            "bindsym --no-repeat Ctrl+Alt+Shift+s exec '/opt/utter d/utterd' append\n"
        )

    def test_a_dollar_in_a_path_is_no_variable(self) -> None:
        assert "exec '/opt/$$x/u' speak" in Sway().snippet(BINDINGS, lambda action: ["/opt/$x/u", action.value])

    def test_the_persons_configuration_gets_one_line_that_includes_ours(self, config: Path) -> None:
        done = Sway().install(BINDINGS, command)
        assert done == [f"wrote {own_file()}", f"added an include of it to {config}"]
        text = config.read_text()
        assert text.startswith(THEIRS)
        assert f"\ninclude {own_file()}\n" in text
        assert own_file().read_text().endswith(Sway().snippet(BINDINGS, command))

    def test_doing_it_again_adds_nothing(self, config: Path) -> None:
        Sway().install(BINDINGS, command)
        once = config.read_text()
        assert Sway().install(BINDINGS, command) == [f"wrote {own_file()}"]
        assert config.read_text() == once

    @pytest.mark.parametrize(
        "line", ["include config.d/*", "include ~/.config/sway/config.d/*.conf", 'include "config.d/*"']
    )
    def test_one_that_includes_the_folder_already_is_not_touched(self, config: Path, line: str) -> None:
        config.write_text(f"{THEIRS}  {line}\n")
        assert Sway().install(BINDINGS, command) == [f"wrote {own_file()}"]
        assert BEGIN not in config.read_text()

    def test_a_person_without_a_configuration_is_told_to_make_one(self, home: Path) -> None:
        done = Sway().install(BINDINGS, command)
        assert done[1].startswith("sway reads no configuration of yours: copy /etc/sway/config")
        assert not (home / ".config" / "sway" / "config").exists()

    def test_uninstalling_leaves_the_configuration_as_it_was(self, config: Path) -> None:
        Sway().install(BINDINGS, command)
        assert Sway().uninstall() == [f"took the include out of {config}", f"removed {own_file()}"]
        assert config.read_text() == THEIRS
        assert not own_file().exists()
        assert Sway().uninstall() == []

    def test_it_is_running_where_it_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not Sway().is_running()
        monkeypatch.setenv("SWAYSOCK", "/run/user/1/sway-ipc.sock")
        assert Sway().is_running()


class TestARunningSwayThatDoesNotReload:
    @pytest.fixture
    def swaymsg(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Path) -> Path:
        monkeypatch.setenv("SWAYSOCK", "/nonexistent")
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        (tmp_path / "bin").mkdir()
        return tmp_path / "bin" / "swaymsg"

    def test_why_is_told(self, swaymsg: Path) -> None:
        swaymsg.write_text("#!/bin/sh\necho 'Unable to connect\nto it' >&2; exit 1\n")
        swaymsg.chmod(0o755)
        assert Sway().install(BINDINGS, command)[-1] == (
            "sway could not read its configuration again (Unable to connect to it); `sway --validate` tells more"
        )

    def test_without_swaymsg_the_person_is_asked_to(self, swaymsg: Path) -> None:
        assert Sway().install(BINDINGS, command)[-1] == "reload sway's configuration for it to take effect"


class TestKeys:
    @pytest.fixture
    def desktop(self, monkeypatch: pytest.MonkeyPatch, config: Path) -> Iterator[RunningSway]:
        """A sway that reads the person's configuration."""
        with RunningSway(config=f"include {config}\n") as running:
            for name in ("SWAYSOCK", "XDG_RUNTIME_DIR", "WAYLAND_DISPLAY"):
                monkeypatch.setenv(name, running.environ[name])
            yield running

    @pytest.fixture
    def pressed(self, tmp_path: Path) -> Path:
        """A file whose lines are the actions of the keys pressed; its name would be quoted."""
        return tmp_path / "what's $HOME, pressed; #1"

    def note(self, pressed: Path, said: str = "") -> CommandFor:
        return lambda action: ["sh", "-c", f'echo {said}{action.value} >> "$1"', "sh", str(pressed)]

    def wait_for(self, pressed: Path, *lines: str) -> None:
        wait_until(
            lambda: pressed.exists() and pressed.read_text().split() == list(lines), what=f"{lines} in {pressed}"
        )

    def test_keys_work_as_soon_as_they_are_installed_and_after_a_reload(
        self, desktop: RunningSway, pressed: Path
    ) -> None:
        assert Sway().install(BINDINGS, self.note(pressed))[-1] == "the keys work from now on"
        desktop.press("ctrl", "alt", key="s")
        self.wait_for(pressed, "speak")
        desktop.press("ctrl", "alt", "shift", key="s")
        self.wait_for(pressed, "speak", "append")
        desktop.run("swaymsg", "reload")
        desktop.press("ctrl", "alt", key="s")
        self.wait_for(pressed, "speak", "append", "speak")

    def test_a_key_that_is_no_longer_bound_does_nothing_and_the_others_do_the_new_thing(
        self, desktop: RunningSway, pressed: Path
    ) -> None:
        Sway().install(BINDINGS, self.note(pressed))
        Sway().install(
            [Binding(Action.SPEAK, "ctrl+alt+shift+s"), Binding(Action.STOP, "ctrl+alt+q")], self.note(pressed, "new-")
        )
        desktop.press("ctrl", "alt", key="s")
        desktop.press("ctrl", "alt", "shift", key="s")
        desktop.press("ctrl", "alt", key="q")
        self.wait_for(pressed, "new-speak", "new-stop")

    def test_after_uninstalling_they_do_nothing(self, desktop: RunningSway, pressed: Path) -> None:
        Sway().install(BINDINGS, self.note(pressed))
        assert Sway().uninstall()[-1] == "the keys do nothing any more"
        desktop.press("ctrl", "alt", key="s")
        Sway().install([Binding(Action.STOP, "ctrl+alt+q")], self.note(pressed))
        desktop.press("ctrl", "alt", key="q")
        self.wait_for(pressed, "stop")
