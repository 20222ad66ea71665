"""What the inputs of every convolution take, seen over calibration lines: the ranges that int8 rounds within."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from training.batches import Batch
from training.lowering import Range
from training.model.layers import Taps
from training.model.student import Student

_TAIL = 1e-4
"""Share of values at either end that may be clipped: one outlier does not cost everyone a bit."""
_KEPT = 200_000
"""Values kept of each input, spread over the batches."""


class _Watch(nn.Module):
    """Keeps a sample of what passes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        values = x.detach().float().flatten()
        self.seen.append(values[:: max(1, len(values) // (_KEPT // 16))].clone())
        return x

    def range(self) -> Range:
        values = torch.cat(self.seen).sort().values
        cut = int(len(values) * _TAIL)
        return Range(float(values[cut]), float(values[-1 - cut]))


def taps_of(student: Student) -> Iterator[tuple[str, Taps]]:
    """Every convolution by the name of its weight in the exported graph."""
    for name, module in student.named_modules():
        if isinstance(module, Taps):
            yield f"student.{name}.weight", module


@contextmanager
def _watched(student: Student) -> Iterator[dict[str, _Watch]]:
    watches = {}
    for name, taps in taps_of(student):
        taps.round_input = watches[name] = _Watch()
    try:
        yield watches
    finally:
        for _, taps in taps_of(student):
            taps.round_input = nn.Identity()


def calibrate(student: Student, batches: Iterable[Batch]) -> dict[str, Range]:
    """Ranges by name, for `lowering.lower`."""
    student.eval()
    with _watched(student) as watches, torch.no_grad():
        for batch in batches:
            student.learn(batch.tokens, batch.durations, batch.speaker, batch.parameters.shape[1])
    return {name: watch.range() for name, watch in watches.items()}
