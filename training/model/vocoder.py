"""The vocoder: pulses and noise through the filter that the mel-cepstrum describes. Nothing in it is learned.

Each 5 ms the excitation, windowed over 10 ms, is multiplied in the frequency domain by the minimum-phase filter of its
frame (log amplitude C mc, phase -S mc; Oppenheim & Schafer), and what comes out is overlapped and added. A sample
depends on eleven frames before its own and eight after it, and on no other state: windows of frames give the samples of
the whole. Times are half-samples (t = j + 1/2), which makes every transform a real matrix of 300 x 300 or 120 x 300.
"""

import math

import numpy as np
import torch
from torch import Tensor, nn

from training.parameters import CEPSTRUM_ORDER, FRAME_SAMPLES, SAMPLE_RATE_HZ, cosines, strength_bands, warp

FFT = 600
BINS = FFT // 2
"""0 to 11,960 Hz in steps of 40 Hz."""
NOISE_FRAMES = 256
"""The noise repeats after 1.28 s."""
HIGHEST_HARMONIC_HZ = 11_500.0
_KNOWN_HZ = (6000.0, 7200.0)
"""Above 7.2 kHz a 16 kHz teacher knows nothing: the level of this band goes on, tilted."""
CEILING = 0.95
"""No sample is larger: where one would be, the level gives way for some 30 ms, with no edge."""
_HELD, _SMOOTHED = 3, 2
"""Frames to either side over which a limited level is held, and then smoothed; held for longer: none escapes."""
_LIMITER_REACH = 1 + _HELD + _SMOOTHED
_PEAK_TEACHER = 32768.0
_PULSE_GAIN = 1.5 * 2 / math.sqrt(16_000.0) / _PEAK_TEACHER
"""flite's pulses have the energy of its frame's period (sqrt(period) at 16 kHz); x 1.5 on every excitation."""
_NOISE_GAIN = 1.5 * math.sqrt(1.5) / _PEAK_TEACHER
"""White noise of a 16 kHz signal keeps its density at 24 kHz."""
RIGHT_FRAMES = 2 + _LIMITER_REACH
LEFT_FRAMES = 5 + _LIMITER_REACH


class Vocoder(nn.Module):
    """Parameters of 5 ms frames → samples."""

    envelope: Tensor
    angle: Tensor
    pulse_gain: Tensor
    noise_gain: Tensor
    voiced_damping: Tensor
    bands: Tensor
    analysis_cos: Tensor
    analysis_sin: Tensor
    synthesis_cos: Tensor
    synthesis_sin: Tensor
    noise_re: Tensor
    noise_im: Tensor
    ramp: Tensor

    def __init__(self, *, seed: int = 3) -> None:
        super().__init__()
        hz = np.arange(BINS) * SAMPLE_RATE_HZ / FFT
        over_khz = np.maximum(hz - _KNOWN_HZ[1], 0) / 1000
        self._constant("envelope", _extended_cosines(hz))
        self._constant("angle", -np.sin(np.outer(np.arange(CEPSTRUM_ORDER), warp(np.minimum(hz, _KNOWN_HZ[1])))))
        self._constant("pulse_gain", _PULSE_GAIN * np.exp(-1.8 * over_khz))
        self._constant("noise_gain", _NOISE_GAIN * np.exp(-0.42 * over_khz))
        self._constant("voiced_damping", 1 - np.exp(-0.8 * over_khz))
        self._constant("bands", strength_bands(hz))
        window = 0.5 + 0.5 * np.cos(np.pi * _half_samples(FRAME_SAMPLES) / FRAME_SAMPLES)
        turns = 2 * np.pi * np.outer(_half_samples(FRAME_SAMPLES), np.arange(BINS)) / FFT
        self._constant("analysis_cos", np.cos(turns) * window[:, None])
        self._constant("analysis_sin", -np.sin(turns) * window[:, None])
        weight = np.where(np.arange(BINS) == 0, 1.0, 2.0)[:, None] / FFT
        turns = 2 * np.pi * np.outer(np.arange(BINS), _half_samples(BINS)) / FFT
        self._constant("synthesis_cos", np.cos(turns) * weight)
        self._constant("synthesis_sin", np.sin(turns) * weight)
        noise = np.random.RandomState(seed).randn(NOISE_FRAMES, FRAME_SAMPLES)
        before = np.roll(noise, 1, axis=0)[:, ::-1]
        self._constant("noise_re", (noise + before) @ self.analysis_cos.double().numpy())
        self._constant("noise_im", (noise - before) @ self.analysis_sin.double().numpy())
        self._constant("ramp", np.arange(FRAME_SAMPLES) / FRAME_SAMPLES)

    def _constant(self, name: str, value: np.ndarray) -> None:
        self.register_buffer(name, torch.tensor(np.asarray(value), dtype=torch.float32), persistent=False)

    def forward(
        self, log_f0: Tensor, phase: Tensor, index: Tensor, voicing: Tensor, cepstrum: Tensor, strengths: Tensor
    ) -> Tensor:
        """Samples in (-1, 1), 120 a frame.

        Args:
            log_f0: of Hz (batch, frames).
            phase: in cycles at the frame's first sample (batch, frames).
            index: of the frame within its utterance, float (batch, frames): which noise it gets.
            voicing: (batch, frames, 1).
            cepstrum: (batch, frames, 25).
            strengths: (batch, frames, 5).
        """
        pulses = self._pulses(log_f0, phase)
        before = torch.cat([torch.zeros_like(pulses[:, :1]), pulses[:, :-1]], 1).flip(2)
        re, im = (pulses + before) @ self.analysis_cos, (pulses - before) @ self.analysis_sin
        row = (index - NOISE_FRAMES * torch.floor(index / NOISE_FRAMES)).long()
        pulse, noise = self._amplitudes(voicing, cepstrum, strengths)
        re = re * pulse + self.noise_re[row] * noise
        im = im * pulse + self.noise_im[row] * noise
        angle = cepstrum @ self.angle
        cos, sin = torch.cos(angle), torch.sin(angle)
        even = (re * cos - im * sin) @ self.synthesis_cos
        odd = (re * sin + im * cos) @ self.synthesis_sin
        return _limit(_overlap_add(even - odd, (even + odd).flip(2)), self.ramp)

    def _amplitudes(self, voicing: Tensor, cepstrum: Tensor, strengths: Tensor) -> tuple[Tensor, Tensor]:
        """Of the filters for pulses and for noise (batch, frames, bins)."""
        envelope = torch.exp(cepstrum @ self.envelope)
        periodic = strengths @ self.bands
        damping = 1 - voicing * self.voiced_damping
        pulse = envelope * periodic * voicing * self.pulse_gain
        # As in flite, what is not periodic is noise whether or not the frame is voiced: unvoiced sounds are 4 to 7 dB
        # softer than their envelopes.
        return pulse, envelope * (1 - periodic) * damping * self.noise_gain

    def _pulses(self, log_f0: Tensor, phase: Tensor) -> Tensor:
        """(batch, frames, 120): all cosines up to 11.5 kHz in phase, sqrt(F0) each, as one closed form (Dirichlet).

        The topmost harmonic is faded in as F0 falls, so that none appears suddenly.
        """
        f0 = torch.exp(log_f0)[..., None]
        change = torch.cat([f0[:, 1:], f0[:, -1:]], 1) - f0
        cycles = phase[..., None] + FRAME_SAMPLES / SAMPLE_RATE_HZ * (f0 + 0.5 * change * self.ramp) * self.ramp
        theta = 2 * math.pi * (cycles - torch.round(cycles))
        now = f0 + change * self.ramp
        harmonics = HIGHEST_HARMONIC_HZ / now
        whole = torch.floor(harmonics)
        half = torch.sin(0.5 * theta)
        at_peak = (half.abs() < 1e-3).float()
        kernel = torch.sin((whole + 0.5) * theta) / (2 * half + at_peak) - 0.5
        kernel = kernel * (1 - at_peak) + whole * at_peak
        return (kernel + (harmonics - whole) * torch.cos((whole + 1) * theta)) * torch.sqrt(now)


