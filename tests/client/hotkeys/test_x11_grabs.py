"""Which keys are taken on a real X server, and which are let go."""

import pytest
from rig.x11 import Screen
from Xlib import X
from Xlib.display import Display
from Xlib.error import BadAccess, CatchError

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.x11_grabs import Grabs
from utterd.client.hotkeys.x11_keys import US_PLACES

BACK = Binding(Action.BACK, "ctrl+alt+z")
STOP = Binding(Action.STOP, "ctrl+alt+q")
HELD = X.ControlMask | X.Mod1Mask


class Desk:
    """An X server with two programs on it: ours, and another."""

    def __init__(self, screen: Screen) -> None:
        self.ours = Display(screen.name)
        self.other = Display(screen.name)

    def is_free(self, key: str, modifiers: int = HELD) -> bool:
        """Can another program have it? It lets go of it again."""
        error = CatchError(BadAccess)
        root = self.other.screen().root
        root.grab_key(US_PLACES[key], modifiers, False, X.GrabModeAsync, X.GrabModeAsync, onerror=error)
        root.ungrab_key(US_PLACES[key], modifiers)
        self.other.sync()
        return error.get_error() is None


@pytest.fixture
def desk(screen: Screen):
    desk = Desk(screen)
    yield desk
    desk.ours.close()
    desk.other.close()


def test_a_key_is_taken_with_every_lock(desk):
    assert Grabs(desk.ours, [STOP]).take() == []
    for locks in (0, X.LockMask, X.Mod2Mask, X.LockMask | X.Mod2Mask):
        assert not desk.is_free("q", HELD | locks)
    assert desk.is_free("q", HELD | X.ShiftMask)
    assert desk.is_free("z")


def test_a_press_is_known_by_its_key_and_what_is_held(desk):
    grabs = Grabs(desk.ours, [BACK, STOP])
    grabs.take()
    assert grabs.action_of(US_PLACES["q"], HELD) is Action.STOP
    assert grabs.action_of(US_PLACES["z"], HELD | X.Mod2Mask) is Action.BACK
    second_layout, mouse_button = 1 << 13, X.Button1Mask
    assert grabs.action_of(US_PLACES["z"], HELD | second_layout | mouse_button) is Action.BACK
    assert grabs.action_of(US_PLACES["z"], X.ControlMask) is None
    assert grabs.action_of(US_PLACES["a"], HELD) is None


def test_a_key_that_moves_is_let_go_where_it_was(desk, monkeypatch):
    grabs = Grabs(desk.ours, [BACK, STOP])
    grabs.take()
    moved = [(US_PLACES["y"], 0)]
    find = desk.ours.keysym_to_keycodes
    monkeypatch.setattr(desk.ours, "keysym_to_keycodes", lambda sym: moved if sym == ord("z") else find(sym))
    assert grabs.take() == []
    desk.ours.sync()
    assert desk.is_free("z")
    assert not desk.is_free("y")
    assert grabs.action_of(US_PLACES["y"], HELD) is Action.BACK
    assert grabs.action_of(US_PLACES["z"], HELD) is None


def test_a_key_that_the_keyboard_does_not_have_is_a_problem(desk, monkeypatch):
    monkeypatch.setattr(desk.ours, "keysym_to_keycodes", lambda keysym: [])
    (problem,) = Grabs(desk.ours, [Binding(Action.BACK, "ctrl+pageup")]).take()
    assert problem.sentence == (
        "this keyboard has no key pageup for ctrl+pageup; set hotkeys.back in config.toml to another key"
    )


def test_a_key_that_is_taken_is_a_problem_until_it_is_free(desk):
    Grabs(desk.other, [STOP]).take()
    grabs = Grabs(desk.ours, [BACK, STOP])
    assert [problem.binding for problem in grabs.take()] == [STOP]
    assert grabs.action_of(US_PLACES["q"], HELD) is None
    desk.other.screen().root.ungrab_key(X.AnyKey, X.AnyModifier)
    desk.other.sync()
    assert grabs.take() == []
    assert grabs.action_of(US_PLACES["q"], HELD) is Action.STOP
