"""Layers that the exported graphs run as matrix products: sequences are (batch, time, channels), convolutions unfolded.

ONNX Runtime multiplies by constant matrices at 106 GFLOP/s on one Zen 4 core in float32 and at 400 in int8, where its
one-dimensional convolutions reach neither (bench of 2026-11-25); PyTorch trains the same form in bfloat16 at 200.
"""

import math

import torch
from torch import Tensor, nn


class Taps(nn.Module):
    """A one-dimensional convolution with `taps` (odd) taps, `dilation` apart, as one matrix product; zeros outside.

    `weight` is (taps * inputs, outputs), so that an exported graph holds it under this name, as its MatMul uses it.
    """

    def __init__(self, inputs: int, outputs: int, taps: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.taps, self.dilation = taps, dilation
        bound = 1 / math.sqrt(taps * inputs)
        self.weight = nn.Parameter(torch.empty(taps * inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.observe: nn.Module = nn.Identity()
        """Sees, and in quantisation-aware training rounds, what is multiplied (`training.quantise.aware`)."""
        self.shape_weight: nn.Module = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time, inputs) → (batch, time, outputs)."""
        x = self.observe(x)
        if self.taps > 1:
            reach = self.taps // 2 * self.dilation
            length = x.shape[1]
            padded = nn.functional.pad(x, (0, 0, reach, reach))
            x = torch.cat([padded[:, tap * self.dilation : tap * self.dilation + length] for tap in range(self.taps)], 2)
        return torch.matmul(x, self.shape_weight(self.weight)) + self.bias

    @property
    def reach(self) -> int:
        """Steps seen on either side."""
        return self.taps // 2 * self.dilation


class GatedBlock(nn.Module):
    """Residual: normalise, convolve to twice `inner` channels, let one half gate the other, project back."""

    def __init__(self, width: int, taps: int, dilation: int = 1, *, inner: int = 0, dropout: float = 0.0) -> None:
        super().__init__()
        self.inner = inner or width
        self.norm = nn.LayerNorm(width)
        self.spread = Taps(width, 2 * self.inner, taps, dilation)
        self.join = Taps(self.inner, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (batch, time, width), mask (batch, time, 1): 1 where there is something."""
        value, gate = self.spread(self.norm(x) * mask).split(self.inner, dim=2)
        joined: Tensor = x + self.dropout(self.join(value * torch.sigmoid(gate)))
        return joined


class Attention(nn.Module):
    """Self-attention whose scores fall with distance (ALiBi, Press 2022), so that no length is new to it."""

    HEADS = 2
    HEAD_WIDTH = 32
    SLOPES = (1 / 8, 1 / 64)
    """A head for the word and its neighbours, and one for the phrase."""

    def __init__(self, width: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        inner = self.HEADS * self.HEAD_WIDTH
        self.norm = nn.LayerNorm(width)
        self.ask = Taps(width, 3 * inner)
        self.join = Taps(inner, width)
        self.dropout = nn.Dropout(dropout)
        self.slopes: Tensor
        self.register_buffer("slopes", torch.tensor(self.SLOPES).reshape(1, self.HEADS, 1, 1), persistent=False)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """As `GatedBlock.forward`."""
        batch, length = x.shape[0], x.shape[1]
        asked = self.ask(self.norm(x)).reshape(batch, length, 3, self.HEADS, self.HEAD_WIDTH).permute(2, 0, 3, 1, 4)
        query, key, value = asked[0], asked[1], asked[2]
        place = torch.arange(length, device=x.device, dtype=torch.float32)
        distance = (place[:, None] - place[None, :]).abs()
        scores = torch.matmul(query, key.transpose(2, 3)) / math.sqrt(self.HEAD_WIDTH)
        scores = scores - self.slopes * distance + (mask.transpose(1, 2)[:, None] - 1) * 1e4
        seen = torch.matmul(torch.softmax(scores, dim=-1), value)
        joined: Tensor = x + self.dropout(self.join(seen.permute(0, 2, 1, 3).reshape(batch, length, -1)))
        return joined
