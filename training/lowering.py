"""`training::Taps` nodes → ONNX's own operators, in float32 or in int8.

int8 is u8 activations (one scale a tensor) times s8 weights (one scale an output channel), multiplied by ONNX Runtime's
fused kernel. Weights use 7 bits: on x86 without VNNI the kernel adds pairs of products in int16, which 8 would
overflow.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

WEIGHT_LEVELS = 63
"""Largest magnitude of an integer weight."""


@dataclass(frozen=True, slots=True)
class Range:
    """What an activation takes, by calibration or from quantisation-aware training."""

    low: float
    high: float

    @property
    def scale(self) -> float:
        return max(max(self.high, 0.0) - min(self.low, 0.0), 1e-6) / 255

    @property
    def zero_point(self) -> int:
        return int(np.clip(round(-min(self.low, 0.0) / self.scale), 0, 255))


@dataclass(frozen=True, slots=True)
class TapsNode:
    """One convolution of the exported graph."""

    node: NodeProto
    weight: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    taps: int
    dilation: int

    @property
    def name(self) -> str:
        """That of its weight: the module's path in the student."""
        name: str = self.node.input[1]
        return name


def taps_nodes(model: onnx.ModelProto) -> Iterator[TapsNode]:
    """Those of an exported graph, in its order."""
    arrays = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:  # the exporter shares equal constants
        if node.op_type == "Identity" and node.input[0] in arrays:
            arrays[node.output[0]] = arrays[node.input[0]]
    for node in model.graph.node:
        if node.op_type == "Taps":
            attributes = {attribute.name: attribute.i for attribute in node.attribute}
            weight, bias = (numpy_helper.to_array(arrays[name]) for name in node.input[1:3])
            yield TapsNode(node, weight, bias, attributes["taps"], attributes["dilation"])


def lower(model: onnx.ModelProto, ranges: Mapping[str, Range] | None = None) -> onnx.ModelProto:
    """A graph that ONNX Runtime runs.

    Args:
        model: as `export_graphs` gives it; not changed.
        ranges: of the inputs of those nodes that become int8, by name; all others stay float32.
    """
    lowered = onnx.ModelProto()
    lowered.CopyFrom(model)
    graph = lowered.graph
    _name_constants(graph)
    found = {taps.node.output[0]: taps for taps in taps_nodes(model)}
    nodes: list[NodeProto] = []
    for node in graph.node:
        taps = found.get(node.output[0]) if node.op_type == "Taps" else None
        if taps is None:
            nodes.append(node)
        elif ranges and taps.name in ranges:
            nodes += _integer(graph, taps, ranges[taps.name])
        else:
            nodes += _float(graph, taps)
    del graph.node[:]
    graph.node.extend(nodes)
    _drop_unused(graph)
    del lowered.opset_import[:]
    lowered.opset_import.extend([helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)])
    lowered.ir_version = 8
    lowered.producer_name, lowered.producer_version = "utterd training", ""
    return lowered


def _float(graph: onnx.GraphProto, taps: TapsNode) -> Iterator[NodeProto]:
    x, weight, bias = taps.node.input
    unfolded = yield from _unfold(graph, taps, x, np.float32(0))
    product = f"{taps.node.output[0]}.product"
    yield helper.make_node("MatMul", [unfolded, weight], [product])
    yield helper.make_node("Add", [product, bias], list(taps.node.output))


def integer_weight(weight: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Rounded, and the scale of each output channel: (inputs, outputs) int8, (outputs,) float32."""
    scale = np.maximum(np.abs(weight).max(axis=0), 1e-8) / WEIGHT_LEVELS
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


def _integer(graph: onnx.GraphProto, taps: TapsNode, span: Range) -> Iterator[NodeProto]:
    x, weight, bias = taps.node.input
    rounded, scales = integer_weight(taps.weight)
    names = {
        "scale": np.float32(span.scale),
        "zero": np.uint8(span.zero_point),
        "weight": rounded,
        "scales": scales,
        "zeros": np.zeros(len(scales), np.int8),
    }
    for name, value in names.items():
        graph.initializer.append(numpy_helper.from_array(np.asarray(value), f"{weight}.{name}"))
    quantised = f"{taps.node.output[0]}.u8"
    yield helper.make_node("QuantizeLinear", [x, f"{weight}.scale", f"{weight}.zero"], [quantised])
    unfolded = yield from _unfold(graph, taps, quantised, np.uint8(span.zero_point))
    inputs = [unfolded, f"{weight}.weight", f"{weight}.scale", f"{weight}.scales", f"{weight}.zero", f"{weight}.zeros"]
    yield helper.make_node("MatMulIntegerToFloat", [*inputs, bias], list(taps.node.output), domain="com.microsoft")


def _unfold(graph: onnx.GraphProto, taps: TapsNode, x: str, zero: np.generic) -> Generator[NodeProto, None, str]:
    """Shifted copies side by side; returns their name."""
    if taps.taps == 1:
        return x
    prefix, reach = taps.node.output[0], taps.taps // 2 * taps.dilation

    def constant(name: str, value: npt.ArrayLike) -> str:
        graph.initializer.append(numpy_helper.from_array(np.asarray(value), f"{prefix}.{name}"))
        return f"{prefix}.{name}"

    pads = constant("pads", np.array([0, reach, 0, 0, reach, 0]))
    yield helper.make_node("Pad", [x, pads, constant("outside", zero)], [f"{prefix}.padded"])
    axis, copies = constant("axis", np.array([1])), []
    for tap in range(taps.taps):
        first = tap * taps.dilation
        end = first - 2 * reach or np.iinfo(np.int64).max
        copies.append(f"{prefix}.tap{tap}")
        ends = [constant(f"first{tap}", np.array([first])), constant(f"end{tap}", np.array([end]))]
        yield helper.make_node("Slice", [f"{prefix}.padded", *ends, axis], [copies[-1]])
    yield helper.make_node("Concat", copies, [f"{prefix}.unfolded"], axis=2)
    return f"{prefix}.unfolded"


def _name_constants(graph: onnx.GraphProto) -> None:
    """`Constant` nodes become initializers."""
    nodes = []
    for node in graph.node:
        if node.op_type == "Constant":
            tensor = graph.initializer.add()
            tensor.CopyFrom(node.attribute[0].t)
            tensor.name = node.output[0]
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)


def _drop_unused(graph: onnx.GraphProto) -> None:
    used = {name for node in graph.node for name in node.input} | {output.name for output in graph.output}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def stored_in_half(model: onnx.ModelProto, smallest: int = 256) -> onnx.ModelProto:
    """Large float32 constants kept as float16 and cast when the graph is loaded: half the file, the same arithmetic."""
    halved = onnx.ModelProto()
    halved.CopyFrom(model)
    graph, casts = halved.graph, []
    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and np.prod(tensor.dims) >= smallest:
            value = numpy_helper.to_array(tensor).astype(np.float16)
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(value, f"{name}.half"))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return halved
