"""Which of PortAudio's devices to speak through. Knows lists and names; opens nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from utterd.stages.output.device import DeviceUnusable
from utterd.stages.output.device_names import find_named

LINUX_PREFERENCE = ("pipewire", "pulse", "default")
"""ALSA names, best first. A sound server mixes, converts, and moves the stream when the user picks another loudspeaker;
PortAudio's own default may be an HDMI output with nothing behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A device of PortAudio that can play."""

    index: int
    """In PortAudio's list; valid until PortAudio is initialised again."""
    name: str
    default_rate_hz: int


def list_outputs(devices: Iterable[Mapping[str, Any]]) -> list[Output]:
    """Those of `sounddevice.query_devices()` that can play."""
    return [
        Output(index=device["index"], name=device["name"], default_rate_hz=round(device["default_samplerate"]))
        for device in devices
        if device["max_output_channels"] > 0
    ]


def choose(
    outputs: Sequence[Output],
    *,
    wanted: str | None = None,
    preference: Sequence[str] = (),
    default_index: int | None = None,
) -> Output:
    """The one called `wanted`, or else the best: by `preference`, then PortAudio's default, then the first.

    Raises:
        DeviceUnusable: there is none at all, or none of that name.
    """
    if not outputs:
        raise DeviceUnusable(
            "no loudspeaker was found: neither a sound server (PipeWire, PulseAudio) nor a sound card answers; "
            "use the device wav:PATH to speak into a file"
        )
    if wanted is not None:
        return outputs[find_named(wanted, [output.name for output in outputs])]
    ranked = [output for name in preference for output in outputs if output.name == name]
    ranked += [output for output in outputs if output.index == default_index]
    return [*ranked, *outputs][0]
