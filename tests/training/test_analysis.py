"""What the vocoder made is found again in its sound; what was never vocoded is vocoded as it was."""

import numpy as np
import numpy.typing as npt
import pytest
import soxr
from rig.vocoded import vocoded

from training.judge.loudness import integrated_lufs
from training.lines import read_line
from training.parameters import CEPSTRUM, COLUMNS, LOG_F0, SAMPLE_RATE_HZ, STRENGTHS, VOICING, Array, cosines
from training.teachers.analysis import analyse
from training.teachers.flite import FliteTeacher
from training.teachers.teacher import TeacherUnavailable

HZ = np.arange(80.0, 7000.0, 80.0)
"""Above 7 kHz the vocoder does not speak from the cepstra."""
DB = 20 / np.log(10)
NOISE_SEED = 5


def vowel(f0_hz: float, *, strength: float = 1.0, frames: int = 200) -> Array:
    """With a gentle slope and two formants."""
    parameters = np.zeros((frames, COLUMNS), np.float32)
    parameters[:, LOG_F0] = np.log(f0_hz)
    parameters[:, VOICING] = 1
    parameters[:, CEPSTRUM][:, :6] = (5, 1.5, -0.3, 0.4, -0.3, 0.2)
    parameters[:, STRENGTHS] = strength
    return parameters


def level_db(sound: Array) -> float:
    return float(10 * np.log10(np.mean(sound[6000:-6000] ** 2)))


def difference_db(found: Array, told: Array) -> npt.NDArray[np.float64]:
    """Of two envelopes up to 7 kHz (frames, frequencies)."""
    return DB * ((found[:, CEPSTRUM] - told[:, CEPSTRUM]) @ cosines(HZ).T)


@pytest.mark.parametrize("f0_hz", [80, 120, 180, 260, 400])
def test_a_vowel_is_found_again(f0_hz: float) -> None:
    told = vowel(f0_hz)
    sound = vocoded(told)
    found = analyse(sound, SAMPLE_RATE_HZ)
    assert found.shape == told.shape
    assert found.dtype == np.float32
    steady = slice(50, 150)
    assert found[steady, VOICING].all()
    assert np.abs(1200 / np.log(2) * (found[steady, LOG_F0] - np.log(f0_hz))).max() < 5
    assert np.sqrt(np.mean(difference_db(found, told)[steady] ** 2)) < 1.5
    assert found[steady, STRENGTHS].min() > 0.9
    assert abs(level_db(vocoded(found)) - level_db(sound)) < 1


def test_a_breathy_vowel_has_less_strength_and_the_same_level() -> None:
    told = vowel(150, strength=0.6)
    told[:, STRENGTHS.start] = 0.9
    sound = vocoded(told)
    found = analyse(sound, SAMPLE_RATE_HZ)
    assert found[50:150, VOICING].all()
    assert np.abs(found[50:150, STRENGTHS][:, 2:].mean(axis=0) - 0.6).max() < 0.15
    assert abs(level_db(vocoded(found)) - level_db(sound)) < 1


def test_strengths_are_told_apart_by_band() -> None:
    told = vowel(150)
    told[:, STRENGTHS] = (1, 0.9, 0.7, 0.4, 0.2)
    found = analyse(vocoded(told), SAMPLE_RATE_HZ)[50:150, STRENGTHS].mean(axis=0)
    assert (np.diff(found) < 0.02).all()
    assert found[1] - found[3] > 0.3


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 24_000, 48_000])
def test_noise_is_unvoiced_and_flat_at_every_rate(rate_hz: int) -> None:
    """And as loud as it was: the vocoder's own noise has a deviation of 1.5^1.5 / 32768."""
    noise = 0.02 * np.random.default_rng(NOISE_SEED).standard_normal(SAMPLE_RATE_HZ)
    found = analyse(soxr.resample(noise, SAMPLE_RATE_HZ, rate_hz), rate_hz)
    assert len(found) == 200
    inner = found[10:-10]
    assert inner[:, VOICING].mean() < 0.1
    assert (inner[inner[:, VOICING] == 0][:, STRENGTHS] == 0).all()
    envelope_db = DB * (inner[:, CEPSTRUM] @ cosines(HZ).T).mean(axis=0)
    assert (
        np.abs(envelope_db - 20 * np.log10(0.02 * 32768 / 1.5**1.5)).max() < 3
    )  # a source that ends at 8 kHz leaves a ripple


