"""int4 weights, float activations: for products whose weights take longer to read than to multiply.

Round to nearest in blocks of 32, one scale a block, for ONNX Runtime's MatMulNBits. (Its own tool for it, of
onnxruntime.quantization, needs one library more, and writes weights that layers share as often as they are used.)
"""

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

BLOCK: Final = 32
"""Weights to a scale; with it a weight takes 5 bits."""
_ZERO: Final = 8
"""What stands for 0 among 0 to 15, unless a node is given others."""
_MICROSOFT: Final = "com.microsoft"


def with_int4_products(model: ModelProto, but: Collection[str]) -> ModelProto:
    """A copy in which products with constant matrices read them as int4. Matrices that nodes share stay shared.

    Args:
        but: names of nodes that stay as they are.
    """
    copy = ModelProto()
    copy.CopyFrom(model)
    graph = copy.graph
    matrices = {tensor.name: tensor for tensor in graph.initializer if len(tensor.dims) == 2}
    packed: dict[str, list[str]] = {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in matrices and node.name not in but:
            tensor = matrices[node.input[1]]
            if tensor.name not in packed:
                packed[tensor.name] = list(_add_packed(copy, tensor))
            node.CopyFrom(_product(node, tensor, packed[tensor.name]))
    _drop(copy, packed)
    if packed and not any(opset.domain == _MICROSOFT for opset in copy.opset_import):
        copy.opset_import.append(helper.make_opsetid(_MICROSOFT, 1))
    return copy


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


def _add_packed(model: ModelProto, tensor: TensorProto) -> Iterator[str]:
    nibbles, scales = pack(numpy_helper.to_array(tensor))
    for packed in (
        numpy_helper.from_array(nibbles, f"{tensor.name}.int4"),
        numpy_helper.from_array(scales, f"{tensor.name}.scales"),
    ):
        model.graph.initializer.append(packed)
        yield packed.name


def _product(node: NodeProto, tensor: TensorProto, packed: list[str]) -> NodeProto:
    inputs, outputs = tensor.dims
    return helper.make_node(
        "MatMulNBits",
        [node.input[0], *packed],
        list(node.output),
        name=node.name,
        domain=_MICROSOFT,
        K=inputs,
        N=outputs,
        bits=4,
        block_size=BLOCK,
    )


def _drop(model: ModelProto, names: dict[str, list[str]]) -> None:
    """Matrices that nothing reads any more."""
    read = {name for node in model.graph.node for name in node.input}
    kept = [tensor for tensor in model.graph.initializer if tensor.name not in names or tensor.name in read]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
