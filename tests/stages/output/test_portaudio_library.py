import sys
from types import ModuleType

import pytest
from rig.fake_sounddevice import FakePortAudioError, FakeSoundDevice, card

from utterd.stages.output.device import DeviceUnusable
from utterd.stages.output.portaudio_library import load_sounddevice, reinitialise, sentence_of


class Failing:
    """An import hook: the module's loading ends in an exception."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> None:
        if name == "sounddevice":
            raise self._error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            ImportError("No module named 'sounddevice'"),
            "install it with: pip install sounddevice",
        ),
        (OSError("PortAudio library not found"), "the PortAudio library is missing; "),
        (FakePortAudioError("Error initializing PortAudio", -9999), "PortAudio does not start: "),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Failing(error), *sys.meta_path])
    with pytest.raises(DeviceUnusable) as caught:
        load_sounddevice()
    assert sentence in str(caught.value)


@pytest.mark.parametrize(("platform", "package"), [("linux", "libportaudio2"), ("darwin", "sounddevice")])
def test_the_package_to_install_is_the_platforms(monkeypatch: pytest.MonkeyPatch, platform: str, package: str) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Failing(OSError("PortAudio library not found")), *sys.meta_path])
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(DeviceUnusable, match=package):
        load_sounddevice()


def test_a_second_initialisation_sees_what_was_plugged_in_since() -> None:
    sounddevice = FakeSoundDevice()
    sounddevice.plugged.append(card("Headphones"))
    assert sounddevice.query_devices() == []
    reinitialise(sounddevice)
    assert [entry["name"] for entry in sounddevice.query_devices()] == ["Headphones"]


def test_an_initialisation_that_fails_is_unusable_and_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sounddevice = FakeSoundDevice(card("pulse"))

    def fail() -> None:
        raise FakePortAudioError("Error initializing PortAudio", -9999)

    with monkeypatch.context() as patch:
        patch.setattr(sounddevice, "_initialize", fail)
        with pytest.raises(DeviceUnusable, match="PortAudio does not start again: Error initializing PortAudio"):
            reinitialise(sounddevice)
    reinitialise(sounddevice)
    assert sounddevice.query_devices()


def test_errors_are_said_without_their_codes() -> None:
    assert (
        sentence_of(FakePortAudioError("Unanticipated host error", -9999, (-9979, 0, ""))) == "Unanticipated host error"
    )
    assert sentence_of(FakePortAudioError()) == "FakePortAudioError"