def _half_samples(count: int) -> np.ndarray:
    return np.arange(count) + 0.5


def _extended_cosines(hz: np.ndarray) -> np.ndarray:
    """(25, bins): the mean of 6 to 7.2 kHz stands for what the cepstra cannot tell, faded over 0.7 kHz."""
    basis = cosines(np.minimum(hz, _KNOWN_HZ[1])).T
    level = basis[:, (hz > _KNOWN_HZ[0]) & (hz < _KNOWN_HZ[1])].mean(axis=1, keepdims=True)
    share = np.clip((hz - 6900) / 700, 0, 1)
    extended: np.ndarray = basis * (1 - share) + level * share
    return extended


def _overlap_add(forwards: Tensor, backwards: Tensor) -> Tensor:
    """Frames of 600 samples each 120 apart → (batch, samples).

    Args:
        forwards: times 0 to 299.5 of each frame; (batch, frames, 300).
        backwards: times -299.5 to -0.5; those before -119.5 are those after 300, since the transform is circular.
    """
    frames, parts, length = forwards.shape[1], FFT // FRAME_SAMPLES, FRAME_SAMPLES
    late = BINS - length
    whole = torch.cat([backwards[:, :, late:], forwards, backwards[:, :, :late]], dim=2)
    padded = nn.functional.pad(whole, (0, 0, parts - 2, 1))
    blocks = padded[:, parts - 1 : parts - 1 + frames, :length]
    for part in range(1, parts):
        start = parts - 1 - part
        blocks = blocks + padded[:, start : start + frames, part * length : (part + 1) * length]
    return blocks.reshape(blocks.shape[0], -1)


def _limit(samples: Tensor, ramp: Tensor) -> Tensor:
    """No sample beyond `CEILING`: the level is a line between frames, low enough for every peak that it passes.

    A curve that bent each sample by itself would fill the vowels of loud voices with harmonics up to 12 kHz.
    """
    frames = samples.reshape(samples.shape[0], -1, FRAME_SAMPLES)
    peaks = frames.abs().amax(dim=2)[:, None]
    near = nn.functional.max_pool1d(peaks, 2 * _HELD + 1, stride=1, padding=_HELD)
    gain = CEILING / near.clamp(min=CEILING)
    smooth = nn.functional.avg_pool1d(gain, 2 * _SMOOTHED + 1, 1, _SMOOTHED, count_include_pad=False)[:, 0, :, None]
    before = torch.cat([smooth[:, :1], smooth[:, :-1]], dim=1)
    after = torch.cat([smooth[:, 1:], smooth[:, -1:]], dim=1)
    start, end = 0.5 * (before + smooth), 0.5 * (smooth + after)
    return (frames * (start + (end - start) * ramp)).reshape(samples.shape[0], -1)
