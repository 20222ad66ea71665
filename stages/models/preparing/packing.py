"""Products and convolutions with large weights, for native operators that fetch these while they multiply.

A text of 20 tokens is 22 rows to 250 MB of weights, which the cache does not hold: see stages/native/panels.c.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from utterd.stages.models.quantising.flow import Flow
from utterd.stages.models.quantising.rewriting import rewritten
from utterd.stages.models.splitting.graph import attribute, reads
from utterd.stages.models.vocoder.graph import NATIVE_DOMAIN

FloatArray = npt.NDArray[np.float32]

PANEL: Final = 32
"""Columns to a panel, as the operators have it (stages/native/panels.h)."""
LEAST_WEIGHTS: Final = 1 << 16
"""Smaller matrices, 256 KB, do not leave the cache."""


def with_packed_weights(model: ModelProto, *, exact: Collection[str] = ()) -> ModelProto:
    """A copy in which MatMuls and Convs with large constant weights are PackedMatMul and PackedConv.

    A MatMul takes the bias that is added to it along. Weights that nodes share stay shared. Products have the bits of
    ONNX Runtime's own (1.32, where processors multiply and add at once); convolutions add up in another order.

    Args:
        exact: outputs that are to keep their bits: convolutions that they are made of stay. A pitch that differs in
            the seventh digit makes phases, after a second, that differ in the second.
    """
    flow = Flow(model)
    packing = _Packing(model, set().union(*(flow.behind(output) for output in exact)))
    nodes = list(packing.nodes())
    made = rewritten(model, nodes, packing.constants.values())
    if packing.constants and not any(opset.domain == NATIVE_DOMAIN for opset in made.opset_import):
        made.opset_import.append(helper.make_opsetid(NATIVE_DOMAIN, 1))
    return made


def panels_of(matrix: FloatArray) -> FloatArray:
    """Of (depth, columns): (panels, depth, PANEL), the last panel filled up with zeros."""
    depth, columns = matrix.shape
    count = -(-columns // PANEL)
    filled = np.zeros((depth, count * PANEL), np.float32)
    filled[:, :columns] = matrix
    return np.ascontiguousarray(filled.reshape(depth, count, PANEL).transpose(1, 0, 2))


@dataclass(slots=True)
class _Packing:
    model: ModelProto
    exact: Collection[str]
    """Tensors that convolutions here must not make."""
    constants: dict[str, TensorProto] = field(default_factory=dict)

    def nodes(self) -> Iterator[NodeProto]:
        weights = {tensor.name: tensor for tensor in self.model.graph.initializer}
        biases = _biases(self.model, weights)
        added = {add.output[0] for add in biases.values()}
        for node in self.model.graph.node:
            if _is_matmul(node, weights):
                yield self._matmul(node, weights[node.input[1]], biases.get(node.output[0]))
            elif _is_conv(node, weights) and node.output[0] not in self.exact:
                yield self._conv(node, weights[node.input[1]])
            elif node.output[0] not in added:
                yield node

    def _matmul(self, node: NodeProto, weight: TensorProto, add: NodeProto | None) -> NodeProto:
        inputs, output = [node.input[0], self._packed(weight)], node.output[0]
        if add is not None:
            inputs.append(next(name for name in add.input if name != output))
            output = add.output[0]
        return _native("PackedMatMul", inputs, output, node.name, columns=weight.dims[1])

    def _conv(self, node: NodeProto, weight: TensorProto) -> NodeProto:
        inputs = [node.input[0], self._packed(weight), *node.input[2:]]
        padding = attribute(node, "pads", [0])[0]
        return _native("PackedConv", inputs, node.output[0], node.name, columns=weight.dims[0], padding=padding)

    def _packed(self, weight: TensorProto) -> str:
        """Of a MatMul, (depth, columns), or of a Conv, (columns, channels, kernel)."""
        name = f"{weight.name}.panels"
        if name not in self.constants:
            values = numpy_helper.to_array(weight)
            matrix = values if values.ndim == 2 else values.transpose(2, 1, 0).reshape(-1, len(values))
            self.constants[name] = numpy_helper.from_array(panels_of(matrix), name)
        return name


def _is_matmul(node: NodeProto, weights: Mapping[str, TensorProto]) -> bool:
    return node.op_type == "MatMul" and _is_large(weights.get(node.input[1]), axes=2)


def _is_conv(node: NodeProto, weights: Mapping[str, TensorProto]) -> bool:
    if node.op_type != "Conv" or not _is_large(weights.get(node.input[1]), axes=3):
        return False
    first, last = attribute(node, "pads", [0, 0])
    steps = (*attribute(node, "strides", [1]), *attribute(node, "dilations", [1]), attribute(node, "group", 1))
    return first == last and set(steps) == {1} and attribute(node, "auto_pad", "NOTSET") == "NOTSET"


def _is_large(weight: TensorProto | None, *, axes: int) -> bool:
    if weight is None or weight.data_type != TensorProto.FLOAT or len(weight.dims) != axes:
        return False
    return int(np.prod(weight.dims)) >= LEAST_WEIGHTS


def _biases(model: ModelProto, weights: Mapping[str, TensorProto]) -> dict[str, NodeProto]:
    """Outputs of MatMuls of which nothing is done but that a constant is added, by channel; and the Add."""
    graph = model.graph
    readers = Counter(name for node in graph.node for name in reads(node))
    readers.update(output.name for output in graph.output)
    columns = {node.output[0]: weights[node.input[1]].dims[1] for node in graph.node if _is_matmul(node, weights)}
    found: dict[str, NodeProto] = {}
    for node in graph.node:
        if node.op_type == "Add":
            for product, other in (node.input, reversed(node.input)):
                is_bias = other in weights and list(weights[other].dims) == [columns.get(product)]
                if is_bias and readers[product] == 1:
                    found[product] = node
    return found


def _native(operator: str, inputs: list[str], output: str, name: str, **attributes: Any) -> NodeProto:
    return helper.make_node(operator, inputs, [output], name=name, domain=NATIVE_DOMAIN, **attributes)
