import ctypes
import errno
import threading
from typing import Any

import pytest

from utterd.stages.scheduling.macos import MacScheduler, Qos

THREAD = 0x7FF8_4000_1000
"""A pointer that does not fit into an int: pthread_self's result has to be declared."""


class FakeFunction:
    """A C function as ctypes gives it: callable, with a settable result type."""

    def __init__(self, function: Any) -> None:
        self._function = function
        self.restype: Any = ctypes.c_int

    def __call__(self, *arguments: Any) -> Any:
        return self._function(*arguments)


class FakeLibSystem:
    """libSystem of an agent of launchd: remembers the class asked for, and answers sysctl from a table."""

    def __init__(self, *, error: int = 0, sysctl: dict[str, int | str] | None = None) -> None:
        self.asked: list[tuple[int, int]] = []
        self._error = error
        self._sysctl = sysctl or {}
        self._qos = Qos.UNSPECIFIED.value
        for name in ("pthread_set_qos_class_self_np", "pthread_get_qos_class_np", "pthread_self", "sysctlbyname"):
            setattr(self, name, FakeFunction(getattr(self, f"_{name}")))

    def _pthread_set_qos_class_self_np(self, qos: ctypes.c_uint, relative: ctypes.c_int) -> int:
        self.asked.append((qos.value, relative.value))
        if not self._error:
            self._qos = qos.value
        return self._error

    def _pthread_self(self) -> int:
        assert self.pthread_self.restype is ctypes.c_void_p  # type: ignore[attr-defined]
        return THREAD

    def _pthread_get_qos_class_np(self, thread: ctypes.c_void_p, qos: Any, relative: Any) -> int:
        assert thread.value == THREAD
        qos._obj.value = self._qos
        return 0

    def _sysctlbyname(self, name: bytes, value: Any, size: Any, new: None, new_size: ctypes.c_size_t) -> int:
        found = self._sysctl.get(name.decode())
        if found is None:
            return -1
        assert size._obj.value == ctypes.sizeof(value._obj)
        if isinstance(found, int):
            assert size._obj.value == 4
        value._obj.value = found if isinstance(found, int) else found.encode()
        return 0


M3: dict[str, int | str] = {
    "hw.nperflevels": 2,
    "hw.perflevel0.physicalcpu": 4,
    "hw.perflevel0.name": "Performance",
    "hw.physicalcpu": 8,
}


def test_audio_asks_for_user_interactive_and_says_what_becomes_of_it() -> None:
    library = FakeLibSystem(sysctl=M3)
    scheduling = MacScheduler(library).raise_audio_thread()
    assert library.asked == [(0x21, 0)]
    assert scheduling.asked == "QoS user-interactive"
    assert scheduling.granted == (
        "QoS user-interactive; the kernel caps what launchd starts at user-initiated; 4 performance cores of 8"
    )
    assert scheduling.refused == ()


def test_inference_is_what_the_user_waits_for_and_g2p_is_ordinary() -> None:
    library = FakeLibSystem()
    scheduler = MacScheduler(library)
    assert scheduler.raise_inference_thread().granted == "QoS user-initiated"
    assert scheduler.lower_g2p_thread().granted == "QoS default"
    assert library.asked == [(0x19, 0), (0x15, 0)]


def test_audio_goes_before_inference_and_inference_before_g2p() -> None:
    library = FakeLibSystem()
    scheduler = MacScheduler(library)
    for raise_thread in (scheduler.raise_audio_thread, scheduler.raise_inference_thread, scheduler.lower_g2p_thread):
        raise_thread()
    audio, inference, g2p = (qos for qos, _ in library.asked)
    assert audio > inference > g2p


def test_a_control_thread_is_awaited_whatever_its_stage_is() -> None:
    library = FakeLibSystem()
    assert MacScheduler(library).raise_control_thread().granted == "QoS user-initiated"
    assert library.asked == [(0x19, 0)]


def test_a_refusal_is_said_in_words_and_what_there_is_instead() -> None:
    scheduling = MacScheduler(FakeLibSystem(error=errno.EPERM)).raise_audio_thread()
    assert scheduling.granted == "QoS unspecified"
    assert scheduling.refused == ("QoS user-interactive: Operation not permitted",)


def test_an_intel_mac_has_no_kinds_of_cores_to_report() -> None:
    assert "cores" not in MacScheduler(FakeLibSystem(sysctl={"hw.physicalcpu": 6})).raise_inference_thread().granted


def test_a_mac_with_one_kind_of_cores_has_none_to_report() -> None:
    one_kind: dict[str, int | str] = {**M3, "hw.nperflevels": 1}
    assert "cores" not in MacScheduler(FakeLibSystem(sysctl=one_kind)).raise_inference_thread().granted


def test_a_kind_of_cores_is_called_what_the_system_calls_it() -> None:
    later = FakeLibSystem(sysctl={**M3, "hw.perflevel0.name": "Super"})
    assert MacScheduler(later).raise_inference_thread().granted == "QoS user-initiated; 4 super cores of 8"


@pytest.mark.parametrize(("qos", "name"), [(0x21, "user-interactive"), (0x09, "background"), (0x42, "0x42")])
def test_a_class_is_reported_by_its_name(qos: int, name: str) -> None:
    library = FakeLibSystem(error=errno.EPERM)
    library._qos = qos
    assert MacScheduler(library).raise_inference_thread().granted == f"QoS {name}"


def test_it_may_be_called_on_any_thread() -> None:
    library = FakeLibSystem()
    thread = threading.Thread(target=MacScheduler(library).raise_audio_thread)
    thread.start()
    thread.join()
    assert len(library.asked) == 1
