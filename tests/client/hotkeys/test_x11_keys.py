"""Where keys are on a keyboard, asked of a real X server with real layouts."""

import itertools

import pytest
from rig.x11 import Screen
from Xlib import X
from Xlib.display import Display

from utterd.client.hotkeys.bindings import KEYS, Action, Binding
from utterd.client.hotkeys.x11_keys import US_PLACES, US_ROWS, keycodes_of, lock_masks, mask_of

NUM_LOCK, CAPS_LOCK = X.Mod2Mask, X.LockMask


@pytest.fixture
def connect(screen: Screen):
    displays = []

    def connect(layout: str) -> Display:
        screen.set_layout(layout)
        displays.append(Display(screen.name))
        return displays[-1]

    yield connect
    for display in displays:
        display.close()


class TestKeycodes:
    def test_every_letter_and_digit_of_a_us_keyboard_is_in_its_place(self, connect):
        display = connect("us")
        for key in "".join(US_ROWS.values()):
            assert keycodes_of(display, key) == [US_PLACES[key]], key

    def test_every_key_we_have_a_name_for_is_one(self, connect):
        display = connect("us")
        for key in KEYS:
            assert keycodes_of(display, key), key

    def test_what_is_printed_on_the_key_counts(self, connect):
        display = connect("de")
        assert keycodes_of(display, "z") == [US_PLACES["y"]]
        assert keycodes_of(connect("fr"), "q") == [US_PLACES["a"]]

    def test_of_two_layouts_the_first(self, connect):
        display = connect("us,de")
        assert keycodes_of(display, "z") == [US_PLACES["z"]]

    def test_a_second_layout_helps_where_the_first_has_no_such_letter(self, connect):
        assert keycodes_of(connect("ru,us"), "s") == [US_PLACES["s"]]

    def test_without_latin_letters_the_place_counts(self, connect):
        assert keycodes_of(connect("ru"), "s") == [US_PLACES["s"]]

    def test_a_key_that_is_not_there_is_none(self, connect):
        display = connect("us")
        display.keysym_to_keycodes = lambda keysym: []
        assert keycodes_of(display, "pageup") == []


class TestMasks:
    @pytest.mark.parametrize(
        ("keys", "mask"),
        [
            ("ctrl+s", X.ControlMask),
            ("shift+f5", X.ShiftMask),
            ("ctrl+alt+s", X.ControlMask | X.Mod1Mask),
            ("super+s", X.Mod4Mask),
            ("f5", 0),
        ],
    )
    def test_of_modifiers(self, connect, keys, mask):
        assert mask_of(connect("us"), Binding(Action.SPEAK, keys)) == mask

    def test_where_alt_is_another_modifier_that_counts(self, connect):
        display = connect("us")
        alt = next(code for code, _ in display.keysym_to_keycodes(0xFFE9))
        display.get_modifier_mapping = lambda: [[], [], [], [], [], [alt], [], []]
        assert mask_of(display, Binding(Action.SPEAK, "alt+s")) == X.Mod3Mask

    def test_every_combination_of_locks_is_there_once(self, connect):
        assert sorted(lock_masks(connect("us"))) == sorted({0, NUM_LOCK, CAPS_LOCK, NUM_LOCK | CAPS_LOCK})

    def test_scroll_lock_is_one_where_it_is_a_modifier(self, connect):
        display = connect("us")
        scroll, numbers = (next(code for code, _ in display.keysym_to_keycodes(keysym)) for keysym in (0xFF14, 0xFF7F))
        display.get_modifier_mapping = lambda: [[], [], [], [], [numbers], [scroll], [], []]
        masks = (X.LockMask, X.Mod2Mask, X.Mod3Mask)
        sums = {sum(some) for count in range(4) for some in itertools.combinations(masks, count)}
        assert set(lock_masks(display)) == sums
        assert len(lock_masks(display)) == 8
