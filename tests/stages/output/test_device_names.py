import pytest

from utterd.stages.output.device import DeviceUnusable
from utterd.stages.output.device_names import find_named

NAMES = ["alsa_output.pci.analog", "bluez_sink.00_11.a2dp", "bluez_sink.00_12.a2dp"]
DESCRIPTIONS = ["Built-in Audio", "AirPods", "Kitchen"]


@pytest.mark.parametrize(
    ("wanted", "index"), [("bluez_sink.00_12.a2dp", 2), ("00_11", 1), ("airpods", 1), ("built-in", 0)]
)
def test_a_name_or_a_part_of_it_or_of_its_description_will_do(wanted: str, index: int) -> None:
    assert find_named(wanted, NAMES, DESCRIPTIONS) == index


def test_a_whole_name_goes_before_those_it_is_a_part_of() -> None:
    assert find_named("USB", ["USB 2", "USB"]) == 1


def test_what_is_ambiguous_or_unknown_is_refused_with_the_names() -> None:
    with pytest.raises(DeviceUnusable, match=r"several output devices match 'bluez': 'bluez_sink.00_11.a2dp', "):
        find_named("bluez", NAMES, DESCRIPTIONS)
    with pytest.raises(DeviceUnusable, match="no output device is called 'radio'; there is 'alsa_output"):
        find_named("radio", NAMES, DESCRIPTIONS)
    with pytest.raises(DeviceUnusable, match="there is none"):
        find_named("radio", [])
