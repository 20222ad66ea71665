"""A service on a bus, for stand-ins of desktop programs: answers method calls on a thread of its own."""

import queue
import threading
from contextlib import suppress
from typing import Any

import jeepney
from jeepney import DBusAddress, HeaderFields, MessageType, message_bus, new_error, new_method_return, new_signal
from jeepney.io.blocking import open_dbus_connection

UNKNOWN_METHOD = "org.freedesktop.DBus.Error.UnknownMethod"


class Refused(Exception):
    """Raised by a method to answer with an error."""

    def __init__(self, name: str, message: str = "") -> None:
        super().__init__(message)
        self.name = name
        self.message = message


class DBusService:
    """Methods are found by `methods[interface, member]`: called with (sender, path, *body) they give (signature, body).

    What is emitted from other threads goes out between two calls.
    """

    def __init__(self, address: str, name: str) -> None:
        self.methods: dict[tuple[str, str], Any] = {}
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        """(member, body) of every call, in order."""
        self._outgoing: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._connection = open_dbus_connection(bus=address)
        reply = self._connection.send_and_get_reply(message_bus.RequestName(name), timeout=10)
        assert reply.body == (1,), f"somebody has {name}"
        self.unique_name = self._connection.unique_name
        self._has_ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Leave the bus, as when the program ends."""
        self._has_ended.set()
        self._thread.join(10)
        self._connection.close()

    def emit(self, path: str, interface: str, member: str, signature: str, body: tuple[Any, ...]) -> None:
        self._outgoing.put(new_signal(DBusAddress(path, interface=interface), member, signature, body))

    def _serve(self) -> None:
        with suppress(OSError, EOFError):  # the bus has ended
            while not self._has_ended.is_set():
                self._serve_once()

    def _serve_once(self) -> None:
        while not self._outgoing.empty():
            self._connection.send(self._outgoing.get())
        try:
            message = self._connection.receive(timeout=0.01)
        except TimeoutError:
            return
        if message.header.message_type is MessageType.method_call:
            self._connection.send(self._answer(message))

    def _answer(self, message: Any) -> Any:
        fields = message.header.fields
        interface, member = fields.get(HeaderFields.interface, ""), fields[HeaderFields.member]
        self.calls.append((member, message.body))
        method = self.methods.get((interface, member))
        if method is None:
            return new_error(message, UNKNOWN_METHOD, "s", (f"no method {member} of {interface}",))
        try:
            signature, body = method(fields[HeaderFields.sender], fields[HeaderFields.path], *message.body)
        except Refused as refusal:
            return new_error(message, refusal.name, "s", (refusal.message,))
        return new_method_return(message, signature or None, body)


def variant(signature: str, value: Any) -> tuple[str, Any]:
    """As jeepney has them."""
    return signature, value


__all__ = ["DBusService", "Refused", "jeepney", "variant"]
