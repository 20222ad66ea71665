"""A sound server of the test's own, and a recorder of what it plays.

    with PulseServer() as server:
        subprocess.run([...], env={**os.environ, **server.env})      # plays into the server's sink
        with Recorder(server) as recorder: ...

The sink makes no sound and paces like a loudspeaker. It has the engine's own format (24 kHz, mono, int16), so what
comes out at its monitor is bit for bit what went in.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from rig.counter import Pcm

PROGRAMS = ("pulseaudio", "pactl", "parec")

ASOUND_CONF = """\
pcm.!default { type pulse  hint { show on description "default" } }
ctl.!default { type pulse }
pcm.pulse { type pulse  hint { show on description "pulse" } }
"""
"""All that ALSA, and so PortAudio, sees: the server under its two usual names."""


def missing_programs() -> list[str]:
    """Those of PROGRAMS that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class PulseServer:
    """A private PulseAudio with one null sink. Not for two threads at once."""

    def __init__(self, *, sink: str = "tts", rate_hz: int = 24_000, channels: int = 1, rewinds: bool = False) -> None:
        """Args:
        rewinds: whether the sink takes back what it has rendered when a stream starts, as a sound card's does. Then
            the first milliseconds of a stream on an idle sink are missing from the *recording* (not from the sound):
            the recorder has been sent the block already.
        """
        self.sink = sink
        self.rate_hz = rate_hz
        self.channels = channels
        self.rewinds = rewinds
        self._folder = Path(tempfile.mkdtemp(prefix="utterd-pulse-", dir="/tmp"))  # short: a socket path is in it
        self._socket = self._folder / "native"
        self._process: subprocess.Popen[bytes] | None = None
        (self._folder / "asound.conf").write_text(ASOUND_CONF)

    @property
    def env(self) -> dict[str, str]:
        """What leads a program to this server. PortAudio reads it when it is initialised."""
        return {
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_COOKIE": str(self._folder / "cookie"),
            "PULSE_RUNTIME_PATH": str(self._folder / "pulse"),
            "PULSE_STATE_PATH": str(self._folder / "state"),
            "ALSA_CONFIG_PATH": str(self._folder / "asound.conf"),
        }

    @property
    def monitor(self) -> str:
        return f"{self.sink}.monitor"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Start it; returns when it answers."""
        command = [
            "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no",
            "--high-priority=no", "--log-level=error", f"--log-target=file:{self._folder}/log",
            "-L", f"module-null-sink {self._sink_arguments()}",
            "-L", f"module-native-protocol-unix socket={self._socket} auth-anonymous=1",  # last: then all is there
        ]  # fmt: skip
        env = {**os.environ, **self.env, "HOME": str(self._folder), "XDG_RUNTIME_DIR": str(self._folder)}
        env["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"
        self._process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait_until_it_listens()
        return self

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it and remove its folder."""
        self._end(signal.SIGTERM)
        shutil.rmtree(self._folder, ignore_errors=True)

    def remove_sink(self) -> None:
        """As when the only loudspeaker is unplugged."""
        self.pactl("unload-module", "module-null-sink")

    def unplug(self, sink: str) -> None:
        """Remove this one of several."""
        for line in self.pactl("list", "short", "modules").splitlines():
            index, name, *arguments = line.split("\t")
            if name == "module-null-sink" and f"sink_name={sink} " in f"{' '.join(arguments)} ":
                self.pactl("unload-module", index)

    def add_sink(self) -> None:
        self.pactl("load-module", "module-null-sink", *self._sink_arguments().split())

    def suspend_sink(self, suspended: bool = True) -> None:
        """Make the sink stop consuming, with no error to anyone."""
        self.pactl("suspend-sink", self.sink, "1" if suspended else "0")

    def pactl(self, *arguments: str) -> str:
        """Run one pactl command; its output."""
        env = {**os.environ, **self.env}
        run = subprocess.run(["pactl", *arguments], env=env, capture_output=True, text=True, timeout=10, check=True)
        return run.stdout

    def _sink_arguments(self) -> str:
        form = f"rate={self.rate_hz} channels={self.channels} format=s16le"
        return f"sink_name={self.sink} {form} norewinds={int(not self.rewinds)}"

    def _wait_until_it_listens(self) -> None:
        assert self._process is not None
        give_up_at = time.monotonic() + 10
        while not _accepts(self._socket):
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                log = self._folder / "log"
                raise RuntimeError("pulseaudio did not start: " + (log.read_text() if log.exists() else "no log"))
            time.sleep(0.005)

    def _end(self, sign: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(sign)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        self._socket.unlink(missing_ok=True)  # a stale one would keep the next from listening

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


class Recorder:
    """Records what the server's sink plays, from `start()` to `stop()`; a thread of its own reads it."""

    def __init__(self, server: PulseServer, *, latency_ms: int = 5) -> None:
        """Args:
        latency_ms: also the size of the blocks in which the sink works. 5 to measure delays, 20 on a loaded machine.
        """
        self.rate_hz = server.rate_hz
        self._command = [
            "parec", "--raw", "--format=s16le", f"--rate={server.rate_hz}", "--channels=1",
            f"--device={server.monitor}", f"--latency-msec={latency_ms}", f"--process-time-msec={latency_ms}",
        ]  # fmt: skip
        self._env = {**os.environ, **server.env}
        self._changed = threading.Condition()
        self._chunks: list[bytes] = []
        self._frames = 0
        self._silent_since = 0
        """Frames up to and with the last one that is not zero."""
        self._sample_zero_s = float("inf")
        self._has_ended = False

    def start(self) -> Self:
        """Returns when the first frames have been recorded."""
        self._process = subprocess.Popen(
            self._command, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        self._thread = threading.Thread(target=self._read, name="recorder", daemon=True)
        self._thread.start()
        self._wait(lambda: self._frames > 0, timeout_s=5)
        return self

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def frames(self) -> int:
        """Recorded so far."""
        return self._frames

    def audio(self, start: int = 0) -> Pcm:
        """All that was recorded, from frame `start` on. Mono int16."""
        with self._changed:
            data = b"".join(self._chunks)
        return np.frombuffer(data, np.int16)[start:]

    def time_of(self, frame: int) -> float:
        """When `frame` left the sink, in seconds of `time.monotonic()`.

        From the quickest of all deliveries, so it is late by the least transport there was: about a block.
        """
        return self._sample_zero_s + frame / self.rate_hz

    def wait_for_silence(self, duration_ms: float = 150, *, after_frame: int = 0, timeout_s: float = 30) -> None:
        """Return when sound has been heard after `after_frame`, and then nothing for so long.

        Raises:
            TimeoutError: that did not happen in time.
        """
        silence = round(duration_ms * self.rate_hz / 1000)
        self._wait(lambda: self._silent_since > after_frame and self._frames - self._silent_since >= silence, timeout_s)

    def wait_for_sound(self, *, after_frame: int = 0, timeout_s: float = 30) -> None:
        """Return when something has been heard after `after_frame`."""
        self._wait(lambda: self._silent_since > after_frame, timeout_s)

    def _wait(self, condition: Callable[[], bool], timeout_s: float) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: condition() or self._has_ended, timeout_s) or not condition():
                raise TimeoutError(f"not heard within {timeout_s} s: {self._frames} frames recorded")

    def _read(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        while data := os.read(self._process.stdout.fileno(), 65_536):
            now_s = time.monotonic()
            data = rest + data
            whole = len(data) // 2 * 2
            rest = data[whole:]
            self._add(data[:whole], now_s)
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def _add(self, data: bytes, now_s: float) -> None:
        sounding = np.flatnonzero(np.frombuffer(data, np.int16))
        with self._changed:
            if len(sounding):
                self._silent_since = self._frames + int(sounding[-1]) + 1
            self._chunks.append(data)
            self._frames += len(data) // 2
            self._sample_zero_s = min(self._sample_zero_s, now_s - self._frames / self.rate_hz)
            self._changed.notify_all()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
