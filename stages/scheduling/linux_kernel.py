"""The Linux kernel's calls on the scheduling of one thread: what can be tried and asked, and nothing decided."""

import ctypes
import os
import resource
import threading
from collections.abc import Iterable
from typing import Protocol

RESET_ON_FORK = 0x40000000
"""os.SCHED_RESET_ON_FORK, which macOS's Python does not have: what the thread starts is ordinary again."""


class LinuxKernel(Protocol):
    """Every call concerns the thread that calls. Those that change something raise OSError when they may not."""

    def set_policy(self, policy: int, priority: int) -> None: ...

    def policy(self) -> tuple[int, int]:
        """(policy with its flags, real-time priority)."""

    def set_nice(self, nice: int) -> None: ...

    def nice(self) -> int: ...

    def set_slice(self, slice_us: int) -> None:
        """Ask for turns of this length, and so for more frequent ones. Kernel 6.12 and later."""

    def slice_us(self) -> int:
        """0: unknown, or a real-time policy."""

    def set_util_min(self, util: int) -> None:
        """Be taken to use at least this share of the quickest core at its highest clock, in 1024ths: a core that large
        is chosen, and clocked so. Kernel 5.3 and later, where it was built with it."""

    def util_min(self) -> int:
        """0: unknown, or nothing asked for."""

    def set_cores(self, cores: Iterable[int]) -> None: ...

    def cores(self) -> frozenset[int]: ...

    def limit_realtime(self, soft_us: int, hard_us: int) -> None:
        """How long any real-time thread of this process may run without once waiting, before SIGXCPU and SIGKILL."""

    def ask_rtkit(self, priority: int) -> None:
        """Have rtkit make the thread SCHED_RR with RESET_ON_FORK. Raises PermissionError when it refuses, another
        OSError when there is none."""

    def ask_rtkit_for_nice(self, nice: int) -> None:
        """Have rtkit set the thread's nice value. Raises OSError likewise."""


class _SchedAttr(ctypes.Structure):
    """struct sched_attr of <linux/sched/types.h>, second version: 56 bytes. A kernel that knows only the first, of 48,
    takes it as long as the rest is zero."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime_ns", ctypes.c_uint64),
        ("deadline_ns", ctypes.c_uint64),
        ("period_ns", ctypes.c_uint64),
        ("util_min", ctypes.c_uint32),
        ("util_max", ctypes.c_uint32),
    )


_KEEP_ALL = 0x08 | 0x10
"""SCHED_FLAG_KEEP_POLICY and _KEEP_PARAMS: only what the other flags name is changed."""

_UTIL_CLAMP_MIN = 0x20
"""SCHED_FLAG_UTIL_CLAMP_MIN."""

_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
"""System call numbers; sched_getattr is the next one. glibc has had no wrapper until 2.41."""


class RealLinuxKernel:
    """This machine's kernel."""

    def set_policy(self, policy: int, priority: int) -> None:
        os.sched_setscheduler(threading.get_native_id(), policy, os.sched_param(priority))

    def policy(self) -> tuple[int, int]:
        thread = threading.get_native_id()
        return os.sched_getscheduler(thread), os.sched_getparam(thread).sched_priority

    def set_nice(self, nice: int) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)  # on Linux of the thread, whatever POSIX says

    def nice(self) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def set_slice(self, slice_us: int) -> None:
        attr = self._attr()
        attr.runtime_ns = slice_us * 1000
        _syscall(0, 0, ctypes.byref(attr), 0)
        if self.slice_us() != slice_us:  # an older kernel takes the number and does nothing with it
            raise OSError(f"Linux {os.uname().release} has no time slices of one's own")

    def slice_us(self) -> int:
        try:
            return int(self._attr().runtime_ns) // 1000
        except OSError:
            return 0

    def set_util_min(self, util: int) -> None:
        attr = _SchedAttr(size=ctypes.sizeof(_SchedAttr), flags=_KEEP_ALL | _UTIL_CLAMP_MIN, util_min=util)
        _syscall(0, 0, ctypes.byref(attr), 0)  # EOPNOTSUPP: built without; E2BIG: older than 5.3

    def util_min(self) -> int:
        try:
            return int(self._attr().util_min)
        except OSError:
            return 0

    def set_cores(self, cores: Iterable[int]) -> None:
        os.sched_setaffinity(threading.get_native_id(), cores)

    def cores(self) -> frozenset[int]:
        return frozenset(os.sched_getaffinity(threading.get_native_id()))

    def limit_realtime(self, soft_us: int, hard_us: int) -> None:
        _, present_hard_us = resource.getrlimit(resource.RLIMIT_RTTIME)
        if present_hard_us != resource.RLIM_INFINITY:
            hard_us = min(hard_us, present_hard_us)
        resource.setrlimit(resource.RLIMIT_RTTIME, (min(soft_us, hard_us), hard_us))

    def ask_rtkit(self, priority: int) -> None:
        from utterd.stages.scheduling.rtkit import make_thread_realtime

        make_thread_realtime(threading.get_native_id(), priority)

    def ask_rtkit_for_nice(self, nice: int) -> None:
        from utterd.stages.scheduling.rtkit import make_thread_high_priority

        make_thread_high_priority(threading.get_native_id(), nice)

    def _attr(self) -> _SchedAttr:
        attr = _SchedAttr()
        _syscall(1, 0, ctypes.byref(attr), ctypes.sizeof(attr), 0)
        return attr


def _syscall(offset: int, *arguments: object) -> None:
    """sched_setattr (offset 0) or sched_getattr (1)."""
    machine = os.uname().machine
    if machine not in _SCHED_SETATTR:
        raise OSError(f"the number of sched_setattr on {machine} is not known here")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(_SCHED_SETATTR[machine] + offset, *arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
