"""From tokens to time: which token each 5 ms frame belongs to, where in it, and its pitch."""

import torch
from torch import Tensor, nn

from training.model.acoustic import KNOTS
from training.parameters import FRAME_SAMPLES, SAMPLE_RATE_HZ

SMOOTHING = (0.0191, 0.0691, 0.1309, 0.1809, 0.2, 0.1809, 0.1309, 0.0691, 0.0191)
"""A Hann window over 45 ms, its sum 1: pitch has no corners where two tokens meet."""


class Regulator(nn.Module):
    """Spreads tokens over time. Has no weights of its own to learn."""

    def __init__(self) -> None:
        super().__init__()
        self.smoothing: Tensor
        self.knots: Tensor
        self.register_buffer("smoothing", torch.tensor(SMOOTHING).reshape(1, 1, -1), persistent=False)
        self.register_buffer("knots", torch.arange(KNOTS, dtype=torch.float32), persistent=False)

    def places(self, durations: Tensor, frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """For each 5 ms frame: its token, frames into that token, and the token's length.

        Args:
            durations: int64 (batch, n), 5 ms frames.
            frames: int64 (frames,) or (batch, frames): their numbers from 0 on.

        Returns:
            token int64, into float, length float; each (batch, frames). Behind the end: the last token.
        """
        ends = torch.cumsum(durations, dim=1)
        count = frames.shape[-1]
        marks = torch.zeros(durations.shape[0], count + 1, dtype=torch.float32, device=durations.device)
        marks = marks.scatter_add(1, ends.clamp(max=count), torch.ones_like(ends, dtype=torch.float32))
        token = torch.cumsum(marks[:, :-1], dim=1).long().clamp(max=durations.shape[1] - 1)
        token = torch.gather(token, 1, frames.expand(durations.shape[0], -1))
        length = torch.gather(durations, 1, token)
        into = frames - (torch.gather(ends, 1, token) - length)
        return token, into.float(), length.float()

    def place_features(self, into: Tensor, length: Tensor) -> Tensor:
        """(batch, frames, 6): how far into the token a frame is, from either end, relative and absolute."""
        length = length.clamp(min=1)
        ahead = into + 0.5
        behind = (length - ahead).clamp(min=0)
        return torch.stack(
            [
                ahead / length,
                torch.log(1 + length) / 2,
                torch.exp(-ahead / 4),
                torch.exp(-behind / 4),
                torch.tanh(ahead / 16),
                torch.tanh(behind / 16),
            ],
            dim=2,
        )

    def log_f0(self, knots: Tensor, token: Tensor, into: Tensor, length: Tensor) -> Tensor:
        """(batch, frames): straight lines between each token's knots, then smoothed over 45 ms."""
        own = torch.gather(knots, 1, token[..., None].expand(-1, -1, KNOTS))
        place = ((into + 0.5) / length.clamp(min=1)).clamp(max=1) * (KNOTS - 1)
        hats = torch.relu(1 - (place[..., None] - self.knots).abs())
        line = (own * hats).sum(dim=2)[:, None]
        reach = len(SMOOTHING) // 2
        padded = torch.cat([line[:, :, :1].expand(-1, -1, reach), line, line[:, :, -1:].expand(-1, -1, reach)], dim=2)
        return nn.functional.conv1d(padded, self.smoothing)[:, 0]


def phase_cycles(log_f0: Tensor) -> Tensor:
    """The phase in cycles, from 0 to 1, at the start of each 5 ms frame; F0 moves in straight lines between frames.

    Summed in float64: after an hour of speech the phase is still right.
    """
    f0 = torch.exp(log_f0.float()).double()
    steps = (f0[:, :-1] + f0[:, 1:]) * (0.5 * FRAME_SAMPLES / SAMPLE_RATE_HZ)
    phase = torch.cat([torch.zeros_like(f0[:, :1]), torch.cumsum(steps, dim=1)], dim=1)
    return (phase - torch.floor(phase)).float()
