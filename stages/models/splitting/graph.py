"""A graph to walk on: who makes a tensor, who uses it, what is constant, and what lies between two cuts.

Nothing here goes by names: exporters give them as they like.
"""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

Constant = npt.NDArray[Any]


class Graph:
    """Reads a model, whose nodes stand in order, makers before users; never changes it."""

    def __init__(self, model: ModelProto, folder: Path) -> None:
        """
        Args:
            folder: where those of the model's constants lie that are outside of it.
        """
        self.model, self.folder = model, folder
        self.nodes: list[NodeProto] = list(model.graph.node)
        self.outputs = [output.name for output in model.graph.output]
        self._tensors = {tensor.name: tensor for tensor in model.graph.initializer}
        self.constants = list(self._tensors)
        self._reads = [reads(node) for node in self.nodes]
        self._makers = {name: place for place, node in enumerate(self.nodes) for name in node.output if name}
        self._users: dict[str, list[NodeProto]] = {}
        for node, names in zip(self.nodes, self._reads, strict=True):
            for name in dict.fromkeys(names):
                self._users.setdefault(name, []).append(node)

    @property
    def names(self) -> set[str]:
        """Of all tensors, those inside of bodies too."""
        inner = {name for node in self.nodes for name in names_in(node)}
        return inner | {each.name for each in [*self.model.graph.input, *self.model.graph.initializer]}

    def maker(self, tensor: str) -> NodeProto | None:
        """None: an input, or a constant."""
        place = self._makers.get(tensor)
        return None if place is None else self.nodes[place]

    def made_by(self, tensor: str, *op_types: str) -> NodeProto | None:
        """Its maker, if that is one of these operators."""
        node = self.maker(tensor)
        return node if node is not None and node.op_type in op_types else None

    def users(self, tensor: str) -> list[NodeProto]:
        return self._users.get(tensor, [])

    def tensor(self, name: str) -> TensorProto | None:
        """A constant as the model has it; its numbers may be in the folder."""
        return self._tensors.get(name)

    def constant(self, tensor: str) -> Constant | None:
        """Its value, not to be written to; None if it is not constant."""
        proto = self._tensors.get(tensor)
        return None if proto is None else _value(proto, self.folder)

    def scalar(self, tensor: str) -> float | None:
        """The number that is all of a constant, in whatever shape; None if it is something else."""
        value = self.constant(tensor)
        return float(value.ravel()[0]) if value is not None and value.size == 1 else None

    def operands(self, node: NodeProto) -> tuple[Constant | None, str]:
        """Of two, the constant one, and the other; if neither is constant, None and the first."""
        for constant, other in (node.input[:2], reversed(node.input[:2])):
            value = self.constant(constant)
            if value is not None:
                return value, other
        return None, node.input[0]

    def bounds(self, node: NodeProto) -> dict[int, tuple[int, int]] | None:
        """Of a Slice: axis -> where it begins and ends; None if that is not constant, or it does not take every one."""
        given = [self.constant(name) if name else None for name in node.input[1:]]
        if any(value is None or value.ndim != 1 for name, value in zip(node.input[1:], given, strict=True) if name):
            return None
        starts, ends, axes, steps = (*given, None, None)[:4]
        if starts is None or ends is None or (steps is not None and np.any(steps != 1)):
            return None
        places = range(len(starts)) if axes is None else axes
        if not len(places) == len(starts) == len(ends):
            return None
        return {int(axis): (int(start), int(end)) for axis, start, end in zip(places, starts, ends, strict=True)}

    def between(self, inputs: Iterable[str], outputs: Iterable[str]) -> list[NodeProto]:
        """The nodes that make `outputs` of `inputs` and constants, in the graph's order."""
        wanted, seen = list(outputs), set(inputs)
        kept: set[int] = set()
        while wanted:
            tensor = wanted.pop()
            place = self._makers.get(tensor)
            if tensor in seen or place is None:
                continue
            seen.update(self.nodes[place].output)
            kept.add(place)
            wanted += self._reads[place]
        return [self.nodes[place] for place in sorted(kept)]

    def made_of(self, tensor: str, *, without: Collection[str] = ()) -> set[str]:
        """All tensors that depend on this one other than by way of `without`; itself too."""
        found = {tensor}
        for node, names in zip(self.nodes, self._reads, strict=True):
            if not found.isdisjoint(names):
                found.update(name for name in node.output if name and name not in without)
        return found

    def depends(self, tensor: str, on: str) -> bool:
        """Whether `tensor` is made of `on`, or is it."""
        return tensor in self.made_of(on)


def bodies(node: NodeProto) -> Iterator[GraphProto]:
    """The graphs inside of a node, its loop's body or its branches; not those inside of them."""
    for attribute in node.attribute:
        if attribute.type == AttributeProto.GRAPH:
            yield attribute.g


def graphs_in(graph: GraphProto) -> Iterator[GraphProto]:
    """The graph itself, and every body in it."""
    yield graph
    for node in graph.node:
        for body in bodies(node):
            yield from graphs_in(body)


def names_in(node: NodeProto) -> Iterator[str]:
    """Of every tensor that a node takes, gives, or has in its bodies."""
    yield from (name for name in [*node.input, *node.output] if name)
    for body in bodies(node):
        yield from (each.name for each in [*body.input, *body.initializer, *body.output])
        for inner in body.node:
            yield from names_in(inner)


def reads(node: NodeProto) -> list[str]:
    """What a node takes, the bodies of its loops and branches included."""
    names = [name for name in node.input if name]
    return names + [name for body in bodies(node) for name in _free_names(body)]


def bring_inside(tensor: TensorProto, folder: Path) -> None:
    """Have the model hold a constant's numbers, if they are in the folder."""
    if tensor.data_location == TensorProto.EXTERNAL:
        tensor.CopyFrom(numpy_helper.from_array(np.array(_value(tensor, folder)), tensor.name))


def attribute(node: NodeProto, name: str, default: Any = None) -> Any:
    """Its value, with strings as `str`."""
    for each in node.attribute:
        if each.name == name:
            value = helper.get_attribute_value(each)
            return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return default


def _value(tensor: TensorProto, folder: Path) -> Constant:
    if tensor.data_location != TensorProto.EXTERNAL:
        return numpy_helper.to_array(tensor)
    place = {entry.key: entry.value for entry in tensor.external_data}
    dtype = helper.tensor_dtype_to_np_dtype(tensor.data_type)
    # Mapped, not read: whoever wants a part of the graph does not pay for the rest.
    return np.memmap(
        folder / place["location"], dtype, "r", offset=int(place.get("offset", 0)), shape=tuple(tensor.dims)
    )


def _free_names(body: GraphProto) -> list[str]:
    """What a body takes from outside."""
    own = {each.name for each in [*body.input, *body.initializer]} | {
        name for node in body.node for name in node.output
    }
    read = [name for node in body.node for name in reads(node)]
    return [name for name in [*read, *(output.name for output in body.output)] if name not in own]
