"""The session bus as the shortcuts portal needs it: calls with an answer, and signals in the order they came in."""

from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from jeepney import DBusAddress, HeaderFields, MatchRule, MessageType, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection

from utterd.client.errors import UtterdError

PORTAL: Final = "org.freedesktop.portal.Desktop"
PORTAL_PATH: Final = "/org/freedesktop/portal/desktop"
SHORTCUTS: Final = "org.freedesktop.portal.GlobalShortcuts"
REGISTRY: Final = "org.freedesktop.host.portal.Registry"
REQUEST: Final = "org.freedesktop.portal.Request"
SESSION: Final = "org.freedesktop.portal.Session"
BUS: Final = "org.freedesktop.DBus"

CALL_TIMEOUT_S: Final = 25.0
"""D-Bus's own default: the bus may have to start the portal first."""


class BusUnavailable(UtterdError):
    """There is no session bus, or it has gone."""


class CallFailed(Exception):
    """The portal, or the bus in its place, answered with an error."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name.rpartition('.')[2]}: {message}" if message else name)
        self.name = name
        """Like `org.freedesktop.DBus.Error.UnknownMethod`."""
        self.message = message


@dataclass(frozen=True, slots=True)
class Signal:
    sender: str
    """The unique name on the bus."""
    path: str
    interface: str
    member: str
    body: tuple[Any, ...]


class PortalBus:
    """One connection. The portal knows its clients by it: a session ends with the connection it was made on."""

    def __init__(self, bus: str = "SESSION") -> None:
        """Args:
        bus: jeepney's name of the bus, or its address.

        Raises:
            BusUnavailable: there is none.
        """
        try:
            self._connection = open_dbus_connection(bus=bus)
        except (OSError, KeyError, EOFError, ValueError) as error:  # jeepney's words for an address it cannot use
            raise BusUnavailable("there is no D-Bus session to ask for global shortcuts") from error
        self._signals: deque[Any] = deque()
        self._filter = self._connection.filter(MatchRule(type="signal"), queue=self._signals)

    @property
    def unique_name(self) -> str:
        return str(self._connection.unique_name)

    def close(self) -> None:
        self._filter.close()
        self._connection.close()

    def call(
        self,
        interface: str,
        member: str,
        signature: str = "",
        body: tuple[Any, ...] = (),
        *,
        path: str = PORTAL_PATH,
        name: str = PORTAL,
    ) -> tuple[Any, ...]:
        """What the method returns.

        Raises:
            CallFailed: an error, or no answer in CALL_TIMEOUT_S.
            BusUnavailable: the bus has gone.
        """
        address = DBusAddress(path, bus_name=name, interface=interface)
        return self._answer(new_method_call(address, member, signature or None, body))

    def subscribe(self, **conditions: str) -> None:
        """Have the bus send signals of these conditions: `interface`, `member`, `path`, `sender`."""
        self._answer(message_bus.AddMatch(MatchRule(type="signal", **conditions)))

    def watch_owner(self, name: str) -> None:
        """Have the bus tell when `name` gets or loses its owner."""
        rule = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
        rule.add_arg_condition(0, name)
        self._answer(message_bus.AddMatch(rule))

    def next_signal(self, timeout_s: float | None = None) -> Signal:
        """The next of those subscribed to, and of those meant for this connection alone.

        Raises:
            TimeoutError: none came.
            BusUnavailable: the bus has gone.
        """
        try:
            message = self._connection.recv_until_filtered(self._signals, timeout=timeout_s)
        except TimeoutError:
            raise
        except (OSError, EOFError) as error:
            raise BusUnavailable("the D-Bus session has ended") from error
        fields = message.header.fields
        return Signal(
            sender=fields.get(HeaderFields.sender, ""),
            path=fields.get(HeaderFields.path, ""),
            interface=fields.get(HeaderFields.interface, ""),
            member=fields.get(HeaderFields.member, ""),
            body=message.body,
        )

    def _answer(self, call: Any) -> tuple[Any, ...]:
        try:
            reply = self._connection.send_and_get_reply(call, timeout=CALL_TIMEOUT_S)
        except TimeoutError:
            raise CallFailed(f"{BUS}.Error.NoReply", f"no answer within {CALL_TIMEOUT_S:g} s") from None
        except (OSError, EOFError) as error:
            raise BusUnavailable("the D-Bus session has ended") from error
        body = tuple(reply.body)
        if reply.header.message_type is MessageType.error:
            name = reply.header.fields[HeaderFields.error_name]
            raise CallFailed(name, str(body[0]) if body else "")
        return body

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
