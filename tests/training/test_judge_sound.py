"""The judge's measures of sound, each on sounds whose answer is known."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from training.judge.alignment import align
from training.judge.cepstra import analyse
from training.judge.distance import compare
from training.judge.loudness import integrated_lufs, measure_loudness, true_peak
from training.judge.periodicity import harmonics_to_noise_db
from training.judge.pitch import semitones, span_semitones, track_f0
from training.judge.plots import plot
from training.judge.texture import burst_rises_db, measure_texture
from training.judge.voice import BundleVoice, Utterance
from training.lines import Line, read_line
from utterd.config.bundles import find_bundle
from utterd.stages.g2p.phonemizer import Word

RATE_HZ = 24_000
Samples = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def said() -> Utterance:
    return BundleVoice("starter", find_bundle("starter").default_voice).say(read_line("We speak very well today."))


def pulses(f0_hz: npt.ArrayLike, seconds: float, rate_hz: int = RATE_HZ) -> Samples:
    """Harmonics up to the top, of equal strength, peak 1."""
    f0 = np.broadcast_to(f0_hz, (round(seconds * rate_hz),))
    phase = np.cumsum(f0) / rate_hz
    harmonics = range(1, int(rate_hz / 2 / f0.max()))
    wave = sum((np.cos(2 * np.pi * number * phase) for number in harmonics), np.zeros(len(f0)))
    return np.asarray(wave / np.abs(wave).max())


def noise(samples: int, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).normal(size=samples)


def utterance_of(*sounds: tuple[str, Samples]) -> Utterance:
    """Tokens and their sounds; the pads are empty."""
    phonemes = "".join(symbol for symbol, _ in sounds)
    line = Line(
        text=phonemes, spoken=phonemes, words=(Word(phonemes=phonemes, char_start=0, char_end=0, space_after=False),)
    )
    token_seconds = np.array([0, *(len(sound) / RATE_HZ for _, sound in sounds), 0])
    audio = np.concatenate([sound for _, sound in sounds]).astype(np.float32)
    return Utterance(line=line, audio=audio, rate_hz=RATE_HZ, token_seconds=token_seconds)


class TestPitch:
    @pytest.mark.parametrize("f0_hz", [80, 120, 210, 300])
    def test_f0_of_pulses_is_theirs(self, f0_hz: int) -> None:
        inner = track_f0(pulses(f0_hz, 0.6), RATE_HZ)[10:-10]
        assert np.abs(1200 * np.log2(inner / f0_hz)).max() < 10

    def test_silence_after_a_sound_has_no_f0(self) -> None:
        f0_hz = track_f0(np.concatenate([pulses(120, 0.4), 1e-4 * pulses(90, 0.4)]), RATE_HZ)
        assert not f0_hz[90:].any()

    def test_span_of_a_glide_over_an_octave(self) -> None:
        glide = 100 * 2 ** np.linspace(0, 1, RATE_HZ)
        assert span_semitones(track_f0(pulses(glide, 1.0), RATE_HZ)) == pytest.approx(0.9 * 12, abs=0.5)

    def test_semitones_of_an_octave(self) -> None:
        assert np.diff(semitones([110, 220])) == pytest.approx(12)


class TestDistance:
    def test_a_voice_is_at_no_distance_from_itself(self, said: Utterance) -> None:
        distance = compare([(said, said)])
        assert distance.distortion_db == 0
        assert distance.f0_error_cents == 0
        assert distance.f0_correlation == pytest.approx(1)
        assert distance.duration_error_ms == distance.length_bias == distance.voicing_errors == 0
        assert distance.variance_ratio == pytest.approx(1)

    def test_distortion_grows_with_noise(self, said: Utterance) -> None:
        level = np.abs(said.audio).max()
        noisy = [
            replace(said, audio=(said.audio + share * level * noise(len(said.audio))).astype(np.float32))
            for share in (0.001, 0.01, 0.1)
        ]
        distortions = [compare([(each, said)]).distortion_db for each in noisy]
        assert all(before < after for before, after in itertools.pairwise([0, *distortions]))

    def test_gain_and_rate_are_no_distance(self, said: Utterance) -> None:
        import soxr

        other = replace(said, audio=soxr.resample(said.audio * np.float32(0.5), RATE_HZ, 16_000), rate_hz=16_000)
        assert compare([(said, other)]).distortion_db < 0.5

    def test_slower_speech_is_told_by_its_durations(self, said: Utterance) -> None:
        assert said.token_seconds is not None
        slower = replace(said, token_seconds=said.token_seconds * 1.1)
        assert compare([(slower, said)]).length_bias == pytest.approx(0.1)

    def test_a_spectrum_filled_with_noise_varies_less(self, said: Utterance) -> None:
        filled = said.audio + 0.3 * np.abs(said.audio).max() * noise(len(said.audio))
        assert compare([(replace(said, audio=filled.astype(np.float32)), said)]).variance_ratio < 0.8

    def test_cepstra_do_not_know_the_level(self, said: Utterance) -> None:
        change = analyse(said.audio, RATE_HZ).cepstra - analyse(said.audio / 2, RATE_HZ).cepstra
        assert np.abs(change).mean() < 0.01


def test_alignment_follows_a_stretched_series() -> None:
    series = np.sin(np.linspace(0, 9, 60))[:, None]
    stretched = np.repeat(series, 2, axis=0)
    first, second = align(series, stretched, band=10)
    assert (first[0], second[0], first[-1], second[-1]) == (0, 0, 59, 119)
    assert np.abs(series[first] - stretched[second]).max() == 0
    assert set(np.diff(first)) <= {0, 1}
    assert set(np.diff(second)) <= {0, 1}


class TestLoudness:
    @pytest.mark.parametrize("seconds", [0.2, 2.0])
    def test_a_sine_of_known_loudness(self, seconds: float) -> None:
        """BS.1770: a 997 Hz sine at full scale in one channel is -3.01 LUFS."""
        sine = 10 ** (-20 / 20) * np.sin(2 * np.pi * 997 * np.arange(round(48_000 * seconds)) / 48_000)
        assert integrated_lufs(sine, 48_000) == pytest.approx(-23.0, abs=0.1)

    def test_true_peak_lies_between_samples(self) -> None:
        sine = np.sin(2 * np.pi * np.arange(RATE_HZ) / 4 + np.pi / 4)
        assert np.abs(sine).max() == pytest.approx(0.707, abs=0.001)
        assert true_peak(sine * np.hanning(RATE_HZ), RATE_HZ) == pytest.approx(1, abs=0.01)

    def test_spread_and_deviation(self, said: Utterance) -> None:
        louder = replace(said, audio=said.audio * np.float32(10 ** (2 / 20)))
        loudness = measure_loudness([said, said, louder])
        assert loudness.largest_deviation_lu == pytest.approx(4 / 3, abs=0.02)
        assert loudness.spread_lu == pytest.approx(np.std([0, 0, 2]), abs=0.02)


class TestTexture:
    BANDS = ((0, 1000), (1000, 2000), (2000, 4000), (4000, 8000), (8000, 12_000))

    def test_harmonics_to_noise_of_a_known_mixture(self) -> None:
        vowel = pulses(120, 0.3)
        mixed = vowel + 0.1 * vowel.std() * noise(len(vowel))
        ratios = harmonics_to_noise_db(mixed, RATE_HZ, self.BANDS)
        assert ratios[:4] == pytest.approx([20] * 4, abs=3)
        assert 10 < ratios[4] < 23  # up here, the tracker's errors are noise too

    def test_pure_pulses_are_cleaner_than_noisy_ones(self) -> None:
        vowel = pulses(120, 0.3)
        clean = harmonics_to_noise_db(vowel, RATE_HZ, self.BANDS)
        noisy = harmonics_to_noise_db(vowel + 0.05 * vowel.std() * noise(len(vowel)), RATE_HZ, self.BANDS)
        assert all(one > other + 5 for one, other in zip(clean, noisy, strict=True))

    def test_a_glide_is_not_taken_for_noise(self) -> None:
        glide = pulses(np.linspace(110, 135, round(0.3 * RATE_HZ)), 0.3)
        assert min(harmonics_to_noise_db(glide, RATE_HZ, self.BANDS)[:4]) > 25

    def test_a_band_above_the_rate_is_not_told(self) -> None:
        assert np.isnan(harmonics_to_noise_db(pulses(120, 0.3, 16_000), 16_000, self.BANDS)[4])

    def test_a_sharp_burst_rises_more_than_a_soft_one(self) -> None:
        samples = round(0.08 * RATE_HZ)
        ramps = (np.arange(samples) > samples / 2, np.linspace(0.01, 1, samples))
        sharp, soft = (next(burst_rises_db(utterance_of(("t", noise(samples) * ramp)))) for ramp in ramps)
        assert sharp == pytest.approx(60, abs=2)
        assert soft < 20

    def test_air_in_white_noise_is_a_third(self) -> None:
        fricative = utterance_of(("s", noise(round(0.2 * RATE_HZ))))
        assert measure_texture([fricative]).fricative_air_db == pytest.approx(10 * np.log10(1 / 3), abs=0.3)

    def test_abrupt_start_and_steps_are_seen(self) -> None:
        vowel = np.roll(pulses(120, 0.3), 1)  # its last sample is the peak of a pulse
        fade = np.minimum(np.arange(len(vowel)) / (0.1 * RATE_HZ), 1)
        abrupt, gentle = (measure_texture([utterance_of(("ɑ", each))]) for each in (vowel, vowel * fade))
        assert abrupt.onset_db > -2
        assert gentle.onset_db < -12
        assert abrupt.start_step > 0.5
        assert gentle.start_step == 0


def test_a_picture_is_drawn(said: Utterance, tmp_path: Path) -> None:
    plot([("student", said), ("teacher", replace(said, token_seconds=None))], tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
