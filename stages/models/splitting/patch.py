"""Nodes and constants that come into a graph."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onnx import NodeProto, helper

from utterd.stages.models.splitting.graph import Constant, bodies


@dataclass(slots=True)
class Patch:
    """They replace those that make the same tensors."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, Constant] = field(default_factory=dict)

    def make(self, op_type: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """A node called as its output is, which returns."""
        self.nodes.append(helper.make_node(op_type, inputs, [output], name=output, **attributes))
        return output

    def copy(self, node: NodeProto, names: Mapping[str, str]) -> None:
        """Another like `node`, with other tensors."""
        self.nodes.append(NodeProto())
        self.nodes[-1].CopyFrom(node)
        rename(self.nodes[-1], names)

    def constant(self, name: str, value: Constant) -> str:
        """Returns its name."""
        self.constants[name] = value
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
