"""A session of the shortcuts portal: made, filled with shortcuts, listened to. (org.freedesktop.portal.GlobalShortcuts)

Every request is answered twice: at once with the path of a Request object, later by that object's Response signal,
since a person may have to be asked in between.
"""

import logging
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, Final

from utterd.client.errors import UtterdError
from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.compositors.keys import portal_trigger
from utterd.client.hotkeys.portal_app import APP_ID
from utterd.client.hotkeys.portal_bus import (
    BUS,
    PORTAL,
    REGISTRY,
    REQUEST,
    SESSION,
    SHORTCUTS,
    CallFailed,
    PortalBus,
    Signal,
)

logger = logging.getLogger(__name__)

RESPONSE_TIMEOUT_S: Final = 30.0
"""For answers that no person has to give."""

BIND_THERE: Final = "bind the keys in the desktop's own settings with: utterd hotkeys install"
ASK_AGAIN: Final = "start utterd hotkeys run again to be asked again, or bind them with: utterd hotkeys install"

_ABSENT: Final = ("UnknownMethod", "UnknownInterface", "UnknownObject", "ServiceUnknown", "NameHasNoOwner")
"""Ends of D-Bus error names that say: there is no such thing here."""


class Response(IntEnum):
    """First argument of Request's Response signal."""

    SUCCESS = 0
    CANCELLED = 1
    """By the person who was asked."""
    OTHER = 2


class PortalError(UtterdError):
    """The portal gives no shortcuts; the message says why, and what to do instead."""


class PortalAbsent(PortalError):
    """Nobody on the bus has shortcuts: not on this desktop, or not at this moment."""

    def __init__(self) -> None:
        super().__init__(f"this desktop has no portal for global shortcuts; {BIND_THERE}")


class SessionLost(Exception):
    """The session has ended without our doing: closed by the desktop, or the portal has gone."""


