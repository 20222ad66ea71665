"""The acoustic model: tokens → how long each lasts, how its pitch moves, and what the decoder needs to know of it.

The trunk reads tokens without any style. The prosody half of the style shapes durations and F0, the timbre half what
the decoder gets, so that the halves of two voices can be blended apart.
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from training.model.layers import Attention, GatedBlock, Taps
from training.model.style import PROSODY, STYLE, TIMBRE

TOKENS = 178
"""Ids of the Kokoro table."""
KNOTS = 4
"""Of each token's log F0: at its start, thirds and end. Straight lines between them, so that no frame jitters."""
LEAST_LOG, LONGEST_LOG = -4.0, 6.0
"""Of durations: from nothing to 2 s."""
PLACES = 6
"""Features of a frame's place within its token."""


@dataclass(frozen=True, slots=True)
class Widths:
    """The size of a student. `inner` of its gated blocks is what pruning shrinks."""

    token: int = 128
    frame: int = 160
    token_inner: int = 96
    frame_inner: int = 160

    def scaled(self, share: float) -> "Widths":
        """With `share` of the blocks' inner channels, in multiples of 16."""

        def shrink(channels: int) -> int:
            return max(16, round(channels * share / 16) * 16)

        return Widths(
            **{**asdict(self), "token_inner": shrink(self.token_inner), "frame_inner": shrink(self.frame_inner)}
        )


class Acoustic(nn.Module):
    """Everything that happens once per token."""

    def __init__(self, widths: Widths, speakers: int, *, dropout: float = 0.05) -> None:
        super().__init__()
        width, inner = widths.token, widths.token_inner
        self.embed = nn.Embedding(TOKENS, width)
        nn.init.normal_(self.embed.weight, std=0.3)
        self.speakers = nn.Embedding(speakers, STYLE)
        nn.init.normal_(self.speakers.weight, std=0.3)

        def block(taps: int, dilation: int = 1) -> GatedBlock:
            return GatedBlock(width, taps, dilation, inner=inner, dropout=dropout)

        self.trunk = nn.ModuleList([block(5), block(5), Attention(width, dropout=dropout), block(3)])
        self.prosody_style = nn.Linear(128, width)
        self.prosody = nn.ModuleList([block(3), block(3, 2)])
        self.prosody_norm = nn.LayerNorm(width)
        self.prosody_out = nn.Linear(width, 1 + KNOTS)
        self.timbre_style = nn.Linear(128, 2 * width)
        self.timbre = nn.ModuleList([block(3)])
        self.features = Taps(width, 2 * widths.frame)
        """What a token tells the decoder about the first and about the second 5 ms of a frame."""
        self.place = nn.Linear(2 * PLACES, widths.frame)
        self.log_f0_mean: Tensor
        self.log_f0_std: Tensor
        self.register_buffer("log_f0_mean", torch.tensor(4.9))
        self.register_buffer("log_f0_std", torch.tensor(0.3))

    def forward(self, tokens: Tensor, style: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What each token is.

        Args:
            tokens: int64 (batch, n).
            style: (batch, 256).
            mask: (batch, n, 1), 1 for tokens, 0 behind the end.

        Returns:
            log of the duration in 5 ms frames (batch, n); log F0 at the knots (batch, n, 4);
            features (batch, n, 2 * frame).
        """
        x = self.embed(tokens) * mask
        for layer in self.trunk:
            x = layer(x, mask)
        prosody = x + self.prosody_style(style[:, PROSODY])[:, None]
        for layer in self.prosody:
            prosody = layer(prosody, mask)
        said = self.prosody_out(self.prosody_norm(prosody))
        scale, shift = self.timbre_style(style[:, TIMBRE])[:, None].chunk(2, dim=2)
        timbre = x * (1 + scale) + shift
        for layer in self.timbre:
            timbre = layer(timbre, mask)
        knots = said[..., 1:] * self.log_f0_std + self.log_f0_mean
        return said[..., 0].clamp(LEAST_LOG, LONGEST_LOG), knots, self.features(timbre)
