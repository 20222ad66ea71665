"""Scheduling on macOS: quality-of-service classes, the only thing that also chooses between the kinds of cores.

Never POSIX scheduling or nice on a thread here: it takes the thread out of QoS for good (EPERM from then on). There is
no affinity either; a class high enough makes a thread *eligible* for performance cores, and without one it wakes up on
an efficiency core after each sleep. New threads have no class until they ask for one. All of ours that work do: the
main thread of each stage, its control thread, the daemon's. ONNX Runtime's pool, which only models with several threads
have, cannot be reached, and stays at default.

2026-11-26, not taken, for want of a reason to (PLATFORM.md B1, B4; nobody has measured them on a Mac):

- Real time for the audio thread (THREAD_TIME_CONSTRAINT_POLICY). The thread that must not be late is CoreAudio's own,
  and has it. Ours keeps PortAudio's buffer of 50 ms full in turns of 10, and PortAudio sleeps 5 ms between two looks
  at the room there: to be woken within 0.1 ms, and not within the few that a class gives, is worth nothing there. It
  would cost the class for good; and a Python thread that waits for its interpreter's lock, with 50 ms of computation
  at most promised to the kernel, is not what the policy is for.
- NSProcessInfo.beginActivity against App Nap. It befalls applications, and a process that launchd or a shell started
  and that has no window is none; who sounds is spared anyway, and while a stream runs CoreAudio keeps the machine
  awake by itself. It would load Foundation into each stage. A hotkey agent that registers with the window server is
  an application, and has to see to itself.
"""

import ctypes
import os
from enum import IntEnum
from typing import Any

from utterd.stages.scheduling.report import Scheduling

_NAME_BYTES = 64
"""Room for the name of a kind of cores."""


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
        """Also one of ONNX Runtime's, of which it is the only one that can be reached."""
        return self._take(Qos.USER_INITIATED)

    def lower_g2p_thread(self) -> Scheduling:
        return self._take(Qos.DEFAULT)

    def raise_control_thread(self) -> Scheduling:
        return self._take(Qos.USER_INITIATED)

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
        """How many cores there are of the quickest kind (level 0): for the report alone."""
        if (self._number("hw.nperflevels") or 1) < 2:  # Intel does not even have the name: all cores are equal
            return []
        quick, all_cores = self._number("hw.perflevel0.physicalcpu"), self._number("hw.physicalcpu")
        name = (self._text("hw.perflevel0.name") or "performance").lower()
        return [f"{quick} {name} cores of {all_cores}"] if quick and all_cores else []

    def _number(self, name: str) -> int | None:
        value = ctypes.c_int32(0)
        return value.value if self._sysctl(name, value) else None

    def _text(self, name: str) -> str | None:
        text = ctypes.create_string_buffer(_NAME_BYTES)
        return text.value.decode("utf-8", "replace") if self._sysctl(name, text) else None

    def _sysctl(self, name: str, value: Any) -> bool:
        """Read into `value`, if there is such a name and it fits."""
        size = ctypes.c_size_t(ctypes.sizeof(value))
        failed = self._library.sysctlbyname(
            name.encode(), ctypes.byref(value), ctypes.byref(size), None, ctypes.c_size_t(0)
        )
        return not failed
