import numpy as np
import pytest
from rig.counter import counter

from utterd.stages.output.resample import Fit


def sine(length_frames: int, rate_hz: int, frequency_hz: float = 1000) -> np.ndarray:
    return (10_000 * np.sin(2 * np.pi * frequency_hz * np.arange(length_frames) / rate_hz)).astype(np.int16)


def through(fit: Fit, samples: np.ndarray) -> np.ndarray:
    parts = [fit.convert(samples[start : start + 240]) for start in range(0, len(samples), 240)]
    return np.concatenate([*parts, fit.flush()])


def test_our_own_format_passes_untouched() -> None:
    fit = Fit(source_rate_hz=24_000, device_rate_hz=24_000, device_channels=1)
    assert np.array_equal(through(fit, counter(1000)), counter(1000))
    assert fit.kept_frames == 0


def test_stereo_hears_the_same_on_both_sides() -> None:
    fit = Fit(source_rate_hz=24_000, device_rate_hz=24_000, device_channels=2)
    both = through(fit, counter(1000)).reshape(-1, 2)
    assert np.array_equal(both[:, 0], counter(1000))
    assert np.array_equal(both[:, 1], counter(1000))


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_blocks_join_without_a_seam_at_another_rate(rate_hz: int) -> None:
    fit = Fit(source_rate_hz=24_000, device_rate_hz=rate_hz, device_channels=1)
    heard = through(fit, sine(12_000, 24_000))
    assert len(heard) == pytest.approx(rate_hz / 2, abs=1)
    inner = slice(rate_hz // 50, -rate_hz // 50)
    error = heard[inner].astype(float) - sine(len(heard), rate_hz)[inner]
    assert np.abs(error).max() < 15  # of 10,000: -56 dB


def test_what_is_kept_back_is_counted_and_forgotten_on_clear() -> None:
    fit = Fit(source_rate_hz=24_000, device_rate_hz=48_000, device_channels=1)
    given = sum(len(fit.convert(sine(240, 24_000))) for _ in range(20))
    assert given + 2 * fit.kept_frames == pytest.approx(2 * 4800, abs=2)
    assert fit.kept_frames > 0
    fit.clear()
    assert fit.kept_frames == 0
    assert not fit.flush().any()


def test_device_frames_are_counted_in_frames_of_ours_rounded_up() -> None:
    fit = Fit(source_rate_hz=24_000, device_rate_hz=44_100, device_channels=1)
    assert fit.to_source(44_100) == 24_000
    assert fit.to_source(1) == 1