class ShortcutsSession:
    """One session on one connection. Not for two threads at once."""

    def __init__(self, bus: PortalBus) -> None:
        self._bus = bus
        self._portal = ""
        """The portal's unique name: signals of anybody else are not ours."""
        self._handle = ""
        self._requests = 0

    def open(self, bindings: Sequence[Binding]) -> list[str]:
        """Make the session and ask for the shortcuts; how each can be triggered, in the desktop's words.

        The list is empty with desktops that do not tell.

        Raises:
            PortalError: there is no such portal, it refuses, or the person who was asked said no.
            SessionLost: the portal went away meanwhile.
            BusUnavailable: the bus did.
        """
        self._bus.watch_owner(PORTAL)
        self._bus.subscribe(interface=REQUEST, member="Response")
        self._bus.subscribe(interface=SESSION, member="Closed")
        self._bus.subscribe(interface=SHORTCUTS, member="Activated")
        unknown = self._register()
        self._portal = self._owner()
        self._handle = self._create(unknown)
        return self._bind(bindings)

    def next_action(self) -> Action:
        """Wait until a key is pressed; what it does.

        Raises:
            SessionLost: the session has ended.
            BusUnavailable: the bus has.
        """
        while True:
            signal = self._next_signal(None)
            if signal.member != "Activated" or signal.interface != SHORTCUTS:
                continue
            session, shortcut, *_ = signal.body
            if session == self._handle and shortcut in set(Action):
                return Action(shortcut)

    def _register(self) -> str:
        """Say who we are, which has to be the first call of a connection; why that failed, or an empty string.

        Portals before 1.18 do not know the interface, those from 1.21 on give no session without it.
        """
        try:
            self._bus.call(REGISTRY, "Register", "sa{sv}", (APP_ID, {}))
        except CallFailed as failure:
            if not failure.name.endswith(_ABSENT):
                logger.warning("the portal does not register utterd: %s", failure)
                return str(failure)
        return ""

    def _owner(self) -> str:
        """The portal's unique name; the bus has started it by now, if it can."""
        try:
            [name] = self._bus.call(BUS, "GetNameOwner", "s", (PORTAL,), name=BUS, path="/org/freedesktop/DBus")
        except CallFailed as failure:
            raise _no_session(failure, "") from None
        return str(name)

    def _create(self, unknown: str) -> str:
        options = {"session_handle_token": ("s", f"utterd{self._requests}")}
        try:
            results = self._request("CreateSession", "a{sv}", (), options, RESPONSE_TIMEOUT_S)
        except CallFailed as failure:
            raise _no_session(failure, unknown) from None
        return str(_value(results, "session_handle"))  # of type string in all versions, though it is a path

    def _bind(self, bindings: Sequence[Binding]) -> list[str]:
        wanted = [
            (
                str(binding.action),
                {
                    "description": ("s", binding.action.description),
                    "preferred_trigger": ("s", portal_trigger(binding)),
                },
            )
            for binding in bindings
        ]
        try:
            results = self._request("BindShortcuts", "oa(sa{sv})sa{sv}", (self._handle, wanted, ""), {}, None)
            bound = _value(results, "shortcuts", [])
            if not bound:  # KDE leaves it out after its dialog
                listed = self._request("ListShortcuts", "oa{sv}", (self._handle,), {}, RESPONSE_TIMEOUT_S)
                bound = _value(listed, "shortcuts", [])
        except CallFailed as failure:
            raise PortalError(f"the desktop does not set the keys up: {failure}; {BIND_THERE}") from None
        return list(_triggers(bound))

    def _request(
        self, member: str, signature: str, body: tuple[Any, ...], options: dict[str, Any], timeout_s: float | None
    ) -> dict[str, Any]:
        """Call a method that answers by a Request; the results of its Response."""
        self._requests += 1
        options = {**options, "handle_token": ("s", f"utterd{self._requests}")}
        [handle] = self._bus.call(SHORTCUTS, member, signature, (*body, options))
        response, results = self._response(handle, timeout_s)
        if response == Response.CANCELLED:
            raise PortalError(f"the keys were not allowed when the desktop asked; {ASK_AGAIN}")
        if response != Response.SUCCESS:
            raise PortalError(f"the desktop refuses to set the keys up and does not say why; {BIND_THERE}")
        return results

    def _response(self, handle: str, timeout_s: float | None) -> tuple[int, dict[str, Any]]:
        """Of the Request at `handle`. The signal may have come before the method returned."""
        while True:
            signal = self._next_signal(timeout_s)
            if signal.member == "Response" and signal.path == handle:
                response, results = signal.body
                return response, results

    def _next_signal(self, timeout_s: float | None) -> Signal:
        """The portal's next one."""
        while True:
            try:
                signal = self._bus.next_signal(timeout_s)
            except TimeoutError:
                raise PortalError(f"the desktop's portal does not answer; {BIND_THERE}") from None
            if signal.member == "NameOwnerChanged" and signal.sender == BUS and signal.body[0] == PORTAL:
                self._check_owner(new=signal.body[2])
            elif signal.sender != self._portal:
                continue
            elif signal.member == "Closed" and signal.path == self._handle:
                raise SessionLost("the desktop closed the session")
            else:
                return signal

    def _check_owner(self, *, new: str) -> None:
        """The first owner may have come by our own call; another one knows nothing of this session."""
        if self._portal and new != self._portal:
            raise SessionLost("the desktop's portal has gone")


def _no_session(failure: CallFailed, unknown: str) -> PortalError:
    """Why there is none.

    Args:
        unknown: why the portal has not registered us, if it has not.
    """
    if failure.name.endswith(_ABSENT):
        return PortalAbsent()
    if failure.name.endswith("NotAllowed"):
        why = unknown or failure.message
        return PortalError(
            f"the desktop does not know utterd as an application ({why}); log out and in again, or {BIND_THERE}"
        )
    return PortalError(f"the desktop's portal gives no global shortcuts ({failure}); {BIND_THERE}")


def _value(results: dict[str, Any], name: str, default: Any = "") -> Any:
    """Of a dictionary of variants, which jeepney gives as (signature, value)."""
    return results[name][1] if name in results else default


def _triggers(bound: Iterable[tuple[str, dict[str, Any]]]) -> Iterable[str]:
    for shortcut, properties in bound:
        if trigger := _value(properties, "trigger_description"):
            yield f"{shortcut}: {trigger}"
