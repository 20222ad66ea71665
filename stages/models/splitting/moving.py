"""Follows numbers through operators that only move them: which places of its input an output is."""

import numpy as np
import numpy.typing as npt
from onnx import NodeProto

from utterd.stages.models.splitting.graph import Graph, attribute

Places = npt.NDArray[np.int64]
"""The places of a tensor, in the shape of another that is made of it."""

MOVING = ("Reshape", "Flatten", "Unsqueeze", "Squeeze", "Transpose", "Slice", "Split", "Identity")


def moved(graph: Graph, node: NodeProto, tensor: str, places: Places) -> Places | None:
    """What a node of `MOVING` makes of `places`, its output `tensor`.

    None if it does not do the same every time, or is not for as many numbers.
    """
    try:
        if node.op_type == "Slice":
            bounds = graph.bounds(node)
            return None if bounds is None else _sliced(places, bounds)
        has_argument = len(node.input) > 1 and bool(node.input[1])
        argument = graph.constant(node.input[1]) if has_argument else None
        if has_argument and argument is None:
            return None
        numbers = None if argument is None else tuple(int(each) for each in argument.ravel())
        return _moved(node, list(node.output).index(tensor), places, numbers)
    except (ValueError, IndexError):  # numpy's, of shapes
        return None


def _sliced(places: Places, bounds: dict[int, tuple[int, int]]) -> Places:
    index = [slice(None)] * places.ndim
    for axis, (start, end) in bounds.items():
        index[axis] = slice(start, end)
    return places[tuple(index)]


def _moved(node: NodeProto, output: int, places: Places, numbers: tuple[int, ...] | None) -> Places:
    match node.op_type:
        case "Reshape":
            sizes = enumerate(numbers or ())
            return places.reshape([places.shape[axis] if size == 0 else size for axis, size in sizes])
        case "Flatten":
            return places.reshape(int(np.prod(places.shape[: attribute(node, "axis", 1)])), -1)
        case "Unsqueeze":
            return np.expand_dims(places, numbers or ())
        case "Squeeze":
            return np.squeeze(places, numbers)
        case "Transpose":
            return np.transpose(places, attribute(node, "perm"))
        case "Split":
            axis = attribute(node, "axis", 0)
            if numbers is not None and sum(numbers) != places.shape[axis]:
                raise ValueError("not for as many numbers")
            return np.split(places, len(node.output) if numbers is None else np.cumsum(numbers)[:-1], axis)[output]
        case _:
            return places
