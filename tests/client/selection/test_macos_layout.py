import pytest
from rig.fake_mac import FakeMac

from utterd.client.hotkeys.bindings import KEYS
from utterd.client.selection.macos_frameworks import MacFrameworks
from utterd.client.selection.macos_layout import KEY_CODES, key_code_of


def test_on_an_american_keyboard_keys_are_where_the_table_has_them() -> None:
    mac = FakeMac()
    assert key_code_of(MacFrameworks(mac), "s") == 0x01
    assert key_code_of(MacFrameworks(mac), "q") == 0x0C
    assert key_code_of(MacFrameworks(mac), "comma") == 0x2B
    assert mac.leaks() == []


def test_on_a_french_keyboard_a_and_q_have_changed_places() -> None:
    mac = FakeMac()
    mac.layout = {0x00: "q", 0x0C: "a", 0x1D: "à", 0x2B: ";", 0x2E: ","}
    frameworks = MacFrameworks(mac)
    assert (key_code_of(frameworks, "q"), key_code_of(frameworks, "a")) == (0x00, 0x0C)
    assert key_code_of(frameworks, "comma") == 0x2E


def test_the_first_of_two_keys_that_type_the_same_counts() -> None:
    mac = FakeMac()
    mac.layout = {0x05: "x", 0x09: "x"}
    assert key_code_of(MacFrameworks(mac), "x") == 0x05


def test_where_the_layout_cannot_be_asked_the_table_holds() -> None:
    mac = FakeMac()
    mac.layout = None
    assert key_code_of(MacFrameworks(mac), "a") == 0x00
    assert mac.leaks() == []


def test_keys_that_type_nothing_do_not_depend_on_it() -> None:
    mac = FakeMac()
    mac.layout = {0x31: "q"}
    assert key_code_of(MacFrameworks(mac), "f5") == 0x60
    assert key_code_of(MacFrameworks(mac), "left") == 0x7B


def test_only_keys_that_no_mac_has_are_missing() -> None:
    assert KEYS - set(KEY_CODES) == {"pause", "f21", "f22", "f23", "f24"}
    with pytest.raises(KeyError):
        key_code_of(MacFrameworks(FakeMac()), "pause")


def test_no_two_keys_have_one_code() -> None:
    assert len(set(KEY_CODES.values())) == len(KEY_CODES)
