"""Nodes and constants that come into a graph, and names that nothing in it has."""

from collections.abc import Collection, Mapping
from typing import Any

from onnx import NodeProto, helper

from utterd.stages.models.splitting.graph import Constant, bodies


class Patch:
    """Nodes take the place of those that make the same tensors."""

    def __init__(self, taken: Collection[str] = ()) -> None:
        """
        Args:
            taken: names of the graph's tensors, which new ones may not have.
        """
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, Constant] = {}
        self._taken = set(taken)

    def make(self, op_type: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """A node for a tensor of this very name, which returns."""
        self.nodes.append(helper.make_node(op_type, inputs, [output], name=output, **attributes))
        return output

    def add(self, op_type: str, inputs: list[str], name: str, **attributes: Any) -> str:
        """A node for a new tensor. Returns its name: this one, or one like it."""
        return self.make(op_type, inputs, self.fresh(name), **attributes)

    def copy(self, node: NodeProto, names: Mapping[str, str]) -> None:
        """Another like `node`, with other tensors."""
        self.nodes.append(NodeProto())
        self.nodes[-1].CopyFrom(node)
        rename(self.nodes[-1], names)

    def constant(self, name: str, value: Constant) -> str:
        """Returns its name: this one, or one like it; the same as before for the same value."""
        before = self.constants.get(name)
        if before is not None and _is_same(before, value):
            return name
        name = self.fresh(name)
        self.constants[name] = value
        return name

    def fresh(self, name: str) -> str:
        """One that no tensor has; from now on it is taken."""
        name = unused(name, self._taken)
        self._taken.add(name)
        return name


def _is_same(one: Constant, other: Constant) -> bool:
    return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


def unused(name: str, taken: Collection[str]) -> str:
    """This name or one like it, so that it is not among those."""
    while name in taken:
        name += "'"
    return name


def rename(node: NodeProto, names: Mapping[str, str]) -> None:
    """The tensors that a node takes and gives, in its bodies too."""
    node.input[:] = [names.get(name, name) for name in node.input]
    node.output[:] = [names.get(name, name) for name in node.output]
    for body in bodies(node):
        for inner in body.node:
            rename(inner, names)
        for each in [*body.input, *body.initializer, *body.output]:
            each.name = names.get(each.name, each.name)
