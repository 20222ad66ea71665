"""AudioDevice: a loudspeaker as verbs, and what each of them promises.

                 ┌────────────── close ◀──────────────┐
                 ▼                                    │
    CLOSED ──open──▶ STOPPED ──start──▶ STARTED ──stop──▶ STOPPED
                                           │  ▲
                     the device goes away  ▼  │ recover
                                          LOST

One thread, the *writing thread*, calls the verbs; only what is marked so is safe from any thread. A device is meant to
be left STARTED with nothing written between utterances: the loudspeaker is silent then, and the next block is heard at
once, where feeding it silence would put a full buffer in front.

What is between two writes is up to the caller: a device never invents a fade, it drops and plays frames.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

from utterd.stages.chunks import SAMPLE_RATE_HZ

if TYPE_CHECKING:  # the daemon reads device specs, and is to stay without numpy
    from utterd.stages.pcm import PcmInt16

BUFFER_S = 0.05
"""How much a device holds ahead of the loudspeaker.

Measured with other programs on all cores: 50 ms never ran dry, 20 ms and less did.
"""

BLOCK_FRAMES = SAMPLE_RATE_HZ // 100
"""10 ms: what a device hands over in one go, so that no call into it blocks for long and a stop is never far."""


class DeviceError(Exception):
    """A device does not do what was asked; the message is a sentence for the user."""


class DeviceUnusable(DeviceError):
    """No such device, or it cannot be opened. Another one may do; so may this one, later."""


class DeviceLost(DeviceError):
    """The device was playing and went away, or stopped consuming. `recover()` may bring it back."""


class BadDeviceSpec(DeviceError):
    """Not a device spec; the message says what is."""


class DeviceMisused(Exception):
    """A verb was called in a state it does not belong to: a bug of ours, never the user's trouble."""


class DeviceState(StrEnum):
    CLOSED = "closed"
    """Nothing is held."""
    STOPPED = "stopped"
    """Opened and silent; the system may sleep."""
    STARTED = "started"
    """Plays what is written."""
    LOST = "lost"
    """Gone while in use. What was buffered is gone with it."""


Verb = Literal["open", "start", "write", "take_back", "drain", "stop", "recover", "close"]

_CLOSED, _STOPPED, _STARTED, _LOST = DeviceState

TRANSITIONS: dict[Verb, dict[DeviceState, DeviceState]] = {
    "open": {_CLOSED: _STOPPED},
    "start": {_STOPPED: _STARTED, _STARTED: _STARTED},
    "write": {_STARTED: _STARTED},
    "take_back": {_STOPPED: _STOPPED, _STARTED: _STARTED, _LOST: _LOST},
    "drain": {_STOPPED: _STOPPED, _STARTED: _STARTED},
    "stop": {_STOPPED: _STOPPED, _STARTED: _STOPPED, _LOST: _LOST},
    "recover": {_STOPPED: _STARTED, _STARTED: _STARTED, _LOST: _STARTED},
    "close": {_CLOSED: _CLOSED, _STOPPED: _CLOSED, _STARTED: _CLOSED, _LOST: _CLOSED},
}
"""Verb → state → state after it."""


def next_state(verb: Verb, state: DeviceState) -> DeviceState:
    """The state after `verb`.

    Raises:
        DeviceLost: the device is LOST, and the verb needs it.
        DeviceMisused: the verb does not belong here.
    """
    after = TRANSITIONS[verb].get(state)
    if after is not None:
        return after
    if state is DeviceState.LOST:
        raise DeviceLost("the output device went away; it has to be recovered first")
    raise DeviceMisused(f"{verb}() on a device that is {state}")


def make_device(spec: str, *, append: bool = False) -> "AudioDevice":
    """The device of a spec (see `device_spec`), CLOSED.

    Args:
        append: a WAV file is continued, not begun anew: for a stage that was restarted.

    Raises:
        BadDeviceSpec: not a spec.
        DeviceUnusable: `auto`, and there is no loudspeaker. The others say so when they are opened.
    """
    # Imported here: these modules import this one, and who writes a file should not have to wait for PortAudio.
    from utterd.stages.output.device_spec import parse_device_spec

    return parse_device_spec(spec).make(append=append)


End = Callable[[int], "PcmInt16"]
"""See `AudioDevice.take_back`."""


class AudioDevice(Protocol):
    """A loudspeaker that takes mono int16 at the rate it was opened with.

    Every verb of the writing thread may raise DeviceLost, after which the state is LOST.
    """

    @property
    def name(self) -> str:
        """What users see in `status`; a device spec that finds this very device again. Any thread."""

    @property
    def state(self) -> DeviceState:
        """Any thread."""

    @property
    def keeps_written(self) -> bool:
        """What was written stays, taken back or not, and whoever dies: a file. Any thread."""

    @property
    def queued_frames(self) -> int:
        """Written, and still in the device's buffer, as well as can be told without asking: what can be taken back.

        0: the buffer has run dry. Writing thread only; does not block.
        """

    @property
    def latency_frames(self) -> int:
        """A frame written now is heard at most so much later: `queued_frames` and what lies behind the buffer.

        Never 0 on a real device, even when it has run dry. Writing thread only; does not block.
        """

    @property
    def underflows(self) -> int:
        """How often the buffer had run dry before more was written, since the device was made or opened.

        Only grows while the device is open; pauses between utterances count too. A device tells of one within a few
        writes; one that cannot tell stays at 0, as PortAudio does on ALSA's sound server. Writing thread only.
        """

    @property
    def write_started_at_ns(self) -> int | None:
        """Since when (CLOCK_MONOTONIC) a write has been waiting for the device; None while none does. Any thread.

        A healthy device takes a block within the length of its buffer. One that sleeps or was unplugged may never take
        it, with no error and no time-out: whoever watches this calls `interrupt()`.
        """

    def open(self, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        """Find the device and make it ready: CLOSED → STOPPED. May take a second.

        Raises:
            DeviceUnusable: with the reason and what to do.
        """

    def start(self) -> None:
        """Let it play what is written from now on. Milliseconds; nothing if it is STARTED already."""

    def write(self, block: "PcmInt16") -> None:
        """Queue `block`, of any length. Blocks until the device's own buffer has room for the end of it.

        A device may hold a first piece shorter than its period (some 10 ms) back until more is written or `drain()`.
        """

    def take_back(self, end: "End") -> int:
        """Replace what was written and will not be heard any more, as early as can be; the next write goes behind it.

        The device stays STARTED; on one that is not, nothing is buffered, and nothing happens.

        Args:
            end: told how many frames will not be heard, 0 or more, gives the sound that is played in their place: a
                fade. It may be asked again with a smaller number; the last answer counts.

        Returns:
            The number it was asked with last. Exact, but for PortAudio, which drops all it holds and estimates what
            that was: up to 7 ms wrong.
        """

    def drain(self) -> None:
        """Return when everything written has been heard. The device stays STARTED; it may hold a rest of silence."""

    def stop(self) -> None:
        """Fall silent and let the system sleep; the device stays open. Drops what is buffered: drain first."""

    def recover(self) -> None:
        """Bring the device back after a DeviceLost, from whatever is left of it: → STARTED and empty.

        Raises:
            DeviceUnusable: not yet; it stays LOST, try again later.
        """

    def close(self) -> None:
        """Let go of everything, in any state. Never raises."""

    def interrupt(self) -> None:
        """Make a write that waits for the device give up with DeviceLost. Any thread; never raises, never blocks."""
