"""int4 weights, float activations: for products whose weights take longer to read than to multiply.

Round to nearest in blocks of 32, one scale a block, for ONNX Runtime's MatMulNBits. (Its own tool for it, of
onnxruntime.quantization, needs one library more, and writes weights that layers share as often as they are used.)
"""

from collections.abc import Collection, Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from utterd.stages.models.quantising.rewriting import rewritten
from utterd.stages.models.vocoder.graph import MICROSOFT_DOMAIN

BLOCK: Final = 32
"""Weights to a scale; with it a weight takes 5 bits."""
_ZERO: Final = 8
"""What stands for 0 among 0 to 15, unless a node is given others."""


def with_int4_products(model: ModelProto, but: Collection[str]) -> ModelProto:
    """A copy in which products with constant matrices read them as int4. Matrices that nodes share stay shared.

    Args:
        but: names of nodes that stay as they are.
    """
    matrices = {tensor.name: tensor for tensor in model.graph.initializer if len(tensor.dims) == 2}
    packed: dict[str, list[TensorProto]] = {}
    nodes: list[NodeProto] = []
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in matrices and node.name not in but:
            matrix = matrices[node.input[1]]
            if matrix.name not in packed:
                packed[matrix.name] = _packed(matrix)
            nodes.append(_product(node, matrix, packed[matrix.name]))
        else:
            nodes.append(node)
    return rewritten(model, nodes, [tensor for each in packed.values() for tensor in each])


def pack(weight: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """Of a matrix (inputs, outputs): nibbles, uint8 (outputs, blocks, BLOCK / 2), low ones first, and scales.

    Scales are (outputs * blocks,); the end of the inputs is filled up with zeros.
    """
    inputs, outputs = weight.shape
    blocks = -(-inputs // BLOCK)
    filled = np.zeros((outputs, blocks * BLOCK), np.float32)
    filled[:, :inputs] = weight.T
    cells = filled.reshape(outputs, blocks, BLOCK)
    # The largest by magnitude becomes -8, the one end that has a level more.
    largest = np.take_along_axis(cells, np.abs(cells).argmax(axis=2)[:, :, None], axis=2)
    scale = largest / np.float32(-_ZERO)
    levels = np.rint(cells / np.where(scale == 0, np.float32(1), scale)) + _ZERO
    codes = np.clip(levels, 0, 15).astype(np.uint8)
    nibbles: npt.NDArray[np.uint8] = codes[:, :, 0::2] | codes[:, :, 1::2] << 4
    return nibbles, scale.reshape(-1).astype(np.float32)


def _packed(matrix: TensorProto) -> list[TensorProto]:
    nibbles, scales = pack(numpy_helper.to_array(matrix))
    return [
        numpy_helper.from_array(nibbles, f"{matrix.name}.int4"),
        numpy_helper.from_array(scales, f"{matrix.name}.scales"),
    ]


def _product(node: NodeProto, matrix: TensorProto, packed: Iterable[TensorProto]) -> NodeProto:
    inputs, outputs = matrix.dims
    return helper.make_node(
        "MatMulNBits",
        [node.input[0], *(tensor.name for tensor in packed)],
        list(node.output),
        name=node.name,
        domain=MICROSOFT_DOMAIN,
        K=inputs,
        N=outputs,
        bits=4,
        block_size=BLOCK,
    )
