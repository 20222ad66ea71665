"""Increments of a harmonic source's phase, computed once a frame in place of once a sample."""

from collections.abc import Collection, Sequence

import numpy as np

from utterd.stages.models.splitting.graph import Graph, attribute
from utterd.stages.models.splitting.patch import Patch
from utterd.stages.models.splitting.probing import Feeds

_POINTWISE = {"Mul", "Div", "Add", "Sub", "Floor", "Mod", "Cast", "Identity", "Transpose"}
_FIRST_READ = 1 / 4
"""Samples to a sample read: with fewer, the first reading is of the second sample or later."""


def increments_of_frames(source: Graph, _: Sequence[Feeds], taken: Collection[str]) -> Patch | None:
    """F0 becomes increments of phase frame by frame, and only then are these held for the samples of a frame.

    They are read back from the middle of every frame by a linear interpolation, which stays: its rounding goes into the
    sum. The random phases at the start go: they are added to the first sample, which no such reading touches.
    """
    sums = [node for node in source.nodes if node.op_type == "CumSum"]
    reading = source.made_by(_through(source, sums[0].input[0], "Transpose"), "Resize") if len(sums) == 1 else None
    if reading is None or attribute(reading, "mode") != "linear" or len(reading.input) != 3:
        return None
    turned = source.made_by(reading.input[0], "Transpose")
    axes = [0, 1, 2] if turned is None else attribute(turned, "perm", [])
    samples = _through(source, reading.input[0], "Transpose")
    increments = _through(source, samples, "ScatterND")
    scales = source.constant(reading.input[2])
    held = [node for node in source.nodes if node.op_type == "Resize" and source.depends(increments, node.output[0])]
    if not _is_written_at_the_start_alone(source, samples, axes) or scales is None or scales[-1] > _FIRST_READ:
        return None
    if len(held) != 1 or attribute(held[0], "mode", "nearest") != "nearest":
        return None
    between = source.between(held[0].output, [increments])
    if not between or not {node.op_type for node in between} <= _POINTWISE:
        return None
    patch = Patch(taken)
    names = {name: patch.fresh(f"frames.{name}") for node in between for name in node.output}
    for node in between:
        patch.copy(node, names | {held[0].output[0]: held[0].input[0]})
    of_frames = names[increments]
    if turned is not None:
        of_frames = patch.add("Transpose", [of_frames], "frames.increments", perm=axes)
    of_samples = patch.fresh("samples.increments")
    patch.copy(held[0], {held[0].input[0]: of_frames, held[0].output[0]: of_samples})
    patch.copy(reading, {reading.input[0]: of_samples})
    return patch


def _is_written_at_the_start_alone(source: Graph, tensor: str, axes: Sequence[int]) -> bool:
    """Whether nothing was put into it but at the first place of what becomes the last of these axes."""
    node = source.made_by(tensor, "ScatterND")
    if node is None:
        return True
    places = source.constant(node.input[1])
    return places is not None and places.shape[-1:] == (3,) == (len(axes),) and not np.any(places[..., axes[-1]])


def _through(source: Graph, tensor: str, op_type: str) -> str:
    """What is in front of such an operator, if `tensor` is made by one."""
    node = source.made_by(tensor, op_type)
    return tensor if node is None else node.input[0]
