"""carbon.py against a real C library with the functions of Apple's headers: the calls arrive as they were meant."""

import ctypes
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from utterd.client.hotkeys.bindings import Action, Binding
from utterd.client.hotkeys.macos import carbon
from utterd.client.selection.macos_frameworks import MacFrameworks

SOURCE = Path(__file__).parents[3] / "rig" / "carbon.c"


class Library:
    """A compiled library, as `MacFrameworks` wants its frameworks."""

    def __init__(self, path: Path) -> None:
        self.c = ctypes.CDLL(str(path))

    def __getitem__(self, name: str) -> Any:
        return self.c[name]

    def address(self, name: str) -> int:
        return ctypes.addressof(ctypes.c_ubyte.in_dll(self.c, name))

    def number(self, name: str) -> int:
        return ctypes.c_int.in_dll(self.c, name).value


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        pytest.skip("there is no C compiler")
    made = tmp_path / "carbon.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-Wall", "-o", made, SOURCE], check=True, timeout=60)
    interrupts = signal.getsignal(signal.SIGINT)
    yield Library(made)
    signal.signal(signal.SIGINT, interrupts)


def test_keys_are_registered_and_their_presses_come_back(library: Library) -> None:
    actions: list[Action] = []
    bindings = [Binding(Action.SPEAK, "ctrl+alt+s"), Binding(Action.STOP, "super+shift+f5")]
    carbon.run(bindings, actions.append, frameworks=MacFrameworks(library))
    assert actions == [Action.STOP, Action.SPEAK]
    registered = (ctypes.c_uint32 * 4).in_dll(library.c, "registered")
    assert list(registered) == [0x01, 0x1800, 0x60, 0x0300]
    assert library.number("policy") == 1
    assert library.number("wrong") == 0
