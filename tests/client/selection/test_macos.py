"""macOS is played: no Mac has run this."""

import sys
from typing import Any

import pytest
from rig.fake_mac import Element, FakeMac, TextRange

from utterd.client.selection import SelectionUnavailable, macos
from utterd.client.selection.macos import MacSelection
from utterd.client.selection.macos_frameworks import MacFrameworks
from utterd.client.selection.macos_pasteboard import COPY_TIMEOUT_S, MOST_BYTES, TRANSIENT, Pasteboard

BEFORE = [{"public.utf8-plain-text": b"mine", "public.html": b"<b>mine</b>"}, {"public.png": b"\x89PNG\x00\x01"}]
"""What lies on the clipboard."""


class Clock:
    """Goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, duration_s: float) -> None:
        self.now += duration_s


@pytest.fixture
def mac() -> FakeMac:
    return FakeMac()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def read(mac: FakeMac, clock: Clock) -> str:
    frameworks = MacFrameworks(mac)
    text = MacSelection(frameworks, Pasteboard(frameworks, 0x08, clock=clock, sleep=clock.sleep)).read()
    assert mac.leaks() == []
    return text


class TestAccessibility:
    def test_the_selected_text_of_the_focused_element_is_read(self, mac: FakeMac, clock: Clock) -> None:
        mac.focused = Element({"AXSelectedText": "selected words — café 😀"})
        assert read(mac, clock) == "selected words — café 😀"
        assert mac.events == []

    def test_a_web_page_tells_it_between_its_markers(self, mac: FakeMac, clock: Clock) -> None:
        markers = object()
        mac.focused = Element(
            {"AXSelectedText": "", "AXSelectedTextMarkerRange": markers}, markers={markers: "words of a page"}
        )
        assert read(mac, clock) == "words of a page"
        assert mac.events == []

    def test_a_text_field_with_a_cursor_alone_has_nothing_selected(self, mac: FakeMac, clock: Clock) -> None:
        mac.focused = Element({"AXSelectedText": "", "AXSelectedTextRange": TextRange(5, 0)})
        mac.selected_by_program = "a whole line, as some editors copy without a selection"
        assert read(mac, clock) == ""
        assert mac.events == []

    @pytest.mark.parametrize(
        "focused",
        [
            None,
            Element(),
            Element({"AXSelectedText": 7}),
            Element({"AXSelectedText": "", "AXSelectedTextRange": TextRange(5, 3)}),
            Element({"AXSelectedText": "", "AXSelectedTextMarkerRange": "not to be told"}),
        ],
    )
    def test_a_program_that_does_not_tell_is_made_to_copy(
        self, mac: FakeMac, clock: Clock, focused: Element | None
    ) -> None:
        mac.focused, mac.selected_by_program = focused, "copied words"
        assert read(mac, clock) == "copied words"


class TestThePermission:
    def test_without_it_the_person_is_led_to_the_setting_in_words_and_by_macos(
        self, mac: FakeMac, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mac.is_trusted = False
        mac.focused = Element({"AXSelectedText": "secret"})
        monkeypatch.setattr(sys, "executable", "/opt/utterd/bin/python3.99")
        with pytest.raises(SelectionUnavailable) as caught:
            read(mac, clock)
        assert str(caught.value) == (
            "macOS does not let utterd read the selection: in System Settings, Privacy and Security, Accessibility, "
            "switch on python3.99, or your terminal if you use one, and press the key again; "
            "or use the Services menu, which needs no permission"
        )
        assert mac.asked == [True]
        assert mac.leaks() == []
        assert mac.events == []


class TestTheClipboard:
    def test_command_c_alone_is_pressed_and_released(self, mac: FakeMac, clock: Clock) -> None:
        mac.selected_by_program = "copied words"
        read(mac, clock)
        assert [(event.key_code, event.is_down, event.flags) for event in mac.events] == [
            (0x08, True, 1 << 20),
            (0x08, False, 1 << 20),
        ]

    def test_what_lay_there_is_there_again_and_not_for_histories(self, mac: FakeMac, clock: Clock) -> None:
        mac.pasteboard.items = [dict(item) for item in BEFORE]
        mac.selected_by_program = "copied words"
        assert read(mac, clock) == "copied words"
        assert mac.pasteboard.items == [{**item, TRANSIENT: b""} for item in BEFORE]

    def test_an_empty_one_is_empty_again(self, mac: FakeMac, clock: Clock) -> None:
        mac.selected_by_program = "copied words"
        assert read(mac, clock) == "copied words"
        assert mac.pasteboard.items == []

    def test_where_nothing_is_copied_nothing_is_selected_and_nothing_touched(self, mac: FakeMac, clock: Clock) -> None:
        mac.pasteboard.items = [dict(item) for item in BEFORE]
        assert read(mac, clock) == ""
        assert mac.pasteboard.items == BEFORE
        assert COPY_TIMEOUT_S <= clock.now < COPY_TIMEOUT_S + 0.05

    def test_what_somebody_copies_meanwhile_stays(self, mac: FakeMac, clock: Clock) -> None:
        frameworks = MacFrameworks(mac)
        mac.selected_by_program = "copied words"
        news: list[dict[str, bytes]] = [{"public.utf8-plain-text": b"news"}]

        class Hasty(Pasteboard):
            def _text(self, board: int) -> str:
                text = super()._text(board)
                mac.pasteboard.set(news)
                return text

        selection = MacSelection(frameworks, Hasty(frameworks, 0x08, clock=clock, sleep=clock.sleep))
        assert selection.read() == "copied words"
        assert mac.pasteboard.items == news

    def test_one_that_holds_too_much_is_not_touched(self, mac: FakeMac, clock: Clock) -> None:
        mac.pasteboard.items = [{"public.tiff": bytes(MOST_BYTES + 1)}]
        mac.selected_by_program = "copied words"
        with pytest.raises(
            SelectionUnavailable, match="the clipboard is too full to be put aside; copy something small"
        ):
            read(mac, clock)
        assert mac.events == []
        assert len(mac.pasteboard.items) == 1
        assert mac.leaks() == []

    def test_a_copied_picture_is_no_text(self, mac: FakeMac, clock: Clock) -> None:
        mac.selected_by_program = "a picture"
        mac.on_copy = lambda: mac.pasteboard.items.__setitem__(0, {"public.png": b"\x89PNG"})
        assert read(mac, clock) == ""
        assert mac.pasteboard.items == []


def test_the_c_of_this_keyboard_is_pressed(mac: FakeMac, monkeypatch: pytest.MonkeyPatch) -> None:
    mac.layout = {0x08: "j", 0x22: "c"}  # Dvorak
    mac.selected_by_program = "copied words"
    assert MacSelection(MacFrameworks(mac)).read() == "copied words"
    assert mac.events[0].key_code == 0x22
    assert mac.leaks() == []


def test_elsewhere_than_on_a_mac_it_is_not_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert not macos.is_available()
    with pytest.raises(SelectionUnavailable, match="this is not a Mac"):
        macos.read()


def test_on_a_mac_it_is(monkeypatch: pytest.MonkeyPatch, mac: FakeMac) -> None:
    mac.focused = Element({"AXSelectedText": "words"})

    def frameworks(library: Any = None) -> MacFrameworks:
        return MacFrameworks(mac)

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(macos, "MacFrameworks", frameworks)
    assert macos.is_available()
    assert macos.read() == "words"
