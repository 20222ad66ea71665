"""`utterd hotkeys`: what it prints, and whom it calls."""

import json

import pytest

from utterd.client.cli import main
from utterd.client.errors import UtterdError
from utterd.client.hotkeys import actions, agent, install, instance
from utterd.client.hotkeys.bindings import Action, default_bindings
from utterd.client.hotkeys.snippets import all_snippets
from utterd.client.selection.aloud import NothingSelected


def put_config(home, text: str) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text(text)


class TestShow:
    def test_it_shows_the_keys_and_a_snippet_for_every_desktop(self, home, capsys):
        assert main(["hotkeys", "show"]) == 0
        shown = capsys.readouterr().out
        for binding in default_bindings():
            assert f"{binding.keys:16}  {binding.action}" in shown
        for name in all_snippets():
            assert f"\n== {name}\n" in shown

    @pytest.mark.parametrize("name", ["sway", "gnome", "kde", "hyprland", "hammerspoon", "skhd", "x11"])
    def test_one_desktop_alone_can_be_piped_into_its_configuration(self, home, capsys, name):
        assert main(["hotkeys", "show", "--for", name]) == 0
        assert capsys.readouterr().out == all_snippets()[name](default_bindings()).rstrip("\n") + "\n"

    def test_the_users_own_keys_count(self, home, capsys):
        put_config(home, '[hotkeys]\nspeak = "super+f1"\nstop = ""\n')
        assert main(["hotkeys", "show", "--json", "--for", "sway"]) == 0
        shown = json.loads(capsys.readouterr().out)
        assert shown["bindings"][0] == {"action": "speak", "keys": "super+f1"}
        assert "stop" not in {binding["action"] for binding in shown["bindings"]}
        assert list(shown["snippets"]) == ["sway"]
        assert shown["agents"] == []

    def test_an_unknown_desktop_is_refused_with_those_known(self, home, capsys):
        assert main(["hotkeys", "show", "--for", "amiga"]) == 2
        assert capsys.readouterr().err.startswith("utterd: there is no snippet for 'amiga'; there are x11, ")

    def test_keys_that_are_none_are_refused(self, home, capsys):
        put_config(home, '[hotkeys]\nspeak = "hyper+s"\n')
        assert main(["hotkeys", "show"]) == 2
        assert capsys.readouterr().err.startswith("utterd: hotkeys.speak = 'hyper+s': there is no modifier 'hyper'")


class TestInstall:
    def test_it_says_what_was_done(self, home, monkeypatch, capsys):
        calls = []

        def put(bindings, **more):
            calls.append((bindings, more))
            return ["wrote this", "did that"]

        monkeypatch.setattr(install, "install", put)
        assert main(["hotkeys", "install"]) == 0
        assert capsys.readouterr().out == "wrote this\ndid that\n"
        assert main(["hotkeys", "install", "--agent", "--no-start", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"done": ["wrote this", "did that"]}
        assert [more for _, more in calls] == [{"agent": False, "start": True}, {"agent": True, "start": False}]

    @pytest.mark.parametrize("command", ["uninstall", "install --uninstall"])
    def test_it_can_be_taken_back_in_two_ways(self, home, monkeypatch, capsys, command):
        monkeypatch.setattr(install, "uninstall", lambda: ["removed this"])
        assert main(["hotkeys", *command.split()]) == 0
        assert capsys.readouterr().out == "removed this\n"
        monkeypatch.setattr(install, "uninstall", list)
        assert main(["hotkeys", *command.split()]) == 0
        assert capsys.readouterr().out == "nothing was installed\n"

    def test_what_cannot_be_done_is_a_sentence(self, home, monkeypatch, capsys):
        def fail(bindings, **more):
            raise UtterdError("cannot write it")

        monkeypatch.setattr(install, "install", fail)
        assert main(["hotkeys", "install"]) == 5
        assert capsys.readouterr().err == "utterd: cannot write it\n"


class TestRun:
    def test_it_serves_the_users_keys_and_says_when_they_work(self, home, monkeypatch, capsys):
        put_config(home, "[hotkeys]\n" + "".join(f'{action} = ""\n' for action in Action if action != "speak"))
        held = []

        def serve(bindings, on_ready):
            held.append(instance.running_agents())
            on_ready("x11")

        monkeypatch.setattr(agent, "run", serve)
        monkeypatch.setenv("DISPLAY", ":7")
        assert main(["hotkeys", "run"]) == 0
        assert capsys.readouterr().out == "ready (x11): ctrl+alt+s speak\n"
        assert len(held[0]) == 1
        assert instance.running_agents() == []

    def test_without_a_desktop_it_says_so(self, daemon, monkeypatch, capsys):
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            monkeypatch.setenv(name, "")
        assert main(["hotkeys", "run"]) == 5
        assert "neither DISPLAY nor WAYLAND_DISPLAY is set" in capsys.readouterr().err


class TestPress:
    @pytest.mark.parametrize("action", list(Action))
    def test_it_does_what_the_key_does(self, home, monkeypatch, action):
        done = []
        monkeypatch.setattr(actions, "press", done.append)
        assert main(["hotkeys", "press", action]) == 0
        assert done == [action]

    def test_nothing_selected_is_bad_input(self, home, monkeypatch, capsys):
        def press(action):
            raise NothingSelected

        monkeypatch.setattr(actions, "press", press)
        assert main(["hotkeys", "press", "speak"]) == 2
        assert capsys.readouterr().err == "utterd: nothing is selected; mark some text first\n"


@pytest.mark.parametrize("command", ["", "dance", "press", "press sing", "run now", "show --for", "install sway"])
def test_wrong_usage_is_one_line(home, capsys, command):
    assert main(["hotkeys", *command.split()]) == 2
    assert capsys.readouterr().err.count("\n") == 1
