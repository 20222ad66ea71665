"""Anonymous shared memory: nothing to find, nothing to leak."""

import os
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from utterd.stages.memory import attach_shared_memory, create_shared_memory

SIZE = 10_000


@pytest.fixture
def descriptor() -> Iterator[int]:
    descriptor = create_shared_memory(SIZE)
    yield descriptor
    os.close(descriptor)


def test_it_begins_as_zeros_and_is_large_enough(descriptor):
    with attach_shared_memory(descriptor, SIZE) as memory:
        assert memory[:] == bytes(SIZE)


def test_two_mappings_are_one_memory(descriptor):
    with attach_shared_memory(descriptor, SIZE) as one, attach_shared_memory(descriptor, SIZE) as other:
        one[SIZE - 1] = 7
        assert other[SIZE - 1] == 7


def test_a_child_has_it_only_if_it_is_handed_over(descriptor):
    script = f"import os; os.pwrite({descriptor}, b'hello', 0)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode != 0
    subprocess.run([sys.executable, "-c", script], pass_fds=[descriptor], check=True)
    with attach_shared_memory(descriptor, SIZE) as memory:
        assert memory[:5] == b"hello"


class FakePosixShm:
    """As macOS has it: named, and to be unlinked."""

    def __init__(self, descriptor: int) -> None:
        self.calls: list[tuple[str, str]] = []
        self._descriptor = descriptor

    def shm_open(self, name: str, flags: int, mode: int) -> int:
        assert flags & os.O_EXCL, "else somebody's own could be taken for ours"
        assert mode == 0o600
        self.calls.append(("open", name))
        return self._descriptor

    def shm_unlink(self, name: str) -> None:
        self.calls.append(("unlink", name))


def test_where_memory_needs_a_name_it_loses_it_at_once(descriptor, monkeypatch):
    fake = FakePosixShm(os.dup(descriptor))
    monkeypatch.setattr("utterd.stages.memory.sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setitem(sys.modules, "_posixshmem", fake)
    os.close(create_shared_memory(SIZE))
    (opened, name), unlinked = fake.calls
    assert (opened, unlinked) == ("open", ("unlink", name))
    assert len(name) <= 31, "more than macOS allows"


def test_a_size_that_cannot_be_had_leaks_no_descriptor():
    before = set(os.listdir("/dev/fd"))
    with pytest.raises((OSError, OverflowError)):
        create_shared_memory(-1)
    assert set(os.listdir("/dev/fd")) == before
