"""Layers that the exported graphs run as matrix products: sequences are (batch, time, channels), convolutions unfolded.

ONNX Runtime multiplies by constant matrices at 106 GFLOP/s on one Zen 4 core in float32 and at 400 in int8, where its
one-dimensional convolutions reach neither (bench of 2026-11-25).
"""

import math
from typing import Any

import torch
from torch import Tensor, nn


class _Unfold(torch.autograd.Function):
    """`Taps` as one node, `training::Taps`, in exported graphs; `training.lowering` says it in ONNX's own operators."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, taps: int, dilation: int) -> Tensor:
        return unfolded_product(x, weight, bias, taps, dilation)

    @staticmethod
    def symbolic(g: Any, x: Any, weight: Any, bias: Any, taps: int, dilation: int) -> Any:
        said = g.op("training::Taps", x, weight, bias, taps_i=taps, dilation_i=dilation)
        return said.setType(weight.type().with_sizes([None, None, weight.type().sizes()[1]]))


def unfolded_product(x: Tensor, weight: Tensor, bias: Tensor, taps: int, dilation: int) -> Tensor:
    """Shifted copies of x side by side, times the weight."""
    if taps > 1:
        reach, length = taps // 2 * dilation, x.shape[1]
        padded = nn.functional.pad(x, (0, 0, reach, reach))
        x = torch.cat([padded[:, tap * dilation : tap * dilation + length] for tap in range(taps)], 2)
    return torch.matmul(x, weight) + bias


class Taps(nn.Module):
    """A one-dimensional convolution with `taps` (odd) taps, `dilation` apart, as one matrix product; zeros outside.

    `weight` is (taps * inputs, outputs): as the product uses it.
    """

    def __init__(self, inputs: int, outputs: int, taps: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.taps, self.dilation = taps, dilation
        bound = 1 / math.sqrt(taps * inputs)
        self.weight = nn.Parameter(torch.empty(taps * inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.round_input: nn.Module = nn.Identity()
        """In quantisation-aware training (`training.quantise.aware`): rounds what is multiplied."""
        self.round_weight: nn.Module = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time, inputs) → (batch, time, outputs)."""
        if torch.onnx.is_in_onnx_export():
            exported: Tensor = _Unfold.apply(  # type: ignore[no-untyped-call]  # torch has not annotated it
                x, self.weight, self.bias, self.taps, self.dilation
            )
            return exported
        return unfolded_product(
            self.round_input(x), self.round_weight(self.weight), self.bias, self.taps, self.dilation
        )


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
