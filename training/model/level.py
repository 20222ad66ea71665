"""How much louder or softer a whole piece would come out than it should: smooth spectra lack power, some words more.

A small head beside the student. It reads what the trunk knows, and nothing is changed by what it learns: where the
decoder itself was asked for even levels, loud vowels made up for the rest, and words were less well understood.
"""

import torch
from torch import Tensor, nn

from training.model.style import TIMBRE, TIMBRE_WIDTH

_HIDDEN = 64
_LARGEST = 0.6
"""Nepers, 5 dB: what is added to c0 stays within this, whatever comes in."""


class Level(nn.Module):
    """Tokens as the trunk has them → what is to be added to c0 of every frame of the piece."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(width, _HIDDEN)
        self.out = nn.Linear(_HIDDEN + TIMBRE_WIDTH, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, trunk: Tensor, style: Tensor, mask: Tensor) -> Tensor:
        """Nepers (batch,).

        Args:
            trunk: (batch, n, width).
            style: (batch, 256).
            mask: (batch, n, 1).
        """
        with torch.autocast(trunk.device.type, enabled=False):
            heard = torch.relu(self.hidden(trunk.detach().float())) * mask
            pooled = heard.sum(1) / mask.sum(1).clamp(min=1)
            said = self.out(torch.cat([pooled, style[:, TIMBRE].detach().float()], dim=1))[:, 0]
        return _LARGEST * torch.tanh(said / _LARGEST)
