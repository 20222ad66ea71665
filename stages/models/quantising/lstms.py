"""LSTMs with int8 weights: what they take is rounded by what it happens to be, step by step.

ONNX Runtime's DynamicQuantizeLSTM has a scale for each column of its weights; what it takes is rounded by itself.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from utterd.stages.models.quantising.rewriting import rewritten
from utterd.stages.models.vocoder.graph import MICROSOFT_DOMAIN

_LEAST_SCALE: Final = 1e-8
_OPTIONAL: Final = slice(3, 8)
"""Inputs behind the weights: bias, lengths, the first state, the first cell, peepholes."""


def with_integer_lstms(model: ModelProto, *, weight_levels: int) -> ModelProto:
    """A copy in which every LSTM with constant weights has them in int8.

    Args:
        weight_levels: the largest integer weight.
    """
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = [
        _exchanged(node, constants, weight_levels) if node.op_type == "LSTM" and _fits(node, constants) else node
        for node in model.graph.node
    ]
    return rewritten(model, nodes, constants.values())


def _fits(node: NodeProto, constants: dict[str, TensorProto]) -> bool:
    """The operator knows no layout but frames first."""
    layout = next((each.i for each in node.attribute if each.name == "layout"), 0)
    return layout == 0 and all(name in constants for name in node.input[1:3])


def _exchanged(node: NodeProto, constants: dict[str, TensorProto], weight_levels: int) -> NodeProto:
    """The node that takes its place; its weights are added to `constants`."""
    weights: list[str] = []
    scales: list[str] = []
    for name in node.input[1:3]:
        integers, scale = _rounded(numpy_helper.to_array(constants[name]), weight_levels)
        values: dict[str, npt.NDArray[Any]] = {
            "int8": integers,
            "int8.scale": scale,
            "int8.zero": np.zeros(scale.shape, np.int8),
        }
        made = {f"{name}.{kind}": value for kind, value in values.items()}
        constants |= {each: numpy_helper.from_array(value, each) for each, value in made.items()}
        weight, *rest = made
        weights.append(weight)
        scales += rest
    optional = [*node.input[_OPTIONAL], "", "", "", "", ""][: _OPTIONAL.stop - _OPTIONAL.start]
    inputs = [node.input[0], *weights, *optional, *scales]
    exchanged = helper.make_node("DynamicQuantizeLSTM", inputs, list(node.output), node.name, domain=MICROSOFT_DOMAIN)
    exchanged.attribute.extend(each for each in node.attribute if each.name != "layout")
    return exchanged


def _rounded(
    weight: npt.NDArray[np.float32], weight_levels: int
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Of (directions, gates, inputs): integers (directions, inputs, gates), and scales (directions, gates)."""
    scale = np.maximum(np.abs(weight).max(axis=2) / weight_levels, _LEAST_SCALE).astype(np.float32)
    integers = np.rint(weight / scale[:, :, None]).astype(np.int8)
    return np.ascontiguousarray(integers.transpose(0, 2, 1)), scale
