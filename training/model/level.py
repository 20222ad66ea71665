"""How much louder or softer a whole piece would come out than it should: smooth spectra lack power, some words more.

A small head beside the student, which learns from its sound when it is finished (`training.levelling`) and changes
nothing of it but c0. It guesses the power of every 50 ms from what the decoder is going to get and from F0, since the
harmonics of a high voice may miss the peaks of its envelope, and gates these as ITU-R BS.1770 does. Where the decoder
itself was asked for even levels, loud vowels made up for the rest, and words were less well understood.
"""

import math

import torch
from torch import Tensor, nn

_HIDDEN = 64
_DROPOUT = 0.1
"""Of what is read, while it learns: the spread on pieces not heard falls from 0.34 to 0.33 LU (3000 pieces)."""
UNIT = 5
"""10 ms frames in what is looked at as one."""
_BLOCK, _STEP = 8, 2
"""Units: BS.1770's blocks of 400 ms, 100 ms apart."""
_RELATIVE_GATE = 0.1
"""-10 LU: blocks softer than that against the mean are pauses."""
_TYPICAL_POWER = 1e-2
_LARGEST = 0.6
"""Nepers, 5 dB: what is added to c0 stays within this, whatever comes in."""


class Level(nn.Module):
    """What the decoder gets, and F0 → what is to be added to c0 of every frame of the piece."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(_DROPOUT)
        self.hidden = nn.Linear(width + 1, _HIDDEN)
        self.out = nn.Linear(_HIDDEN, 1)
        self.wanted = nn.Parameter(torch.tensor(math.log(_TYPICAL_POWER)))
        """Log of power at which nothing is to be added."""
        self.share = nn.Parameter(torch.tensor(0.5))
        """Nepers of amplitude for each of power; more where the limiter takes some."""
        nn.init.constant_(self.out.bias, math.log(_TYPICAL_POWER))
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.zeros(width + 1))
        self.register_buffer("std", torch.ones(width + 1))

    @classmethod
    def silent(cls, width: int) -> "Level":
        """One that adds nothing."""
        level = cls(width)
        for parameter in level.parameters():
            nn.init.zeros_(parameter)
        return level

    def forward(self, frames: Tensor, log_f0: Tensor, valid: Tensor) -> Tensor:
        """Nepers (batch,), for `units` of the same."""
        return self.of_units(*self.units(frames, log_f0, valid))

    def units(self, frames: Tensor, log_f0: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """Means over 50 ms, a block's length of nothing behind them; and 1 for those that are whole, 0 for others.

        Args:
            frames: the decoder's input (batch, t, width).
            log_f0: of the halves of each frame (batch, t, 2).
            valid: (batch, t, 1), 1 up to the end.

        Returns:
            (batch, units, width + 1) and (batch, units).
        """
        count = frames.shape[1] // UNIT
        told = [
            part[:, : count * UNIT].reshape(part.shape[0], count, UNIT, part.shape[2]).mean(dim=2)
            for part in (frames, log_f0, valid)
        ]
        units = torch.cat([told[0], told[1].mean(dim=2, keepdim=True)], dim=2)
        filled = (told[2][..., 0] > 0.999).float()
        return nn.functional.pad(units, (0, 0, 0, _BLOCK)), nn.functional.pad(filled, (0, _BLOCK))

    def of_units(self, units: Tensor, filled: Tensor) -> Tensor:
        """Nepers (batch,)."""
        heard = torch.relu(self.hidden(self.dropout((units - self.mean) / self.std)))
        power = torch.exp(self.out(heard)[..., 0].clamp(-20, 5)) * filled
        blocks = nn.functional.avg_pool1d(torch.stack([power, filled], dim=1), _BLOCK, _STEP)
        share = blocks[:, 1]
        loudness = blocks[:, 0] / share.clamp(min=1e-3)
        whole = (share > 0.999).float()
        counted = torch.cat([torch.ones_like(whole[:, :1]), whole[:, 1:]], dim=1)  # a short piece is one block
        mean = (loudness * counted).sum(1, keepdim=True) / counted.sum(1, keepdim=True)
        kept = counted * (loudness > _RELATIVE_GATE * mean).float()
        gated = (loudness * kept).sum(1) / kept.sum(1).clamp(min=1)
        said = self.share * (self.wanted - torch.log(gated.clamp(min=1e-9)))
        return _LARGEST * torch.tanh(said / _LARGEST)
