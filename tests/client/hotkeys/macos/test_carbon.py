"""macOS is played: no Mac has run this."""

import signal
from collections.abc import Iterator

import pytest
from rig.fake_mac import FakeMac

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.macos import carbon
from utterd.client.hotkeys.macos.carbon import CarbonUnavailable
from utterd.client.selection.macos_frameworks import MacFrameworks

SPEAK = Binding(Action.SPEAK, "ctrl+alt+s")
STOP = Binding(Action.STOP, "super+shift+q")

CONTROL_OPTION, COMMAND_SHIFT, OPTION = 0x1800, 0x0300, 0x0800


@pytest.fixture(autouse=True)
def interrupts() -> Iterator[None]:
    """As they were."""
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)


class Desk:
    """What came of a run."""

    def __init__(self, mac: FakeMac) -> None:
        self.mac = mac
        self.actions: list[Action] = []
        self.problems: list[str] = []
        self.readies = 0

    def run(self, *bindings: Binding) -> None:
        carbon.run(
            bindings,
            self.actions.append,
            on_problem=self.problems.append,
            on_ready=self._count,
            frameworks=MacFrameworks(self.mac),
        )

    def _count(self) -> None:
        self.readies += 1


@pytest.fixture
def desk() -> Desk:
    return Desk(FakeMac())


class TestKeys:
    def test_they_are_registered_by_place_and_modifiers(self, desk: Desk) -> None:
        desk.run(SPEAK, STOP)
        assert desk.mac.hotkeys == {0: (0x01, CONTROL_OPTION), 1: (0x0C, COMMAND_SHIFT)}
        assert (desk.readies, desk.problems) == (1, [])

    def test_a_press_is_the_action_of_its_key(self, desk: Desk) -> None:
        def presses() -> None:
            for identity in (1, 0, 1):
                desk.mac.press(identity)

        desk.mac.while_running = presses
        desk.run(SPEAK, STOP)
        assert desk.actions == [Action.STOP, Action.SPEAK, Action.STOP]

    def test_hotkeys_of_others_do_nothing(self, desk: Desk) -> None:
        def presses() -> None:
            desk.mac.press(0, signature=0x11223344)
            desk.mac.press(99)

        desk.mac.while_running = presses
        desk.run(SPEAK)
        assert desk.actions == []

    def test_the_process_is_an_application_without_a_dock_icon(self, desk: Desk) -> None:
        desk.run(SPEAK)
        assert desk.mac.policy == 1

    def test_an_interrupt_ends_the_process_though_python_never_gets_to_see_it(self, desk: Desk) -> None:
        desk.mac.while_running = lambda: desk.actions.append(Action.STOP) if _interrupt_is_the_systems() else None
        desk.run(SPEAK)
        assert desk.actions == [Action.STOP]

    def test_nothing_is_left_to_release(self, desk: Desk) -> None:
        desk.run(SPEAK, STOP)
        assert desk.mac.leaks() == []


def _interrupt_is_the_systems() -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_DFL


class TestTroubles:
    def test_a_key_that_another_program_has_is_told_and_the_others_work(self, desk: Desk) -> None:
        desk.mac.hotkey_errors[0x01, CONTROL_OPTION] = -9878
        desk.mac.while_running = lambda: desk.mac.press(0)
        desk.run(SPEAK, STOP)
        [problem] = desk.problems
        assert problem == (
            "ctrl+alt+s, for speak, cannot be had: another program has it; "
            "choose another under [hotkeys] in config.toml"
        )
        assert desk.actions == [Action.STOP]

    def test_option_alone_is_explained(self, desk: Desk) -> None:
        desk.mac.hotkey_errors[0x01, OPTION] = -9868
        desk.run(Binding(Action.SPEAK, "alt+s"), STOP)
        [problem] = desk.problems
        assert problem == (
            "alt+s, for speak, cannot be had: macOS 15.0 and 15.1 refuse Option without Control or Command; "
            "add one, or update to 15.2"
        )

    @pytest.mark.parametrize("status", [-9868, -50])
    def test_any_other_error_has_its_number(self, desk: Desk, status: int) -> None:
        desk.mac.hotkey_errors[0x01, CONTROL_OPTION] = status
        desk.run(SPEAK, STOP)
        assert desk.problems == [f"ctrl+alt+s, for speak, cannot be had: macOS answers with error {status}"]

    def test_a_key_that_no_mac_has_is_told(self, desk: Desk) -> None:
        desk.run(Binding(Action.PAUSE, "pause"), STOP)
        assert desk.problems == ["no Mac's keyboard has the key pause: choose another for pause under [hotkeys]"]

    def test_without_any_key_it_ends_with_the_reasons(self, desk: Desk) -> None:
        desk.mac.hotkey_errors[0x01, CONTROL_OPTION] = -9878
        with pytest.raises(CarbonUnavailable, match=r"^ctrl.alt.s, for speak, cannot be had: another program has it"):
            desk.run(SPEAK)
        assert desk.readies == 0

    def test_without_a_screen_it_ends(self, desk: Desk) -> None:
        desk.mac.has_screen = False
        with pytest.raises(CarbonUnavailable, match="hotkeys need the session of the person at the screen"):
            desk.run(SPEAK)
