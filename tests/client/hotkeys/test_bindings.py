"""Keys as people write them, and the bindings of the settings."""

import pytest

from utterd.client.hotkeys.bindings import (
    KEYS,
    MODIFIERS,
    Action,
    Binding,
    BindingError,
    bindings_of,
    configured_bindings,
    default_bindings,
    find_keys,
)
from utterd.config.settings import load_settings


def of(**keys: str) -> list[Binding]:
    nothing = dict.fromkeys(Action, "")
    overrides = {f"hotkeys.{action}": given for action, given in (nothing | keys).items()}
    return bindings_of(load_settings(environ={}, overrides=overrides).hotkeys)


class TestKeys:
    @pytest.mark.parametrize(
        ("given", "keys"),
        [
            ("ctrl+alt+s", "ctrl+alt+s"),
            ("Alt + Ctrl + S", "ctrl+alt+s"),
            ("super+shift+f5", "shift+super+f5"),
            ("Control+Option+Page_Up", "ctrl+alt+pageup"),
            ("cmd+.", "super+period"),
            ("ctrl+Return", "ctrl+enter"),
            ("ctrl+plus", "ctrl+plus"),
            ("f9", "f9"),
            ("shift+f9", "shift+f9"),
            ("pause", "pause"),
            ("ctrl+ctrl+s", "ctrl+s"),
        ],
    )
    def test_one_spelling_comes_out(self, given, keys):
        binding = Binding(Action.SPEAK, given)
        assert binding.keys == keys
        assert "+".join([*binding.modifiers, binding.key]) == keys
        assert binding.key in KEYS
        assert set(binding.modifiers) <= set(MODIFIERS)

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ("hyper+s", "hotkeys.stop = 'hyper+s': there is no modifier 'hyper'; there are ctrl, alt, shift, super"),
            ("ctrl+ß", "hotkeys.stop = 'ctrl+ß': there is no key 'ß'; there are a to z, 0 to 9, f1 to f24, space"),
            ("ctrl+", "hotkeys.stop = 'ctrl+': there is no key ''"),
            ("ctrl", "hotkeys.stop = 'ctrl': there is no key 'ctrl'"),
            ("s", "hotkeys.stop = 's': this key is for typing; add a modifier, as in ctrl+alt+s"),
            ("shift+s", "hotkeys.stop = 'shift+s': this key is for typing; add a modifier, as in ctrl+alt+s"),
            ("space", "hotkeys.stop = 'space': this key is for typing"),
        ],
    )
    def test_what_cannot_be_is_refused_in_a_sentence(self, given, sentence):
        with pytest.raises(BindingError) as failure:
            Binding(Action.STOP, given)
        assert str(failure.value).startswith(sentence)


class TestBindings:
    def test_every_action_has_a_key_by_default_and_no_two_the_same(self):
        bindings = default_bindings()
        assert [binding.action for binding in bindings] == list(Action)
        assert len({binding.keys for binding in bindings}) == len(Action)

    def test_the_defaults_have_letters_without_shift_but_for_append(self):
        """Letters are on every layout; keys that need Shift somewhere would not be found there."""
        for binding in default_bindings():
            assert binding.key.isalpha()
            assert len(binding.key) == 1
            assert binding.modifiers[:2] == ("ctrl", "alt")
            assert ("shift" in binding.modifiers) == (binding.action is Action.APPEND)

    def test_an_empty_one_is_none(self):
        assert of(speak="ctrl+alt+x", stop=" ") == [Binding(Action.SPEAK, "ctrl+alt+x")]

    def test_one_key_for_two_things_is_refused(self):
        with pytest.raises(BindingError, match=r"hotkeys.speak and hotkeys.stop are both ctrl\+alt\+x; change one"):
            of(speak="ctrl+alt+x", stop="alt+ctrl+X")

    def test_the_users_file_counts(self, home):
        (home / "config").mkdir()
        (home / "config" / "config.toml").write_text('[hotkeys]\nspeak = "super+F1"\n')
        assert find_keys(configured_bindings(), Action.SPEAK) == "super+f1"
        assert find_keys(configured_bindings(), Action.BACK) == find_keys(default_bindings(), Action.BACK)

    def test_a_file_that_cannot_be_used_is_a_sentence(self, home):
        (home / "config").mkdir()
        (home / "config" / "config.toml").write_text('[hotkeys]\nspeek = "super+F1"\n')
        with pytest.raises(BindingError, match=r"no setting hotkeys.speek; did you mean hotkeys.speak\?"):
            configured_bindings()

    def test_an_action_without_a_key_is_not_found(self):
        assert find_keys(of(speak="f5"), Action.STOP) is None


def test_every_action_says_what_it_does():
    assert all(action.description for action in Action)
