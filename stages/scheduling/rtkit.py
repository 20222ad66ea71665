"""rtkit: the desktop's service that gives a thread of an ordinary user real time, or a better nice value, over D-Bus.

It gives SCHED_RR with RESET_ON_FORK, at most priority 20, to a process that has limited RLIMIT_RTTIME to 200 ms; nice
values down to -15; both only to users whom polkit counts as logged in at the machine. The Python package jeepney speaks
D-Bus; without it there is no rtkit for us.
"""

_NAME = "org.freedesktop.RealtimeKit1"
_PATH = "/org/freedesktop/RealtimeKit1"

_TIMEOUT_S = 1.0
"""The service may have to be started first; but speech is not to wait for it."""


def make_thread_realtime(thread_id: int, priority: int, *, bus: str = "SYSTEM") -> None:
    """Make a thread of this process SCHED_RR.

    Args:
        thread_id: the kernel's (`threading.get_native_id()`).
        priority: 1 to 20.
        bus: jeepney's name of the bus, or its address.

    Raises:
        PermissionError: rtkit refuses.
        OSError: no jeepney, no bus, no rtkit, or it fails; the message says which.
    """
    _call("MakeThreadRealtime", "tu", thread_id, priority, bus=bus)


def make_thread_high_priority(thread_id: int, nice: int, *, bus: str = "SYSTEM") -> None:
    """Set the nice value of a thread of this process: -15 to 19. Otherwise as `make_thread_realtime`."""
    _call("MakeThreadHighPriority", "ti", thread_id, nice, bus=bus)


def _call(method: str, signature: str, thread_id: int, value: int, *, bus: str) -> None:
    try:
        from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call
        from jeepney.io.blocking import open_dbus_connection
    except ImportError as error:
        raise OSError("the Python package jeepney is not installed") from error
    address = DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
    call = new_method_call(address, method, signature, (thread_id, value))
    try:
        with open_dbus_connection(bus=bus) as connection:
            reply = connection.send_and_get_reply(call, timeout=_TIMEOUT_S)
    except TimeoutError as error:
        raise OSError(f"no answer within {_TIMEOUT_S:g} s") from error
    except (KeyError, EOFError, ValueError) as error:  # jeepney's words for a bus address it cannot find or use
        raise OSError(f"no system bus: {error!r}") from error
    if reply.header.message_type == MessageType.error:
        name = reply.header.fields[HeaderFields.error_name].rpartition(".")[2]
        kind = PermissionError if name == "AccessDenied" else OSError
        raise kind(": ".join([name, *map(str, reply.body)]))
