"""Real key events at a real X server; what they are taken for."""

import threading

import pytest
from rig.x11 import Screen
from waiting import wait_until
from Xlib import X
from Xlib.display import Display

from utterd.client.errors import UtterdError
from utterd.client.hotkeys import x11
from utterd.client.hotkeys.bindings import Action, Binding, default_bindings
from utterd.client.selection.x11_display import NoScreen

SPEAK = Binding(Action.SPEAK, "ctrl+alt+s")
STOP = Binding(Action.STOP, "ctrl+alt+q")


class Listening:
    """`x11.run` in a thread, and what it has heard."""

    def __init__(self, bindings: list[Binding]) -> None:
        self.actions: list[Action] = []
        self.problems: list[str] = []
        self.end: UtterdError | None = None
        self._bindings = bindings
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()
        wait_until(lambda: self._is_ready.is_set() or self.end, what="the keys to be had")

    def wait(self) -> None:
        """Until it has ended."""
        self._thread.join(60)
        assert not self._thread.is_alive()

    def heard(self, *actions: Action) -> bool:
        """Is this all it has heard, in the end? A press of another key afterwards is the proof."""
        wait_until(lambda: len(self.actions) >= len(actions), what=f"{actions}; heard: {self.actions}")
        return self.actions == list(actions)

    def _run(self) -> None:
        try:
            x11.run(self._bindings, self.actions.append, self.problems.append, self._is_ready.set)
        except UtterdError as error:
            self.end = error


@pytest.fixture
def listen(screen: Screen):
    started: list[Listening] = []

    def listen(*bindings: Binding) -> Listening:
        listening = Listening(list(bindings))
        started.append(listening)
        listening.start()
        return listening

    yield listen
    screen.end()
    for listening in started:
        listening.wait()


class TestPresses:
    def test_each_key_does_its_own(self, screen, listen):
        listening = listen(*default_bindings())
        for binding in default_bindings():
            screen.press(binding.keys)
        assert listening.heard(*Action)
        assert listening.problems == []

    @pytest.mark.parametrize("locks", [["Num_Lock"], ["Caps_Lock"], ["Num_Lock", "Caps_Lock"]])
    def test_with_any_lock_on(self, screen, listen, locks):
        listening = listen(SPEAK)
        for lock in locks:
            screen.press(lock)
        screen.press("ctrl+alt+s")
        assert listening.heard(Action.SPEAK)

    def test_other_modifiers_make_it_another_key(self, screen, listen):
        listening = listen(SPEAK, STOP)
        for keys in ("s", "ctrl+s", "alt+s", "ctrl+alt+shift+s", "ctrl+alt+super+s"):
            screen.press(keys)
        screen.press("ctrl+alt+q")
        assert listening.heard(Action.STOP)

    def test_a_key_that_is_held_is_pressed_once(self, screen, listen, monkeypatch):
        repeated = count_repetitions(monkeypatch)
        listening = listen(SPEAK, STOP)
        screen.hold("ctrl", "alt", "s")
        wait_until(lambda: len(repeated) > 3, what="the server to repeat it")
        screen.let_go("s", "alt", "ctrl")
        screen.press("ctrl+alt+q")
        assert listening.heard(Action.SPEAK, Action.STOP)

    def test_pressed_again_it_is_pressed_again(self, screen, listen):
        listening = listen(SPEAK)
        screen.run("xdotool", "key", "ctrl+alt+s", "ctrl+alt+s", "ctrl+alt+s")
        assert listening.heard(*[Action.SPEAK] * 3)

    def test_on_a_keyboard_without_latin_letters_its_place_counts(self, screen, listen):
        screen.set_layout("ru")
        listening = listen(SPEAK)
        screen.press("ctrl+alt+Cyrillic_yeru")
        assert listening.heard(Action.SPEAK)

    def test_while_the_second_layout_is_on(self, screen, listen):
        screen.run("setxkbmap", "us,ru", "-option", "grp:shifts_toggle")
        listening = listen(SPEAK, STOP)
        screen.hold("Shift_L")
        screen.press("Shift_R")
        screen.let_go("Shift_L")
        screen.hold("ctrl", "alt")
        screen.press("39")  # the key of S, by its number: xdotool would find the letter in the first layout
        screen.let_go("alt", "ctrl")
        assert listening.heard(Action.SPEAK)


def count_repetitions(monkeypatch) -> list[int]:
    """Grows with each press that is taken for the repetition of one."""
    repeated: list[int] = []
    judge = x11.Keys._is_repetition

    def count(self, event) -> bool:
        if is_repetition := judge(self, event):
            repeated.append(event.detail)
        return is_repetition

    monkeypatch.setattr(x11.Keys, "_is_repetition", count)
    return repeated


class TestAnotherKeyboard:
    def test_the_key_goes_where_the_letter_goes(self, screen, listen):
        listening = listen(Binding(Action.BACK, "ctrl+alt+z"), STOP)
        screen.press("ctrl+alt+z")
        assert listening.heard(Action.BACK)
        screen.set_layout("de")
        wait_until(lambda: presses(screen, "ctrl+alt+z", listening) > 1, what="the new place of z")
        before = len(listening.actions)
        screen.press("ctrl+alt+y")
        screen.press("ctrl+alt+q")
        wait_until(lambda: listening.actions[-1] is Action.STOP, what="the last press")
        assert listening.actions[before:] == [Action.STOP]

    def test_what_is_told_once_is_not_told_again(self, screen, listen):
        other = listen(SPEAK)
        listening = listen(SPEAK, STOP)
        screen.set_layout("fr")
        wait_until(lambda: presses(screen, "ctrl+alt+q", listening), what="the keys on the new keyboard")
        assert len(listening.problems) == 1
        assert other.problems == []
        screen.press("ctrl+alt+s")
        assert other.heard(Action.SPEAK), "what stays in its place is never let go"


def presses(screen: Screen, keys: str, listening: Listening) -> int:
    screen.press(keys)
    return len(listening.actions)


class TestKeysThatCannotBeHad:
    def test_one_that_is_taken_is_named_and_the_others_work(self, screen, listen):
        first = listen(SPEAK)
        second = listen(SPEAK, STOP)
        assert second.problems == [
            "ctrl+alt+s is taken by another program; set hotkeys.speak in config.toml to another key"
        ]
        screen.press("ctrl+alt+s")
        screen.press("ctrl+alt+q")
        assert first.heard(Action.SPEAK)
        assert second.heard(Action.STOP)

    def test_one_that_is_taken_with_a_lock_is_left_alone_altogether(self, screen, listen):
        display = Display(screen.name)
        display.screen().root.grab_key(39, X.ControlMask | X.Mod1Mask | X.Mod2Mask, False, 1, 1)
        display.sync()
        listening = listen(SPEAK, STOP)
        assert len(listening.problems) == 1
        screen.press("ctrl+alt+s")
        screen.press("ctrl+alt+q")
        assert listening.heard(Action.STOP)
        display.close()

    def test_none_at_all_is_the_end(self, listen):
        listen(SPEAK)
        second = listen(SPEAK)
        assert str(second.end) == "no hotkey can be had; is another `utterd hotkeys run` at work?"


class TestTheScreen:
    def test_when_it_ends_it_is_over(self, screen, listen):
        listening = listen(SPEAK)
        screen.end()
        listening.wait()
        assert str(listening.end) == "the X server has ended, and the hotkeys with it"

    def test_without_one_it_says_so(self, monkeypatch):
        monkeypatch.setenv("DISPLAY", "")
        with pytest.raises(NoScreen, match="DISPLAY is not set"):
            x11.run([SPEAK], print)
