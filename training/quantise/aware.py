"""Quantisation-aware fine-tuning: the forward pass rounds as int8 will, gradients go straight through (Jacob 2018)."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from training.lowering import WEIGHT_LEVELS, Range
from training.model.student import Student
from training.quantise.ranges import taps_of


class RoundInput(nn.Module):
    """To one of 256 levels of a fixed range."""

    def __init__(self, span: Range) -> None:
        super().__init__()
        self.scale, self.zero_point = span.scale, span.zero_point

    def forward(self, x: Tensor) -> Tensor:
        x = x.float()
        low, high = -self.zero_point * self.scale, (255 - self.zero_point) * self.scale
        clipped = x.clamp(low, high)  # beyond the range nothing is learned
        rounded = torch.round(clipped / self.scale) * self.scale
        return clipped + (rounded - clipped).detach()


class RoundWeight(nn.Module):
    """To `lowering.integer_weight`'s levels, a scale for each output channel."""

    def forward(self, weight: Tensor) -> Tensor:
        scale = weight.detach().abs().amax(dim=0, keepdim=True).clamp(min=1e-8) / WEIGHT_LEVELS
        rounded = torch.round(weight / scale) * scale
        return weight + (rounded - weight).detach()


def make_aware(student: Student, ranges: Mapping[str, Range]) -> Student:
    """The same student, rounding from now on what `ranges` names. Returns it."""
    for name, taps in taps_of(student):
        if name in ranges:
            taps.round_input, taps.round_weight = RoundInput(ranges[name]), RoundWeight()
    return student


def make_plain(student: Student) -> Student:
    """Without rounding again. Returns it."""
    for _, taps in taps_of(student):
        taps.round_input, taps.round_weight = nn.Identity(), nn.Identity()
    return student
