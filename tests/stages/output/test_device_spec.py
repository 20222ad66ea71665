from pathlib import Path

import pytest

from utterd.stages.output.device import BadDeviceSpec, DeviceError, make_device
from utterd.stages.output.device_spec import DeviceSpec, parse_device_spec
from utterd.stages.output.null import NullDevice
from utterd.stages.output.portaudio import PortAudioDevice
from utterd.stages.output.pulse import PulseDevice
from utterd.stages.output.wav import WavDevice


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("auto", DeviceSpec(kind="auto")),
        ("null", DeviceSpec(kind="null")),
        ("pulse", DeviceSpec(kind="pulse")),
        ("pulse:alsa_output.pci-0000_00_1f.3", DeviceSpec(kind="pulse", argument="alsa_output.pci-0000_00_1f.3")),
        ("portaudio", DeviceSpec(kind="portaudio")),
        ("portaudio:HDA Intel: ALC (hw:0,0)", DeviceSpec(kind="portaudio", argument="HDA Intel: ALC (hw:0,0)")),
        ("wav:/tmp/a:b.wav", DeviceSpec(kind="wav", argument="/tmp/a:b.wav")),
    ],
)
def test_specs_are_read(spec: str, expected: DeviceSpec) -> None:
    assert parse_device_spec(spec) == expected


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (
            "nul",
            "there is no output device 'nul'; did you mean 'null'? use auto, pulse, pulse:SINK, portaudio,",
        ),
        ("WAV:x.wav", "did you mean 'wav:x.wav'?"),
        ("port-audio:pulse", "did you mean 'portaudio:pulse'?"),
        ("speaker of my cat", "there is no output device 'speaker of my cat'; use auto"),
        ("", "there is no output device ''; use auto"),
        ("wav", "'wav' needs a file: wav:PATH"),
        ("wav:", "'wav' needs a file: wav:PATH"),
        ("portaudio:", "ends in a colon"),
        ("pulse:", "ends in a colon"),
        ("null:", "ends in a colon"),
        ("null:x", "'null' takes nothing behind a colon"),
    ],
)
def test_what_is_no_spec_is_refused_with_a_guess(spec: str, sentence: str) -> None:
    with pytest.raises(BadDeviceSpec) as caught:
        parse_device_spec(spec)
    assert sentence in str(caught.value)
    assert isinstance(caught.value, DeviceError)


def test_devices_are_made_closed_and_carry_their_spec_as_name(tmp_path: Path) -> None:
    assert isinstance(make_device("null"), NullDevice)
    assert isinstance(make_device("portaudio:pulse"), PortAudioDevice)
    assert isinstance(make_device("pulse"), PulseDevice)
    assert isinstance(make_device(f"wav:{tmp_path}/x.wav"), WavDevice)
    for spec in ("null", "pulse", "pulse:tts", "portaudio", "portaudio:pulse", f"wav:{tmp_path}/x.wav"):
        device = make_device(spec)
        assert device.name == spec
        assert device.state == "closed"
    assert not list(tmp_path.iterdir())
