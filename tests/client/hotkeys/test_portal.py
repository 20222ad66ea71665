"""The shortcuts portal is played by a stand-in on a real bus."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rig.fake_portal import CANCELLED, OTHER, PATH, SHORTCUTS, FakePortal, Ways
from rig.portal_listener import Listener
from rig.session_bus import SessionBus

from utterd.client.hotkeys import portal
from utterd.client.hotkeys.bindings import Action
from utterd.client.hotkeys.portal_app import APP_ID, desktop_file

pytest.importorskip("jeepney", reason="jeepney is not installed")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DATA_HOME", "HYPRLAND_INSTANCE_SIGNATURE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def bus() -> Iterator[str]:
    with SessionBus() as running:
        yield running.address


@contextmanager
def listening(bus: str, ways: Ways | None = None) -> Iterator[tuple[FakePortal, Listener]]:
    """A desktop and somebody who listens to it, until the desktop has no portal any more."""
    with FakePortal(bus, ways) as desktop:
        listener = Listener(bus)
        listener.wait_ready()
        yield desktop, listener
    listener.end()


class TestKeys:
    def test_a_press_is_the_action_of_its_key(self, bus: str) -> None:
        with listening(bus) as (desktop, listener):
            desktop.press("back")
            desktop.press("speak")
            listener.wait_for(lambda: len(listener.actions) == 2, "two actions")
            assert listener.actions == [Action.BACK, Action.SPEAK]

    def test_keys_are_asked_for_in_words_and_in_the_spelling_of_the_specification(self, bus: str) -> None:
        with listening(bus) as (desktop, _):
            speak, back = desktop.bound()
        assert speak == (
            "speak",
            {"description": ("s", "Speak the selected text, or stop"), "preferred_trigger": ("s", "CTRL+ALT+s")},
        )
        assert back == (
            "back",
            {"description": ("s", "Say the sentence again"), "preferred_trigger": ("s", "LOGO+Page_Up")},
        )

    def test_other_sessions_and_unknown_shortcuts_do_nothing(self, bus: str) -> None:
        with listening(bus) as (desktop, listener):
            desktop.press("speak", session=f"{PATH}/session/1_999/of_somebody_else")
            desktop.press("dance")
            desktop.press("back")
            listener.wait_for(lambda: listener.actions, "an action")
            assert listener.actions == [Action.BACK]

    def test_a_signal_that_is_not_the_portals_does_nothing(self, bus: str) -> None:
        from rig.dbus_service import DBusService

        stranger = DBusService(bus, "org.example.Stranger")
        stranger.start()
        with listening(bus) as (desktop, listener):
            session = next(iter(desktop.sessions))
            stranger.emit(PATH, SHORTCUTS, "Activated", "osta{sv}", (session, "speak", 1, {}))
            stranger.close()
            desktop.press("back")
            listener.wait_for(lambda: listener.actions, "an action")
            assert listener.actions == [Action.BACK]


class TestKindsOfPortals:
    def test_the_application_is_made_known_before_anything_else_is_asked(self, bus: str) -> None:
        with listening(bus) as (desktop, _):
            assert desktop.members()[:3] == ["Register", "CreateSession", "BindShortcuts"]
            assert list(desktop.registered.values()) == [APP_ID] == ["org.utterd.Utterd"]

    def test_a_portal_without_a_registry_is_one_of_before_and_works(self, bus: str) -> None:
        old = Ways(version=1, has_registry=False, wants_application=False)
        with listening(bus, old) as (desktop, listener):
            desktop.press("speak")
            listener.wait_for(lambda: listener.actions, "an action")

    @pytest.mark.parametrize("lists", [True, False])
    def test_one_that_does_not_tell_what_it_bound_is_listened_to_all_the_same(self, bus: str, lists: bool) -> None:
        with listening(bus, Ways(tells_bound=False, lists_bound=lists)) as (desktop, listener):
            assert desktop.members()[-1] == "ListShortcuts"
            desktop.press("speak")
            listener.wait_for(lambda: listener.actions, "an action")

    def test_it_is_available_where_it_has_a_version(self, bus: str) -> None:
        assert not portal.is_available(bus)
        with FakePortal(bus):
            assert portal.is_available(bus)

    def test_a_portal_without_shortcuts_is_not_available(self, bus: str) -> None:
        with FakePortal(bus, Ways(version=None)):
            assert not portal.is_available(bus)

    def test_hyprlands_gives_no_keys(self, bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HYPRLAND_INSTANCE_SIGNATURE", "abc")
        with FakePortal(bus):
            assert not portal.is_available(bus)

    def test_without_a_bus_it_is_not_available(self) -> None:
        assert not portal.is_available("unix:path=/nonexistent/bus")


class TestRefusals:
    def test_a_person_who_says_no_is_told_how_to_be_asked_again(self, bus: str) -> None:
        with FakePortal(bus, Ways(answer=CANCELLED)):
            assert Listener(bus).end() == (
                "the keys were not allowed when the desktop asked; start utterd hotkeys run again to be asked again, "
                "or bind them with: utterd hotkeys install"
            )

    def test_a_desktop_that_fails_to_bind_says_so(self, bus: str) -> None:
        with FakePortal(bus, Ways(answer=OTHER)):
            assert "refuses to set the keys up and does not say why; bind the keys" in Listener(bus).end()

    def test_an_error_from_the_desktop_is_quoted(self, bus: str) -> None:
        with FakePortal(bus, Ways(bind_error="Method BindShortcuts is not implemented")):
            sentence = Listener(bus).end()
        assert sentence.startswith("the desktop does not set the keys up: Failed: Method BindShortcuts is not impl")

    def test_an_application_without_a_desktop_file_is_told_why_it_is_unknown(self, bus: str) -> None:
        with FakePortal(bus, Ways(installed=())):
            sentence = Listener(bus).end()
        assert sentence.startswith("the desktop does not know utterd as an application (Failed: Could not register")
        assert "log out and in again" in sentence

    def test_a_portal_without_shortcuts_leads_to_the_desktops_own_keys(self, bus: str) -> None:
        with FakePortal(bus, Ways(version=None)):
            assert Listener(bus).end() == (
                "this desktop has no portal for global shortcuts; "
                "bind the keys in the desktop's own settings with: utterd hotkeys install"
            )

    def test_no_portal_at_all_is_the_same(self, bus: str) -> None:
        assert Listener(bus).end().startswith("this desktop has no portal for global shortcuts")

    @pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", "nonsense"])
    def test_no_bus_is_a_sentence(self, address: str) -> None:
        assert Listener(address).end() == "there is no D-Bus session to ask for global shortcuts"


class TestLosses:
    def test_a_session_that_is_closed_is_asked_for_again(self, bus: str) -> None:
        with listening(bus) as (desktop, listener):
            desktop.close_sessions()
            listener.wait_ready(2)
            desktop.press("speak")
            listener.wait_for(lambda: listener.actions, "an action")
            assert listener.problems == [
                "the desktop closed the session; the keys do nothing until it gives them again"
            ]

    def test_a_portal_that_is_restarted_is_asked_again(self, bus: str) -> None:
        is_back = threading.Event()
        with FakePortal(bus):
            listener = Listener(bus, sleep=is_back.wait)
            listener.wait_ready()
        with FakePortal(bus) as desktop:
            is_back.set()
            listener.wait_ready(2)
            desktop.press("speak")
            listener.wait_for(lambda: listener.actions, "an action")
        listener.end()
        assert listener.problems[0] == "the desktop's portal has gone; the keys do nothing until it gives them again"

    def test_a_portal_that_does_not_come_back_is_given_up(self, bus: str) -> None:
        with listening(bus) as (_, listener):
            pass
        assert listener.end().startswith("this desktop has no portal for global shortcuts")
        assert listener.slept == list(portal.RETRY_DELAYS_S)
        assert len(listener.problems) == 1

    def test_one_that_closes_session_after_session_is_given_up(self, bus: str) -> None:
        with FakePortal(bus) as desktop:
            listener = Listener(bus)
            for times in range(1, len(portal.RETRY_DELAYS_S) + 2):
                listener.wait_ready(times)
                desktop.close_sessions()
            assert listener.end() == f"the desktop closed the session; {portal.GIVEN_UP}"
        assert listener.slept == list(portal.RETRY_DELAYS_S)

    def test_a_press_in_between_makes_the_count_begin_anew(self, bus: str) -> None:
        with listening(bus) as (desktop, listener):
            for times in range(1, 4):
                listener.wait_ready(times)
                desktop.press("speak")
                listener.wait_for(lambda wanted=times: len(listener.actions) == wanted, "an action")  # type: ignore[misc]
                desktop.close_sessions()
            listener.wait_ready(4)
            assert listener.slept == [portal.RETRY_DELAYS_S[0]] * 3

    def test_the_end_of_the_bus_is_the_end(self) -> None:
        with SessionBus() as bus, FakePortal(bus.address):
            listener = Listener(bus.address)
            listener.wait_ready()
            bus.kill()
            assert listener.end() == "the D-Bus session has ended"


class TestTheDesktopFile:
    def test_it_is_there_when_the_portal_is_asked_and_names_the_installed_command(self, bus: str) -> None:
        with listening(bus):
            lines = desktop_file().read_text().splitlines()
        assert desktop_file().name == "org.utterd.Utterd.desktop"
        assert lines[0] == "[Desktop Entry]"
        [command] = [line for line in lines if line.startswith("Exec=")]
        assert command.startswith("Exec=/")
        assert command.endswith("/utterd hotkeys run")
