"""The decoder: what tokens tell of each 10 ms → the vocoder's parameters of its two 5 ms frames."""

import torch
from torch import Tensor, nn

from training.model.acoustic import Widths
from training.model.layers import GatedBlock
from training.parameters import COLUMNS

SPECTRAL = COLUMNS - 1
"""Columns that the decoder makes: all but log F0, which is the acoustic model's."""
_SHAPE = ((5, 1), (3, 1), (3, 2), (3, 4))
"""Taps and dilation of its blocks."""


class Decoder(nn.Module):
    """A stack of gated blocks over 10 ms frames; it sees 90 ms to either side."""

    REACH = sum(taps // 2 * dilation for taps, dilation in _SHAPE)
    """10 ms frames seen on either side."""

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            [GatedBlock(widths.frame, taps, dilation, inner=widths.frame_inner) for taps, dilation in _SHAPE]
        )
        self.norm = nn.LayerNorm(widths.frame)
        self.out = nn.Linear(widths.frame, 2 * SPECTRAL)
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.zeros(SPECTRAL))
        self.register_buffer("std", torch.ones(SPECTRAL))

    def forward(self, features: Tensor, valid: Tensor) -> Tensor:
        """features (batch, t, frame), valid (batch, t, 1) → normalised parameters (batch, 2t, 31); voicing a logit."""
        x = features * valid
        for block in self.blocks:
            x = block(x, valid)
        said = self.out(self.norm(x))
        frames: Tensor = said.reshape(said.shape[0], -1, SPECTRAL)
        return frames

    def physical(self, said: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Voicing in (0, 1), mel-cepstrum, strengths in [0, 1] of normalised parameters."""
        scaled = said * self.std + self.mean
        return torch.sigmoid(said[..., :1]), scaled[..., 1:26], scaled[..., 26:].clamp(0, 1)
