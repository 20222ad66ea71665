"""How far a student is from its teacher, as one number to descend and as figures for people."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.batches import Batch
from training.model.student import Student, token_mask
from training.parameters import LOG_F0, VOICING


@dataclass(frozen=True, slots=True)
class Losses:
    """Means over what counts. Cepstra and strengths in standard deviations of the corpus."""

    cepstrum: Tensor
    envelope: Tensor
    """c0 to c2 alone: level and tilt, which are heard first."""
    movement: Tensor
    """First differences of the cepstrum: onsets and bursts."""
    strengths: Tensor
    log_f0: Tensor
    """In nepers over the normalising deviation; voiced frames."""
    voicing: Tensor
    duration: Tensor
    """Poisson deviance: its minimum is the mean of the frames themselves, so that sentences keep their length."""
    duration_ms: Tensor
    """Absolute, per token that lasts."""

    def total(self) -> Tensor:
        spectral = self.cepstrum + 0.5 * self.envelope + 0.5 * self.movement + 0.5 * self.strengths
        return spectral + 2.5 * self.log_f0 + 0.5 * self.voicing + 0.1 * self.duration

    def figures(self) -> dict[str, float]:
        return {name: float(getattr(self, name).detach()) for name in self.__slots__}


def losses(student: Student, batch: Batch) -> Losses:
    """Of one batch, spoken with the teacher's durations."""
    frames = batch.parameters.shape[1]
    said, log_f0, made = student.learn(batch.tokens, batch.durations, batch.speaker, frames)
    decoder = student.decoder
    valid = (torch.arange(frames)[None] < batch.durations.sum(1, keepdim=True)).float()
    voiced = batch.parameters[..., VOICING] * valid
    wanted = (batch.parameters[..., 1:] - decoder.mean) / decoder.std
    error = (made - wanted).abs() * valid[..., None]
    both = valid[:, 1:, None] * valid[:, :-1, None]
    movement = (torch.diff(made[..., 1:26], dim=1) - torch.diff(wanted[..., 1:26], dim=1)).abs() * both
    spread = student.acoustic.log_f0_std
    pitch = ((log_f0 - batch.parameters[..., LOG_F0]) / spread).abs() * voiced
    voicing = functional.binary_cross_entropy_with_logits(
        made[..., 0], batch.parameters[..., VOICING], reduction="none"
    )
    counted = token_mask(batch.tokens)[..., 0] * batch.is_plain
    lasting = batch.durations.float()
    deviance = 2 * (torch.exp(said) - lasting - torch.xlogy(lasting, torch.exp(said)) + torch.xlogy(lasting, lasting))
    slip_ms = (torch.exp(said) - lasting).abs() * counted * 5
    count = valid.sum()
    return Losses(
        cepstrum=error[..., 1:26].sum() / count / 25,
        envelope=error[..., 1:4].sum() / count / 3,
        movement=movement.sum() / count / 25,
        strengths=error[..., 26:].sum() / count / 5,
        log_f0=pitch.sum() / voiced.sum().clamp(min=1),
        voicing=(voicing * valid).sum() / count,
        duration=(deviance * counted).sum() / counted.sum().clamp(min=1),
        duration_ms=slip_ms.sum() / ((batch.durations > 0) * counted).sum().clamp(min=1),
    )
