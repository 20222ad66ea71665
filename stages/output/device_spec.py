"""Device specs as users write them: `auto`, `pulse[:SINK]`, `portaudio[:NAME]`, `null`, `wav:PATH`."""

import difflib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from utterd.stages.output.device import AudioDevice, BadDeviceSpec, DeviceUnusable

Kind = Literal["auto", "pulse", "portaudio", "null", "wav"]

_KINDS: tuple[str, ...] = get_args(Kind)
_FORMS = "auto, pulse, pulse:SINK, portaudio, portaudio:NAME, null or wav:PATH"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSpec:
    """A device as asked for; whether it exists is another question."""

    kind: Kind
    argument: str | None = None
    """The name of the sink or of PortAudio's device, or a part of it, or the path of the WAV file."""

    def make(self, *, append: bool = False) -> AudioDevice:
        """See `make_device`."""
        if self.kind == "null":
            from utterd.stages.output.null import NullDevice

            return NullDevice()
        if self.kind == "wav":
            from utterd.stages.output.wav import WavDevice

            assert self.argument is not None, "parse_device_spec has seen to it"
            return WavDevice(Path(self.argument), append=append)
        if self.kind == "pulse":
            from utterd.stages.output.pulse import PulseDevice

            return PulseDevice(self.argument)
        if self.kind == "auto" and (device := _answering_server()):
            return device
        from utterd.stages.output.portaudio import PortAudioDevice

        portaudio = PortAudioDevice(self.argument)
        if self.kind == "auto":
            portaudio.check_usable()
        return portaudio


def _answering_server() -> AudioDevice | None:
    """The sound server of a Linux desktop, if one answers.

    Raises:
        ServerSilent: one is there and does not answer.
    """
    if not sys.platform.startswith("linux"):
        return None
    from utterd.stages.output.pulse import PulseDevice, ServerSilent

    device = PulseDevice()
    try:
        device.check_usable()
    except ServerSilent:
        raise
    except DeviceUnusable:
        return None
    return device


def parse_device_spec(spec: str) -> DeviceSpec:
    """Read a spec; opens and looks for nothing.

    Raises:
        BadDeviceSpec: with a guess at what was meant.
    """
    kind, colon, argument = spec.partition(":")
    if kind not in _KINDS:
        guess = difflib.get_close_matches(kind.lower(), _KINDS, n=1)
        hint = f"did you mean {guess[0] + colon + argument!r}? " if guess else ""
        raise BadDeviceSpec(f"there is no output device {spec!r}; {hint}use {_FORMS}")
    if kind == "wav" and not argument:
        raise BadDeviceSpec("the output device 'wav' needs a file: wav:PATH")
    if colon and not argument:
        raise BadDeviceSpec(f"the output device {spec!r} ends in a colon; use {_FORMS}")
    if argument and kind in ("auto", "null"):
        raise BadDeviceSpec(f"the output device {kind!r} takes nothing behind a colon; use {_FORMS}")
    return DeviceSpec(kind=cast("Kind", kind), argument=argument or None)
