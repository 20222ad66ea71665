import pytest
from rig.fake_sounddevice import card

from utterd.stages.output.device import DeviceUnusable
from utterd.stages.output.portaudio_choice import LINUX_PREFERENCE, Output, choose, list_outputs


def outputs(*names: str) -> list[Output]:
    return list_outputs({**card(name), "index": index} for index, name in enumerate(names))


def test_microphones_are_left_out() -> None:
    listed = list_outputs([{**card("mic", channels=0), "index": 0}, {**card("speaker"), "index": 1}])
    assert listed == [Output(index=1, name="speaker", default_rate_hz=48_000)]


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("HDMI", "default", "pulse", "pipewire"), "pipewire"),
        (("HDMI", "default", "pulse"), "pulse"),
        (("HDMI", "default"), "default"),
        (("HDMI", "Analog"), "Analog"),
    ],
)
def test_a_sound_server_comes_before_portaudios_default(names: tuple[str, ...], chosen: str) -> None:
    assert choose(outputs(*names), preference=LINUX_PREFERENCE, default_index=1).name == chosen


def test_without_a_default_the_first_one_speaks() -> None:
    assert choose(outputs("HDMI", "Analog"), default_index=None).name == "HDMI"


def test_a_wanted_device_is_found_by_its_name_or_a_part_of_it() -> None:
    listed = outputs("USB Audio", "USB Audio 2", "Built-in Output")
    assert choose(listed, wanted="USB Audio", preference=["Built-in Output"]).index == 0
    assert choose(listed, wanted="built-in").index == 2


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("USB", "several output devices match 'USB': 'USB Audio', 'USB Audio 2'; say which"),
        (
            "Built-im Output",
            "no output device is called 'Built-im Output'; did you mean 'Built-in Output'? there is",
        ),
        ("zzz", "no output device is called 'zzz'; there is 'USB Audio', 'USB Audio 2', 'Built-in Output'"),
    ],
)
def test_a_wanted_device_that_is_not_there_is_refused_with_the_list(wanted: str, sentence: str) -> None:
    with pytest.raises(DeviceUnusable) as caught:
        choose(outputs("USB Audio", "USB Audio 2", "Built-in Output"), wanted=wanted)
    assert sentence in str(caught.value)


def test_no_loudspeaker_at_all_is_said_with_a_way_out() -> None:
    with pytest.raises(DeviceUnusable, match=r"no loudspeaker was found: .* use the device wav:PATH"):
        choose([], wanted="anything")
