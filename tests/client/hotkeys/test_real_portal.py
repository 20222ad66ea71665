"""The portal is the real one; the desktop behind it is played."""

from pathlib import Path

import pytest
from rig.portal_listener import Listener
from rig.real_portal import RealPortal

from utterd.client.hotkeys import portal
from utterd.client.hotkeys.bindings import Action


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)


def test_a_press_is_the_action_of_its_key() -> None:
    with RealPortal() as desktop:
        assert portal.is_available(desktop.address)
        listener = Listener(desktop.address)
        listener.wait_ready()
        assert [name for name, _ in desktop.bound] == ["speak", "back"]
        desktop.press("back")
        desktop.press("speak")
        listener.wait_for(lambda: len(listener.actions) == 2, "two actions")
        assert listener.actions == [Action.BACK, Action.SPEAK]
    listener.end()


def test_a_person_who_says_no_is_understood() -> None:
    with RealPortal(answer=1) as desktop:
        assert Listener(desktop.address).end().startswith("the keys were not allowed when the desktop asked")


def test_a_portal_that_crashes_is_started_again_by_asking_it() -> None:
    with RealPortal() as desktop:
        listener = Listener(desktop.address)
        listener.wait_ready()
        desktop.kill()
        listener.wait_ready(2)
        desktop.press("speak")
        listener.wait_for(lambda: listener.actions, "an action")
        assert len(desktop.sessions) == 2
    listener.end()
