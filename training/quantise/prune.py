"""Structured pruning: whole channels leave a gated block, so that what is left is a smaller dense block."""

import copy
from dataclasses import replace

import torch
from torch import Tensor

from training.model.acoustic import Widths
from training.model.layers import GatedBlock
from training.model.student import Student


def pruned(student: Student, widths: Widths) -> Student:
    """A copy whose blocks have `widths.token_inner` and `widths.frame_inner` channels: those that move most are kept.

    To be fine-tuned: the rest has to learn to do without what left.
    """
    small = copy.deepcopy(student)
    for part, inner in ((small.acoustic, widths.token_inner), (small.decoder, widths.frame_inner)):
        for block in part.modules():
            if isinstance(block, GatedBlock):
                _shrink(block, inner)
    small.widths = replace(student.widths, token_inner=widths.token_inner, frame_inner=widths.frame_inner)
    return small


def importance(block: GatedBlock) -> Tensor:
    """Of each inner channel: how strongly it is written times how strongly it is read. Shape (inner,)."""
    written: Tensor = block.spread.weight.detach()[:, : block.inner].norm(dim=0)
    read: Tensor = block.join.weight.detach().norm(dim=1)
    return written * read


def _shrink(block: GatedBlock, inner: int) -> None:
    if inner >= block.inner:
        return
    kept = importance(block).argsort(descending=True)[:inner].sort().values
    both = torch.cat([kept, kept + block.inner])
    with torch.no_grad():
        block.spread.weight = torch.nn.Parameter(block.spread.weight[:, both].clone())
        block.spread.bias = torch.nn.Parameter(block.spread.bias[both].clone())
        block.join.weight = torch.nn.Parameter(block.join.weight[kept].clone())
    block.inner = inner