def test_f0_follows_a_glide_in_step() -> None:
    told = vowel(150, frames=300)
    told[:, LOG_F0] = np.linspace(np.log(120), np.log(240), 300)
    found = analyse(vocoded(told), SAMPLE_RATE_HZ)
    cents = 1200 / np.log(2) * (found - told)[50:250, LOG_F0]
    assert abs(np.median(cents)) < 3  # a frame is 4 cents here
    assert np.abs(cents).max() < 20


@pytest.mark.parametrize("samples", [0, 1, 119, 120, 121, 3000])
def test_short_and_silent_sounds_have_finite_parameters(samples: int) -> None:
    for wave in (np.zeros(samples), np.full(samples, 0.3)):
        found = analyse(wave.astype(np.float32), SAMPLE_RATE_HZ)
        assert found.shape == (-(-samples // 120), COLUMNS)
        assert np.isfinite(found).all()
        assert not found[:, VOICING].any()


def test_the_same_sound_is_analysed_the_same_way() -> None:
    sound = vocoded(vowel(150, strength=0.5, frames=60))
    assert np.array_equal(analyse(sound, SAMPLE_RATE_HZ), analyse(sound, SAMPLE_RATE_HZ))


@pytest.fixture(scope="module")
def flite(tmp_path_factory: pytest.TempPathFactory) -> FliteTeacher:
    try:
        return FliteTeacher(tmp_path_factory.mktemp("flite"))
    except TeacherUnavailable as why:
        pytest.skip(str(why))


@pytest.mark.parametrize("speaker", FliteTeacher.speakers)
def test_vocoded_speech_is_found_again(flite: FliteTeacher, speaker: str) -> None:
    told = flite.say(speaker, read_line("The teacher's house is old, and her garden was empty.")).parameters
    sound = vocoded(told)
    found = analyse(sound, SAMPLE_RATE_HZ)
    assert found.shape == told.shape
    was, is_now = told[:, VOICING] > 0, found[:, VOICING] > 0
    assert np.sum(was & ~is_now) < 0.1 * was.sum()
    assert np.sum(is_now & ~was) < 0.1 * was.sum()
    cents = 1200 / np.log(2) * (found - told)[was & is_now, LOG_F0]
    assert abs(np.median(cents)) < 10
    assert np.median(np.abs(cents)) < 25  # flite's F0 jumps between frames; the analyser's is smooth
    is_loud = told[:, CEPSTRUM.start] > told[:, CEPSTRUM.start].max() - 4
    vowels = difference_db(found, told)[was & is_now & is_loud]
    assert np.sqrt(np.mean(vowels**2)) < 4
    assert abs(vowels.mean()) < 1
    again = vocoded(found)
    assert abs(integrated_lufs(again, SAMPLE_RATE_HZ) - integrated_lufs(sound, SAMPLE_RATE_HZ)) < 1


@pytest.mark.parametrize("speaker", FliteTeacher.speakers)
def test_a_teachers_own_sound_is_vocoded_as_loud_as_it_was(flite: FliteTeacher, speaker: str) -> None:
    take = flite.say(speaker, read_line("Can you help me, or shall I ask the judge? It is late."), wants_wave=True)
    assert take.wave is not None
    copy = vocoded(analyse(take.wave, take.wave_rate_hz))
    assert abs(integrated_lufs(copy, SAMPLE_RATE_HZ) - integrated_lufs(take.wave, take.wave_rate_hz)) < 1
