"""Log-mel spectra say what sounds where, how loud and when."""

import numpy as np
import pytest

from utterd.stages.models.tuning.spectrum import HOP, log_mel

RATE = 24_000


def tone(hz: float, *, amplitude: float = 0.5, samples: int = RATE) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(samples) / RATE)).astype(np.float32)


def test_a_frame_is_300_samples():
    assert log_mel(tone(440, samples=10 * HOP)).shape == (10, 80)
    assert log_mel(tone(440, samples=10 * HOP + HOP - 1)).shape == (10, 80)
    assert log_mel(np.zeros(0, np.float32)).shape == (0, 80)


def test_a_minute_is_the_same_as_its_parts():
    sound = np.random.default_rng(0).standard_normal(60 * RATE).astype(np.float32)
    whole, part = log_mel(sound), log_mel(sound[50 * RATE :])
    assert whole[50 * 80 + 2 :] == pytest.approx(part[2:], abs=1e-3)


@pytest.mark.parametrize("hz", [150, 440, 1000, 3000, 8000])
def test_the_loudest_band_is_the_tones(hz: float):
    mel = 2595 * np.log10(1 + hz / 700)
    top = 2595 * np.log10(1 + 12_000 / 700)
    expected = mel / top * 81 - 1
    assert log_mel(tone(hz))[40].argmax() == pytest.approx(expected, abs=1)


def test_half_the_amplitude_is_six_decibels_less_and_silence_a_hundred_down():
    loud, soft = log_mel(tone(1000)), log_mel(tone(1000, amplitude=0.25))
    band = loud[40].argmax()
    assert loud[40, band] - soft[40, band] == pytest.approx(6.02, abs=0.01)
    assert log_mel(np.zeros(RATE, np.float32)) == pytest.approx(-100)


def test_sound_is_where_it_is():
    sound = np.zeros(RATE, np.float32)
    sound[40 * HOP : 41 * HOP] = tone(1000, samples=HOP)
    assert log_mel(sound).max(axis=1).argmax() == 40
