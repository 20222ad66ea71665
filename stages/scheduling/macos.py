"""Scheduling on macOS: quality-of-service classes, the only thing that also chooses between the kinds of cores.

Never POSIX scheduling or nice on a thread here: it takes the thread out of QoS for good (EPERM from then on). There is
no affinity either; a class high enough makes a thread *eligible* for performance cores, and without one it wakes up on
an efficiency core after each sleep.
"""

import ctypes
import os
from enum import IntEnum
from typing import Any

from utterd.stages.scheduling.report import Scheduling


class Qos(IntEnum):
    """qos_class_t of <sys/qos.h>."""

    USER_INTERACTIVE = 0x21
    """What an application draws and plays with."""
    USER_INITIATED = 0x19
    """What a user has asked for and waits for."""
    DEFAULT = 0x15
    UTILITY = 0x11
    """Efficiency cores, mostly, and throttled: not even for work ahead of time, since the first unit is awaited too."""
    BACKGROUND = 0x09
    UNSPECIFIED = 0x00

    def __str__(self) -> str:
        return self.name.lower().replace("_", "-")


_AGENT_CEILING = "the kernel caps what launchd starts at user-initiated"
"""XNU gives USER_INTERACTIVE to applications alone, and tells nobody: what can be read back is the class requested."""


class MacScheduler:
    """See `Scheduler`. QoS is not inherited by new threads: each one sets its own."""

    def __init__(self, library: Any = None) -> None:
        """Args:
        library: libSystem, as ctypes loads it; a stand-in in tests.
        """
        self._library = library if library is not None else ctypes.CDLL(None)

    def raise_audio_thread(self) -> Scheduling:
        return self._take(Qos.USER_INTERACTIVE, note=_AGENT_CEILING)

    def raise_inference_thread(self) -> Scheduling:
        """Of ONNX Runtime's threads this is the one that can be reached; the others stay at default."""
        return self._take(Qos.USER_INITIATED)

    def lower_g2p_thread(self) -> Scheduling:
        return self._take(Qos.DEFAULT)

    def _take(self, qos: Qos, *, note: str = "") -> Scheduling:
        number = self._library.pthread_set_qos_class_self_np(ctypes.c_uint(qos), ctypes.c_int(0))
        refused = (f"QoS {qos}: {os.strerror(number)}",) if number else ()  # the error itself, not -1 and errno
        parts = [f"QoS {self._requested()}", *([note] if note and not refused else []), *self._cores()]
        return Scheduling(asked=f"QoS {qos}", granted="; ".join(parts), refused=refused)

    def _requested(self) -> str:
        """The class the calling thread has asked for last, as the system remembers it."""
        qos, relative = ctypes.c_uint(0), ctypes.c_int(0)
        self._library.pthread_self.restype = ctypes.c_void_p
        thread = ctypes.c_void_p(self._library.pthread_self())
        if self._library.pthread_get_qos_class_np(thread, ctypes.byref(qos), ctypes.byref(relative)):
            return "unknown"
        return next((str(known) for known in Qos if known == qos.value), f"{qos.value:#x}")

    def _cores(self) -> list[str]:
        """How many cores there are of which kind: for the report alone."""
        quick = self._sysctl("hw.perflevel0.physicalcpu")
        if quick is None:  # Intel: all cores are equal
            return []
        return [f"{quick} performance cores of {self._sysctl('hw.physicalcpu') or '?'}"]

    def _sysctl(self, name: str) -> int | None:
        value = ctypes.c_int32(0)
        size = ctypes.c_size_t(ctypes.sizeof(value))
        failed = self._library.sysctlbyname(
            name.encode(), ctypes.byref(value), ctypes.byref(size), None, ctypes.c_size_t(0)
        )
        return None if failed else value.value
