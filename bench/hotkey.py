"""Hotkeys: a real key event on a real X server → the first audible sample; pressed again → silence. And the helper.

`utterd hotkeys run` serves the keys of an Xvfb; the keys come by XTEST, timed from just before they are sent; xclip
owns the selection, a new text each time. The loudspeaker is a null sink of PulseAudio in blocks of 5 ms, whose monitor
is recorded: a recorded frame's time (CLOCK_MONOTONIC, as the key's) is late by a block at most. Audible is what is
above -50 dBFS; silence is what is zero. The second press comes at a random time of the first second; where it met a
pause of the speech, it does not count.

`helper_ms` and `command_ms` are processes from their start to their end, as a desktop starts them at each press:
utterd-key, the helper in C, and `utterd selection`, which is Python. Each has a text spoken, and then stopped.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rig.pulse import Recorder
from rig.x11 import Screen, missing_programs
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

from bench.heard import heard_daemon, unheard
from bench.texts import document
from tests.running_daemon import RunningDaemon
from utterd.client.hotkeys.helper import compile_helper

_TARGET_HEARD_MS = 120.0
_TARGET_SILENT_MS = 60.0
_TARGET_HELPER_MS = 10.0
_AUDIBLE = 10 ** (-50 / 20) * 32_768
_CHARACTERS = 1_000
_WINDOW_S = 0.3
_QUIET_S = 0.15
_UTTERD = str(Path(sys.executable).with_name("utterd"))


def measure(count: int = 30) -> dict[str, Any]:
    """Milliseconds."""
    if missing := missing_programs():
        return {"not_measured": f"not installed: {', '.join(missing)} (tests/rig/install.sh)"}
    if reason := unheard():
        return reason
    with heard_daemon() as (daemon, recorder), Screen() as screen, _Keyboard(screen) as keyboard:
        _start_agent(screen, daemon)
        presses = [_press_twice(screen, keyboard, recorder, number) for number in range(count + 1)][1:]
        helper, command = _processes(screen, daemon, count)
    heard = [heard_ms for heard_ms, _ in presses]
    silent = [silent_ms for _, silent_ms in presses if silent_ms is not None]
    figures = {"heard_ms": _spread(heard), "silent_ms": _spread(silent), "helper_ms": helper, "command_ms": command}
    return {
        **figures,
        "load": [round(load, 1) for load in os.getloadavg()],
        "reached": figures["heard_ms"]["median"] <= _TARGET_HEARD_MS
        and figures["silent_ms"]["median"] <= _TARGET_SILENT_MS
        and helper.get("median", 0.0) <= _TARGET_HELPER_MS,
    }


class _Keyboard:
    """Sends Ctrl+Alt+S from this process, so that no other one's start is measured."""

    def __init__(self, screen: Screen) -> None:
        self._display = Display(screen.name)
        self._keys = [
            self._display.keysym_to_keycode(XK.string_to_keysym(name)) for name in ("Control_L", "Alt_L", "s")
        ]

    def __enter__(self) -> "_Keyboard":
        return self

    def __exit__(self, *_: object) -> None:
        self._display.close()

    def press(self) -> float:
        """When S went down, in seconds of the monotonic clock; the modifiers were down before."""
        control, alt, letter = self._keys
        self._send(X.KeyPress, control, alt)
        pressed_s = time.monotonic()
        self._send(X.KeyPress, letter)
        self._send(X.KeyRelease, letter, alt, control)
        return pressed_s

    def _send(self, what: int, *keys: int) -> None:
        for key in keys:
            xtest.fake_input(self._display, what, key)
        self._display.sync()


def _start_agent(screen: Screen, daemon: RunningDaemon) -> None:
    agent = screen.start(_UTTERD, "hotkeys", "run", env=daemon.environ, stdout=subprocess.PIPE)
    assert agent.stdout is not None
    if not agent.stdout.readline().startswith(b"ready"):
        raise RuntimeError("the agent did not start")


def _press_twice(screen: Screen, keyboard: _Keyboard, recorder: Recorder, number: int) -> tuple[float, float | None]:
    """Milliseconds until it was audible, and until it was silent again; None where it was silent anyway."""
    chance = random.Random(number)
    screen.select(document(_CHARACTERS, seed=number))
    pressed_s = keyboard.press()
    start = round((pressed_s - recorder.time_of(0)) * recorder.rate_hz)
    recorder.wait_for_sound(after_frame=max(start, 0))
    time.sleep(chance.uniform(0.3, 1.0))
    again_s = keyboard.press()
    recorder.wait_for_silence(1000 * _WINDOW_S, after_frame=start)
    loud = np.flatnonzero(np.abs(recorder.audio(start).astype(np.int32)) > _AUDIBLE)
    return float(loud[0]) * 1000 / recorder.rate_hz, _silence_ms(recorder, again_s)


def _silence_ms(recorder: Recorder, pressed_s: float) -> float | None:
    rate = recorder.rate_hz
    start = round((pressed_s - recorder.time_of(0)) * rate)
    sounding = np.flatnonzero(recorder.audio(start)[: round(_WINDOW_S * rate)])
    return None if not len(sounding) else float(sounding[-1] + 1) * 1000 / rate


def _processes(screen: Screen, daemon: RunningDaemon, count: int) -> tuple[dict[str, Any], dict[str, Any]]:
    environ = {**daemon.environ, **screen.env}
    screen.select(document(_CHARACTERS, seed=-1))
    with _compiled_helper() as helper:
        if helper is None:
            figures: dict[str, Any] = {"not_measured": "not installed: a C compiler"}
        else:
            figures = _spread([_process_ms([helper, "speak", "Some words."], environ) for _ in range(2 * count)])
    return figures, _spread([_process_ms([_UTTERD, "selection", "--toggle"], environ) for _ in range(2 * count)])


@contextmanager
def _compiled_helper() -> Iterator[str | None]:
    with tempfile.TemporaryDirectory() as folder:
        path = compile_helper(Path(folder) / "utterd-key")
        yield None if path is None else str(path)


def _process_ms(command: Sequence[str], environ: dict[str, str]) -> float:
    started_s = time.monotonic()
    pid = os.posix_spawn(command[0], command, environ)
    _, status = os.waitpid(pid, 0)
    if status:
        raise RuntimeError(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return (time.monotonic() - started_s) * 1000


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 1),
        "p90": round(ordered[int(np.ceil(0.9 * len(ordered))) - 1], 1),
        "max": round(ordered[-1], 1),
        "count": len(ordered),
    }
