"""rtkit: the desktop's service that makes a thread of an ordinary user real-time, over D-Bus.

It gives SCHED_RR with RESET_ON_FORK, at most priority 20, to a process that has limited RLIMIT_RTTIME to 200 ms, and
only to users whom polkit counts as sitting at the machine. The Python package jeepney speaks D-Bus; without it there is
no rtkit for us.
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
        OSError: no jeepney, no bus, no rtkit, or it refuses; the message says which.
    """
    try:
        from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call
        from jeepney.io.blocking import open_dbus_connection
    except ImportError as error:
        raise OSError("the Python package jeepney is not installed") from error
    address = DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
    call = new_method_call(address, "MakeThreadRealtime", "tu", (thread_id, priority))
    try:
        with open_dbus_connection(bus=bus) as connection:
            reply = connection.send_and_get_reply(call, timeout=_TIMEOUT_S)
    except TimeoutError as error:
        raise OSError(f"no answer within {_TIMEOUT_S:g} s") from error
    except (KeyError, EOFError, ValueError) as error:  # jeepney's words for a bus address it cannot find or use
        raise OSError(f"no system bus: {error!r}") from error
    if reply.header.message_type == MessageType.error:
        name = reply.header.fields[HeaderFields.error_name].rpartition(".")[2]
        raise OSError(": ".join([name, *map(str, reply.body)]))
