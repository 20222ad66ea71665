"""org.freedesktop.portal.Desktop with global shortcuts, as its documentation describes it, and with its ways to refuse.

`fake_portal.press("speak")` is a person who presses the key. What a person would answer to the question whether the
keys may be had is given beforehand: `answer`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rig.dbus_service import DBusService, Refused, variant

NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
REGISTRY = "org.freedesktop.host.portal.Registry"
REQUEST = "org.freedesktop.portal.Request"
SESSION = "org.freedesktop.portal.Session"
NOT_ALLOWED = "org.freedesktop.portal.Error.NotAllowed"
FAILED = "org.freedesktop.portal.Error.Failed"
INVALID = "org.freedesktop.portal.Error.InvalidArgument"
UNKNOWN_PROPERTY = "org.freedesktop.DBus.Error.UnknownInterface"

SUCCESS, CANCELLED, OTHER = 0, 1, 2


@dataclass(kw_only=True)
class Ways:
    """How this desktop is."""

    version: int | None = 2
    """Of the shortcuts; None: a portal without them."""
    has_registry: bool = True
    """Portals before 1.18 have none."""
    installed: Iterable[str] | None = None
    """Applications with a .desktop file; None: any."""
    wants_application: bool = True
    """Portals from 1.21 on give sessions only to those they know."""
    answer: int = SUCCESS
    """Response to BindShortcuts."""
    tells_bound: bool = True
    """Whether BindShortcuts' results have the shortcuts; KDE's have not, after its dialog."""
    lists_bound: bool = True
    """Whether ListShortcuts tells them; some of GNOME do not."""
    bind_error: str = ""
    """Message of a D-Bus error that BindShortcuts answers with."""


@dataclass
class _Session:
    owner: str
    shortcuts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    is_bound: bool = False


class FakePortal:
    """On the bus from the beginning to the end of a `with` block."""

    def __init__(self, address: str, ways: Ways | None = None) -> None:
        self.ways = ways or Ways()
        self.sessions: dict[str, _Session] = {}
        self.registered: dict[str, str] = {}
        """Connection → application."""
        self._known: set[str] = set()
        """Connections that have called a portal before they registered."""
        self._service = DBusService(address, NAME)
        self._service.methods[("org.freedesktop.DBus.Properties", "Get")] = self._get
        if self.ways.has_registry:
            self._service.methods[(REGISTRY, "Register")] = self._register
        if self.ways.version is not None:
            for member in ("CreateSession", "BindShortcuts", "ListShortcuts"):
                self._service.methods[(SHORTCUTS, member)] = getattr(self, f"_{member}")

    @property
    def calls(self) -> list[tuple[str, tuple[Any, ...]]]:
        return self._service.calls

    def members(self) -> list[str]:
        """The methods called, in order."""
        return [member for member, _ in self.calls]

    def bound(self) -> list[tuple[str, dict[str, Any]]]:
        """The shortcuts of all sessions that are bound."""
        return [shortcut for session in self.sessions.values() if session.is_bound for shortcut in session.shortcuts]

    def press(self, shortcut: str, *, session: str | None = None) -> None:
        """Somebody presses the keys; of the only session unless given."""
        handle = session or next(iter(self.sessions))
        for member in ("Activated", "Deactivated"):
            self._service.emit(PATH, SHORTCUTS, member, "osta{sv}", (handle, shortcut, 4711, {}))

    def close_sessions(self) -> None:
        """As when a person takes the permission back."""
        for handle in self.sessions:
            self._service.emit(handle, SESSION, "Closed", "a{sv}", ({},))
        self.sessions.clear()

    def __enter__(self) -> "FakePortal":
        self._service.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._service.close()

    def _get(self, sender: str, path: str, interface: str, name: str) -> tuple[str, tuple[Any, ...]]:
        if interface != SHORTCUTS or name != "version" or self.ways.version is None:
            raise Refused(UNKNOWN_PROPERTY, f"no {interface}")
        return "v", (variant("u", self.ways.version),)

    def _register(self, sender: str, path: str, application: str, options: Any) -> tuple[str, tuple[Any, ...]]:
        if sender in self._known or sender in self.registered:
            raise Refused(INVALID, "Registered too late")
        if self.ways.installed is not None and application not in self.ways.installed:
            raise Refused(FAILED, f"Could not register app ID: App info not found for '{application}'")
        self.registered[sender] = application
        return "", ()

    def _CreateSession(self, sender: str, path: str, options: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
        self._known.add(sender)
        if self.ways.wants_application and sender not in self.registered:
            raise Refused(NOT_ALLOWED, "An app id is required")
        handle = f"{PATH}/session/{_of(sender)}/{options['session_handle_token'][1]}"
        self.sessions[handle] = _Session(sender)
        return self._request(sender, options, SUCCESS, {"session_handle": variant("s", handle)})

    def _BindShortcuts(
        self, sender: str, path: str, handle: str, shortcuts: Any, window: str, options: dict[str, Any]
    ) -> tuple[str, tuple[Any, ...]]:
        session = self._session(sender, handle)
        if self.ways.bind_error or session.is_bound:
            raise Refused(FAILED, self.ways.bind_error or "Shortcuts are bound already")
        assert all(set(properties) <= {"description", "preferred_trigger"} for _, properties in shortcuts)
        if self.ways.answer == SUCCESS:
            session.shortcuts, session.is_bound = shortcuts, True
        results = {"shortcuts": variant("a(sa{sv})", _told(shortcuts))} if self.ways.tells_bound else {}
        return self._request(sender, options, self.ways.answer, results if self.ways.answer == SUCCESS else {})

    def _ListShortcuts(
        self, sender: str, path: str, handle: str, options: dict[str, Any]
    ) -> tuple[str, tuple[Any, ...]]:
        shortcuts = _told(self._session(sender, handle).shortcuts) if self.ways.lists_bound else []
        return self._request(sender, options, SUCCESS, {"shortcuts": variant("a(sa{sv})", shortcuts)})

    def _session(self, sender: str, handle: str) -> _Session:
        session = self.sessions.get(handle)
        if session is None or session.owner != sender:
            raise Refused("org.freedesktop.DBus.Error.AccessDenied", "Invalid session")
        return session

    def _request(
        self, sender: str, options: dict[str, Any], response: int, results: dict[str, Any]
    ) -> tuple[str, tuple[Any, ...]]:
        handle = f"{PATH}/request/{_of(sender)}/{options['handle_token'][1]}"
        self._service.emit(handle, REQUEST, "Response", "ua{sv}", (response, results))
        return "o", (handle,)


def _of(sender: str) -> str:
    """The part of a path that stands for a connection."""
    return sender.removeprefix(":").replace(".", "_")


def _told(shortcuts: Any) -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, {"description": properties["description"], "trigger_description": properties["preferred_trigger"]})
        for name, properties in shortcuts
    ]
