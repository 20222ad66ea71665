"""The vocoder: pitch, level, envelope and noise are those of the parameters, and windows are cut from one sound."""

import numpy as np
import pytest
import torch
from rig.takes import take_of
from rig.vocoded import vocoded

from training.model.regulate import phase_cycles
from training.model.vocoder import CEILING, LEFT_FRAMES, RIGHT_FRAMES, Vocoder, _limit
from training.parameters import CEPSTRUM, COLUMNS, FRAME_SAMPLES, LOG_F0, SAMPLE_RATE_HZ, STRENGTHS, VOICING


def steady(frames: int = 200, *, f0_hz: float = 120.0, voiced: float = 1.0, level: float = 6.0) -> np.ndarray:
    parameters = np.zeros((frames, COLUMNS), np.float32)
    parameters[:, LOG_F0] = np.log(f0_hz)
    parameters[:, VOICING] = voiced
    parameters[:, CEPSTRUM.start] = level
    parameters[:, STRENGTHS] = 1
    return parameters


def spectrum_db(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    windowed = samples[2400:-2400] * np.hanning(len(samples) - 4800)
    size = 20 * np.log10(np.abs(np.fft.rfft(windowed)) + 1e-12)
    return np.fft.rfftfreq(len(windowed), 1 / SAMPLE_RATE_HZ), size


@pytest.mark.parametrize("f0_hz", [75.0, 120.0, 233.0, 400.0])
def test_a_voiced_sound_has_the_pitch_asked_for_and_nothing_between_its_harmonics(f0_hz):
    hz, db = spectrum_db(vocoded(steady(f0_hz=f0_hz)))
    for harmonic in (1, 2, 5):
        near = np.abs(hz - harmonic * f0_hz) < 8
        between = np.abs(hz - (harmonic + 0.5) * f0_hz) < 8
        assert db[near].max() - db[between].max() > 30


def test_nothing_is_aliased_as_pitch_glides():
    parameters = steady(400)
    parameters[:, LOG_F0] = np.linspace(np.log(80), np.log(300), 400)
    hz, db = spectrum_db(vocoded(parameters))
    assert db[hz > 11_800].max() < db.max() - 40


def test_an_unvoiced_sound_is_noise():
    hz, db = spectrum_db(vocoded(steady(voiced=0)))
    peak = db[(hz > 300) & (hz < 6000)]
    assert np.percentile(peak, 99) - np.median(peak) < 15


def test_one_neper_is_eight_point_seven_decibels():
    quiet, loud = (np.sqrt((vocoded(steady(level=level)) ** 2).mean()) for level in (4.0, 5.0))
    assert 20 * np.log10(loud / quiet) == pytest.approx(8.686, abs=0.05)


def test_the_envelope_is_that_of_the_cepstrum():
    parameters = steady(f0_hz=100)
    parameters[:, CEPSTRUM.start + 1] = 1.0
    hz, tilted = spectrum_db(vocoded(parameters))
    _, flat = spectrum_db(vocoded(steady(f0_hz=100)))
    low, high = (np.abs(hz - place) < 20 for place in (300, 5000))
    assert tilted[low].max() - flat[low].max() > 5
    assert tilted[high].max() - flat[high].max() < -2


def test_a_window_with_its_context_is_cut_from_the_whole():
    take, _ = take_of("A sentence of several words, and a pause.")
    parameters = torch.from_numpy(take.parameters)[None]
    log_f0 = parameters[..., LOG_F0]
    everything = (
        log_f0, phase_cycles(log_f0), torch.arange(log_f0.shape[1]).float()[None],
        parameters[..., VOICING : VOICING + 1], parameters[..., CEPSTRUM], parameters[..., STRENGTHS],
    )  # fmt: skip
    vocoder = Vocoder()
    whole = vocoder(*everything)[0]
    for first, end in ((40, 41), (60, 100), (0, 30), (log_f0.shape[1] - 20, log_f0.shape[1])):
        low, high = max(0, first - LEFT_FRAMES), end + RIGHT_FRAMES
        window = vocoder(*(part[:, low:high] for part in everything))[0]
        kept = window[(first - low) * FRAME_SAMPLES : (end - low) * FRAME_SAMPLES]
        assert (kept - whole[first * FRAME_SAMPLES : end * FRAME_SAMPLES]).abs().max() < 1e-5


def test_the_limiter_leaves_quiet_sound_alone_and_lets_no_peak_through():
    chance = torch.Generator().manual_seed(1)
    ramp = torch.arange(FRAME_SAMPLES) / FRAME_SAMPLES
    quiet = 0.2 * torch.rand(1, 40 * FRAME_SAMPLES, generator=chance)
    assert torch.equal(_limit(quiet, ramp), quiet)
    for place in (0, 1, 2399, 2400, 4799):
        loud = quiet.clone()
        loud[0, place] = -3
        limited = _limit(loud, ramp)
        assert limited.abs().max() <= CEILING + 1e-6
        assert torch.equal(limited[0, 10 * FRAME_SAMPLES + place :], quiet[0, 10 * FRAME_SAMPLES + place :])


def test_a_limited_vowel_has_no_more_treble_than_a_soft_one():
    hz, loud = spectrum_db(vocoded(steady(level=9)))
    _, soft = spectrum_db(vocoded(steady(level=4)))
    above = hz > 11_800
    assert loud[above].max() - loud.max() < soft[above].max() - soft.max() + 3


def test_a_voice_that_is_far_too_loud_is_limited():
    assert np.abs(vocoded(steady(level=12))).max() <= 1


def test_phase_goes_on_for_an_hour_without_drifting():
    frames = 3600 * 200
    log_f0 = torch.full((1, frames), float(np.log(100.0)))
    cycles = (frames - 1) * float(torch.exp(log_f0[0, 0])) / 200
    assert float(phase_cycles(log_f0)[0, -1]) == pytest.approx(cycles % 1, abs=1e-4)
