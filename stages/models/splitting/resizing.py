"""Resizes along time in ways that ONNX Runtime is quicker at.

Given tensors of three dimensions it interpolates between eight numbers where two would do, and looks up the place of
each number that it copies (1.32).
"""

from collections.abc import Collection, Iterator, Sequence

import numpy as np
from onnx import NodeProto

from utterd.stages.models.splitting.graph import Graph, attribute
from utterd.stages.models.splitting.patch import Patch
from utterd.stages.models.splitting.probing import Feeds, probe

_LEAST_COPIES = 64
"""Of fewer, Resize is as quick or quicker: of 2 by far."""


def hold_by_copying(graph: Graph, _: Sequence[Feeds], taken: Collection[str]) -> Patch | None:
    """Numbers that are held for so many samples each are copied there."""
    patch = Patch(taken)
    for node, scale in _resizes_of_time(graph, "nearest"):
        is_plain = attribute(node, "coordinate_transformation_mode", "half_pixel") == "asymmetric"
        if not is_plain or attribute(node, "nearest_mode", "round_prefer_floor") != "floor":
            continue
        if scale < _LEAST_COPIES or not scale.is_integer():
            continue
        copies = patch.constant("held.copies", np.array([1, 1, 1, int(scale)]))
        last, joined = patch.constant("held.last", np.array([-1])), patch.constant("held.joined", np.array([0, 0, -1]))
        column = patch.add("Unsqueeze", [node.input[0], last], "held.column")
        patch.make("Reshape", [patch.add("Expand", [column, copies], "held.rows"), joined], node.output[0])
    return patch if patch.nodes else None


def interpolate_by_channel(graph: Graph, feeds: Sequence[Feeds], taken: Collection[str]) -> Patch | None:
    """Lines between numbers are drawn for an image of height 1, channel by channel.

    Not in the last channel: of three dimensions the last but one is a height, at whose end ONNX Runtime weighs, and so
    rounds, in another way.
    """
    patch = Patch(taken)
    seen = probe(graph, feeds[:1])
    for node, scale in _resizes_of_time(graph, "linear"):
        ((_, channels, _),) = seen.shapes(node.input[0])
        if scale <= 1 or channels < 2:
            continue
        begin, last, end, axis, height = (
            patch.constant(f"lines.{name}", np.array([value]))
            for name, value in (("begin", 0), ("last", -1), ("end", channels), ("channels", 1), ("height", 2))
        )
        others = patch.add("Slice", [node.input[0], begin, last, axis], "lines.others")
        image = patch.add("Unsqueeze", [others, height], "lines.image")
        scales = patch.constant("lines.scales", np.array([1, 1, 1, scale], np.float32))
        drawn = patch.fresh("lines.drawn_image")
        patch.copy(node, {node.input[0]: image, node.input[2]: scales, node.output[0]: drawn})
        others = patch.add("Squeeze", [drawn, height], "lines.drawn_others")
        of_last = patch.add("Slice", [node.input[0], last, end, axis], "lines.last_one")
        drawn = patch.fresh("lines.drawn_last")
        patch.copy(node, {node.input[0]: of_last, node.output[0]: drawn})
        patch.make("Concat", [others, drawn], node.output[0], axis=1)
    return patch if patch.nodes else None


def _resizes_of_time(graph: Graph, mode: str) -> Iterator[tuple[NodeProto, float]]:
    """Of tensors (1, channels, samples), with the factor by which samples become more."""
    for node in graph.nodes:
        if node.op_type != "Resize" or attribute(node, "mode", "nearest") != mode or len(node.input) != 3:
            continue
        scales = graph.constant(node.input[2])
        if scales is not None and scales.size == 3 and scales[:2].tolist() == [1, 1] and not node.input[1]:
            yield node, float(scales[2])
