"""A screen of the test's own: Xvfb, with real key events and clicks by xdotool, and a real terminal to select in.

with Screen() as screen:
    with screen.terminal("Words to select.") as terminal:
        terminal.select()
    screen.press("ctrl+alt+s")
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from waiting import wait_until
from Xlib import Xatom
from Xlib.display import Display

PROGRAMS = ("Xvfb", "xdotool", "setxkbmap", "xterm", "xclip")

_SHOW = 'printf %s "$WORDS"; exec sleep 3600'
"""What runs in the terminal."""


def missing_programs() -> list[str]:
    """Those of PROGRAMS that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class Screen:
    """An X server without a screen, ended at the end of a `with` block and all its programs with it."""

    def __init__(self) -> None:
        self.name = ""
        """`:7`; DISPLAY of the programs that are to be on it."""
        self._server: subprocess.Popen[bytes] | None = None
        self._programs: list[subprocess.Popen[bytes]] = []

    @property
    def env(self) -> dict[str, str]:
        """What leads a program to this screen, on top of its own environment."""
        return {"DISPLAY": self.name, "WAYLAND_DISPLAY": "", "XAUTHORITY": ""}

    def __enter__(self) -> Self:
        read_end, write_end = os.pipe()
        command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"]
        quiet = subprocess.DEVNULL
        self._server = subprocess.Popen(command, pass_fds=[write_end], stdout=quiet, stderr=quiet)
        os.close(write_end)
        with os.fdopen(read_end) as line:
            number = line.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.name = f":{number}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in self._programs:
            _end(program)
        self.end()

    def end(self) -> None:
        """As when the session ends, or the server crashes."""
        if self._server:
            _end(self._server)
            self._server = None

    def press(self, keys: str) -> None:
        """Press and release real keys: `ctrl+alt+s`, in X's names."""
        self.run("xdotool", "key", keys)

    def hold(self, *keys: str) -> None:
        """Press them, one by one, and keep them down."""
        self.run("xdotool", *(word for key in keys for word in ("keydown", key)))

    def let_go(self, *keys: str) -> None:
        self.run("xdotool", *(word for key in keys for word in ("keyup", key)))

    def set_layout(self, layout: str) -> None:
        """`de`, `us,ru`."""
        self.run("setxkbmap", layout)

    def select(self, text: str) -> "subprocess.Popen[bytes]":
        """Have xclip own PRIMARY with this text; ends when another program takes it over."""
        return self.select_bytes(text.encode())

    def select_bytes(self, data: bytes, target: str = "UTF8_STRING") -> "subprocess.Popen[bytes]":
        before = self._owner()
        command = ["xclip", "-quiet", "-in", "-selection", "primary", "-target", target]
        owner = self.start(*command, stdin=subprocess.PIPE)
        assert owner.stdin is not None
        owner.stdin.write(data)
        owner.stdin.close()
        wait_until(lambda: self._owner() not in (0, before), what="xclip to own the selection")
        return owner

    def _owner(self) -> int:
        """The window that owns PRIMARY; 0 if none does."""
        connection = Display(self.name)
        try:
            owner = connection.get_selection_owner(Xatom.PRIMARY)
            return int(getattr(owner, "id", owner))
        finally:
            connection.close()

    @contextmanager
    def terminal(self, words: str) -> Iterator["Terminal"]:
        """An xterm with these words on its first line."""
        program = self.start("xterm", "-e", "sh", "-c", _SHOW, env={"WORDS": words})
        try:
            window = self.run("xdotool", "search", "--sync", "--onlyvisible", "--class", "xterm").split()[-1]
            yield Terminal(self, window, words)
        finally:
            _end(program)

    def selection(self) -> str:
        """What is selected, by another program than ours."""
        command = ["xclip", "-out", "-selection", "primary"]
        return subprocess.run(command, env={**os.environ, **self.env}, capture_output=True, text=True).stdout

    def start(self, *command: str, env: Mapping[str, str] | None = None, **more: Any) -> "subprocess.Popen[bytes]":
        """A program on this screen."""
        options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **more}
        program = subprocess.Popen(command, env={**os.environ, **self.env, **(env or {})}, **options)
        self._programs.append(program)
        return program

    def run(self, *command: str) -> str:
        """A program on this screen, to its end; what it printed."""
        env = {**os.environ, **self.env}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout


class Terminal:
    def __init__(self, screen: Screen, window: str, words: str) -> None:
        self._screen = screen
        self._window = window
        self._words = words

    def select(self) -> None:
        """Triple-click the line, as a person does; returns when the words are selected."""
        wait_until(self._click, what="the words in the terminal")

    def _click(self) -> bool:
        self._screen.run("xdotool", "mousemove", "--window", self._window, "20", "10", "click", "--repeat", "3", "1")
        return self._screen.selection().strip() == self._words


def _end(program: "subprocess.Popen[bytes]") -> None:
    if program.poll() is None:
        program.send_signal(signal.SIGTERM)
    try:
        program.wait(5)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
    for stream in (program.stdin, program.stdout, program.stderr):
        if stream:
            stream.close()
