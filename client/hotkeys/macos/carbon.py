"""Hotkeys of macOS's Carbon Event Manager: for any program, without a permission, while secure input is on too.

It is old, and still the only way that needs no permission. Events come only to an application, so the process becomes
one, of the kind without a Dock icon or a menu; it has to be started in the session of the person at the screen.
"""

import ctypes
import logging
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from utterd.client.errors import UtterdError
from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.selection.macos_frameworks import HotKeyId, MacFrameworks
from utterd.client.selection.macos_layout import key_code_of

logger = logging.getLogger(__name__)

MODIFIERS: Final = {"super": 0x0100, "shift": 0x0200, "alt": 0x0800, "ctrl": 0x1000}
"""cmdKey, shiftKey, optionKey and controlKey of <HIToolbox/Events.h>."""


def four_characters(code: str) -> int:
    """An OSType, like 'keyb'."""
    return int.from_bytes(code.encode("ascii"), "big")


SIGNATURE: Final = four_characters("uttd")
"""Of our hotkeys among those of others."""

KEYBOARD: Final = four_characters("keyb")
HOTKEY_PRESSED: Final = 5
DIRECT_OBJECT: Final = four_characters("----")
HOTKEY_ID: Final = four_characters("hkid")

HOTKEY_EXISTS: Final = -9878
"""eventHotKeyExistsErr."""

OPTION_ALONE: Final = -9868
"""eventInternalErr: what macOS 15.0 and 15.1 answer to Option, or Option and Shift, with no other modifier."""

ACCESSORY: Final = 1
"""NSApplicationActivationPolicyAccessory."""

Handler = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
"""EventHandlerUPP: (call, event, our data) → OSStatus."""


class EventType(ctypes.Structure):
    """EventTypeSpec."""

    _fields_ = (("event_class", ctypes.c_uint32), ("kind", ctypes.c_uint32))


class CarbonUnavailable(UtterdError):
    """macOS gives none of the keys; the message says why."""


def run(
    bindings: Sequence[Binding],
    on_action: Callable[[Action], None],
    *,
    on_problem: Callable[[str], None] = logger.warning,
    on_ready: Callable[[], None] = lambda: None,
    frameworks: MacFrameworks | None = None,
) -> None:
    """Take these keys, and call `on_action` at each press, on this thread, until the process is ended.

    Args:
        on_problem: told, in a sentence, of each key that cannot be had while others can.
        on_ready: called when the keys work.
        frameworks: macOS's own unless given.

    Raises:
        CarbonUnavailable: there is no session with a screen, or none of the keys can be had.
    """
    hotkeys = CarbonHotkeys(frameworks or MacFrameworks(), on_action)
    problems = hotkeys.take(bindings)
    if len(problems) == len(bindings):
        raise CarbonUnavailable("; ".join(problems) or "no keys are set under [hotkeys] in config.toml")
    for problem in problems:
        on_problem(problem)
    on_ready()
    hotkeys.serve()


class CarbonHotkeys:
    """The keys of one process. To be used on its first thread: events come to that one."""

    def __init__(self, frameworks: MacFrameworks, on_action: Callable[[Action], None]) -> None:
        self._frameworks = frameworks
        self._on_action = on_action
        self._actions: list[Action] = []
        """The id of a hotkey is its place here."""
        self._handler = Handler(self._handle)
        """Kept: macOS has its address."""
        self._application = self._become_application()
        self._target = frameworks.call("GetEventDispatcherTarget")
        self._install_handler()

    def take(self, bindings: Sequence[Binding]) -> list[str]:
        """Register them; why some could not be, a sentence each."""
        return [problem for binding in bindings if (problem := self._register(binding))]

    def serve(self) -> None:
        """Let the keys do what they do. Comes back only if somebody stops the application."""
        # Python would see Ctrl-C only after an event: let the system end the process itself.
        with suppress(ValueError):  # not the first thread
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        self._frameworks.send(self._application, "run", returns=None)

    def _become_application(self) -> int:
        application: int | None = self._frameworks.send(
            self._frameworks.objc_class("NSApplication"), "sharedApplication"
        )
        if not application:
            raise CarbonUnavailable("hotkeys need the session of the person at the screen, and this is not one")
        self._frameworks.send(
            application, "setActivationPolicy:", ACCESSORY, takes=[ctypes.c_long], returns=ctypes.c_bool
        )
        return application

    def _install_handler(self) -> None:
        kind = EventType(KEYBOARD, HOTKEY_PRESSED)
        status = self._frameworks.call(
            "InstallEventHandler", self._target, self._handler, 1, ctypes.addressof(kind), None, None
        )
        if status:
            raise CarbonUnavailable(f"macOS does not tell us of hotkeys (error {status})")

    def _register(self, binding: Binding) -> str | None:
        try:
            code = key_code_of(self._frameworks, binding.key)
        except KeyError:
            return f"no Mac's keyboard has the key {binding.key}: choose another for {binding.action} under [hotkeys]"
        reference = ctypes.c_void_p()
        modifiers = sum(MODIFIERS[name] for name in binding.modifiers)
        identity = HotKeyId(SIGNATURE, len(self._actions))
        status = self._frameworks.call(
            "RegisterEventHotKey", code, modifiers, identity, self._target, 0, ctypes.addressof(reference)
        )
        if status:
            return _why_not(binding, status)
        self._actions.append(binding.action)
        return None

    def _handle(self, call: Any, event: Any, data: Any) -> int:
        """Called by macOS, on the thread that serves."""
        identity = HotKeyId()
        status: int = self._frameworks.call(
            "GetEventParameter",
            event,
            DIRECT_OBJECT,
            HOTKEY_ID,
            None,
            ctypes.sizeof(identity),
            None,
            ctypes.addressof(identity),
        )
        if status == 0 and identity.signature == SIGNATURE and identity.id < len(self._actions):
            self._on_action(self._actions[identity.id])
        return status


def _why_not(binding: Binding, status: int) -> str:
    what = f"{binding.keys}, for {binding.action}, cannot be had"
    if status == HOTKEY_EXISTS:
        return f"{what}: another program has it; choose another under [hotkeys] in config.toml"
    if status == OPTION_ALONE and not set(binding.modifiers) - {"alt", "shift"}:
        return f"{what}: macOS 15.0 and 15.1 refuse Option without Control or Command; add one, or update to 15.2"
    return f"{what}: macOS answers with error {status}"
