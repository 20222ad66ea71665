"""Convolutions and products of a graph exchanged for integer ones: uint8 activations, int8 weights.

A scale for each channel, on both sides: channels differ so much that it is worth 5 dB over one for the whole tensor,
which is all that ONNX Runtime's quantisation tool knows. Its kernels know no more, so the input's scales are multiplied
into the weights and the output's divide them, and a product before and one behind the kernel do the rest. (Quantising
with a scale a channel in QuantizeLinear itself takes three times as long as all else: 1.32.)
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from utterd.stages.models.quantising.ranges import Channels
from utterd.stages.models.quantising.rewriting import rewritten
from utterd.stages.models.vocoder.description import Convolution
from utterd.stages.models.vocoder.graph import MICROSOFT_DOMAIN
from utterd.stages.models.vocoder.ranges import Range
from utterd.stages.models.vocoder.rounding import OUTPUT_ZERO, Rounded, rounded

_ANY: Final = np.ones(1, np.float32)


def exchangeable(model: ModelProto) -> set[str]:
    """Names of the nodes that `with_integers` can take: a Conv of one group, or a MatMul; with constant weights."""
    ranks = {tensor.name: len(tensor.dims) for tensor in model.graph.initializer}
    return {
        node.name
        for node in model.graph.node
        if (node.op_type == "MatMul" and ranks.get(node.input[1]) == 2)
        or (node.op_type == "Conv" and all(name in ranks for name in node.input[1:]) and _groups(node) == 1)
    }


def ranged_tensors(model: ModelProto, names: Collection[str]) -> dict[str, Channels]:
    """What `with_integers` has to know the ranges of: inputs of these nodes, and outputs of those that are Convs."""
    shapes = {tensor.name: tensor.dims for tensor in model.graph.initializer}
    found: dict[str, Channels] = {}
    for node in _named(model, names):
        shape = shapes[node.input[1]]
        if node.op_type == "Conv":
            found[node.input[0]] = Channels(count=shape[1], last=False)
            found[node.output[0]] = Channels(count=shape[0], last=False)
        else:
            found[node.input[0]] = Channels(count=shape[0], last=True)
    return found


def with_integers(
    model: ModelProto, names: Collection[str], ranges: Mapping[str, Range], *, weight_levels: int
) -> ModelProto:
    """A copy in which nodes of these names, all of them `exchangeable`, are integer.

    Args:
        ranges: of all of `ranged_tensors`.
        weight_levels: the largest integer weight: 127, or 63 for processors whose sums would overflow.
    """
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    exchange = _Exchange(weights, _common(_named(model, names), ranges), ranges, weight_levels)
    for node in model.graph.node:
        if node.name in names:
            exchange.exchange(node)
        else:
            exchange.nodes.append(node)
    return rewritten(model, exchange.nodes, exchange.constants.values())


def _groups(convolution: NodeProto) -> int:
    return int(next((each.i for each in convolution.attribute if each.name == "group"), 1))


def _named(model: ModelProto, names: Collection[str]) -> list[NodeProto]:
    return [node for node in model.graph.node if node.name in names]


def _common(nodes: Iterable[NodeProto], ranges: Mapping[str, Range]) -> dict[str, Range]:
    """Of inputs: one range for all that meet the same weights, which layers may share, and would have to have twice."""
    groups: list[tuple[set[str], set[str]]] = []
    for node in nodes:
        inputs, weights = {node.input[0]}, {node.input[1]}
        for group in [each for each in groups if each[0] & inputs or each[1] & weights]:
            groups.remove(group)
            inputs, weights = inputs | group[0], weights | group[1]
        groups.append((inputs, weights))
    found: dict[str, Range] = {}
    for inputs, _ in groups:
        low = np.min([ranges[name].low for name in inputs], axis=0)
        high = np.max([ranges[name].high for name in inputs], axis=0)
        found |= dict.fromkeys(inputs, Range(low, high))
    return found


@dataclass(slots=True)
class _Exchange:
    weights: Mapping[str, TensorProto]
    given: Mapping[str, Range]
    """Of inputs."""
    got: Mapping[str, Range]
    """Of outputs."""
    weight_levels: int
    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, TensorProto] = field(default_factory=dict)
    _quantised: dict[str, str] = field(default_factory=dict)
    """Input → its integers, which several nodes may take."""

    def exchange(self, node: NodeProto) -> None:
        if node.op_type == "Conv":
            self._convolution(node)
        else:
            self._product(node)

    def _convolution(self, node: NodeProto) -> None:
        x, output = node.input[0], node.output[0]
        weight, *bias = (numpy_helper.to_array(self.weights[name]) for name in node.input[1:])
        rounded_ = self._rounded(weight.reshape(*weight.shape[:2], -1), bias[0] if bias else None, x, self.got[output])
        spread = (1, -1) + (1,) * (weight.ndim - 2)
        one, zero = self._constant("int8.one", np.float32(1)), f"{output}.zero"
        inputs = [
            *self._integers(x, rounded_, spread),
            self._constant(f"{output}.weight", rounded_.weight.reshape(weight.shape)),
            self._constant(f"{output}.weight_scale", rounded_.weight_scale),
            self._constant(f"{output}.weight_zero", np.zeros(len(rounded_.bias), np.int8)),
            one,
            self._constant(zero, np.uint8(OUTPUT_ZERO)),
            self._constant(f"{output}.bias", rounded_.bias),
        ]
        self._add("QLinearConv", inputs, f"{output}.integers").attribute.extend(node.attribute)
        self._add("DequantizeLinear", [f"{output}.integers", one, zero], f"{output}.steps")
        scale = self._constant(f"{output}.scale", rounded_.output_scale.reshape(spread))
        self._add("Mul", [f"{output}.steps", scale], output)

    def _product(self, node: NodeProto) -> None:
        x, name = node.input[:2]
        weight = numpy_helper.to_array(self.weights[name])
        # What it gives stays float32, so any range of it will do.
        rounded_ = self._rounded(weight.T[:, :, None], None, x, Range(-_ANY, _ANY))
        integers, one, zero = self._integers(x, rounded_, (-1,))
        inputs = [
            integers,
            self._constant(f"{name}.int8", np.ascontiguousarray(rounded_.weight[:, :, 0].T)),
            one,
            self._constant(f"{name}.scale", rounded_.weight_scale * rounded_.output_scale),
            zero,
            self._constant(f"{name}.zero", np.zeros(len(rounded_.bias), np.int8)),
        ]
        self._add("MatMulIntegerToFloat", inputs, node.output[0], domain=MICROSOFT_DOMAIN)

    def _rounded(
        self, weight: npt.NDArray[np.float32], bias: npt.NDArray[np.float32] | None, x: str, got: Range
    ) -> Rounded:
        convolution = Convolution(weight=weight, bias=np.zeros(len(weight), np.float32) if bias is None else bias)
        return rounded(convolution, self.given[x], got, weight_levels=self.weight_levels)

    def _integers(self, x: str, rounded_: Rounded, spread: tuple[int, ...]) -> tuple[str, str, str]:
        """Names of x in integers, of their scale and of their zero."""
        one = self._constant("int8.one", np.float32(1))
        zero = self._constant(f"{x}.zero", np.uint8(rounded_.input_zero))
        if x not in self._quantised:
            steps = self._constant(f"{x}.per_step", (1 / rounded_.input_scale).reshape(spread))
            self._add("Mul", [x, steps], f"{x}.steps_in")
            self._add("QuantizeLinear", [f"{x}.steps_in", one, zero], f"{x}.integers_in")
            self._quantised[x] = f"{x}.integers_in"
        return self._quantised[x], one, zero

    def _add(self, operator: str, inputs: Iterable[str], output: str, *, domain: str = "") -> NodeProto:
        node = helper.make_node(operator, list(inputs), [output], output, domain=domain)
        self.nodes.append(node)
        return node

    def _constant(self, name: str, value: npt.ArrayLike) -> str:
        self.constants[name] = numpy_helper.from_array(np.asarray(value), name)
        return name
