"""launch_activate_socket(3), played by a library that records its calls and writes into the out pointers."""

import ctypes
import errno
import os
import socket
import sys
from typing import Any

import pytest

from utterd.launchd.activation import ActivationError, take_listening_socket


class FakeLibSystem:
    """Answers as launchd would: `descriptors` or an errno value."""

    def __init__(self, *descriptors: int, answer: int = 0) -> None:
        self._answer = answer
        self._array = (ctypes.c_int * max(1, len(descriptors)))(*descriptors)
        self._count = len(descriptors)
        self.asked: list[bytes] = []
        self.freed: list[int] = []

    def launch_activate_socket(self, name: bytes, descriptors: Any, count: Any) -> int:
        self.asked.append(name)
        if self._answer == 0:
            ctypes.cast(descriptors, ctypes.POINTER(ctypes.c_void_p))[0] = ctypes.addressof(self._array)
            ctypes.cast(count, ctypes.POINTER(ctypes.c_size_t))[0] = self._count
        return self._answer

    def free(self, pointer: Any) -> None:
        self.freed.append(ctypes.addressof(pointer.contents))

    @property
    def address(self) -> int:
        return ctypes.addressof(self._array)


def listening_descriptor() -> int:
    with socket.socket(socket.AF_UNIX) as made:
        return os.dup(made.fileno())


def test_the_socket_named_in_the_property_list_is_taken_and_the_array_freed() -> None:
    descriptor = listening_descriptor()
    library = FakeLibSystem(descriptor)
    taken = take_listening_socket(library)
    assert taken is not None
    with taken:
        assert taken.fileno() == descriptor
        assert taken.family == socket.AF_UNIX
    assert library.asked == [b"Listener"]
    assert library.freed == [library.address]


def test_the_first_of_several_is_taken() -> None:
    descriptors = [listening_descriptor() for _ in range(2)]
    taken = take_listening_socket(FakeLibSystem(*descriptors))
    assert taken is not None
    with taken:
        assert taken.fileno() == descriptors[0]
    os.close(descriptors[1])


@pytest.mark.parametrize("answer", [errno.ESRCH, errno.ENOENT])
def test_a_process_launchd_did_not_start_has_none(answer: int) -> None:
    library = FakeLibSystem(answer=answer)
    assert take_listening_socket(library) is None
    assert library.freed == []


@pytest.mark.parametrize(("answer", "name"), [(errno.EALREADY, "EALREADY"), (9999, "9999")])
def test_any_other_answer_is_told(answer: int, name: str) -> None:
    with pytest.raises(ActivationError, match=f"^launchd did not hand over the socket 'Listener': {name}$"):
        take_listening_socket(FakeLibSystem(answer=answer))


def test_an_empty_answer_is_no_socket() -> None:
    assert take_listening_socket(FakeLibSystem()) is None


def test_elsewhere_than_on_macos_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert take_listening_socket() is None
