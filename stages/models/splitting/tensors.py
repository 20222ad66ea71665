"""The constants in a model, wherever they stand, and whether all of their numbers are there."""

import math
from collections.abc import Iterator

from onnx import AttributeProto, GraphProto, TensorProto, helper

from utterd.stages.models.splitting.graph import graphs_in

_PACKED = frozenset(
    kind for name, kind in TensorProto.DataType.items() if name.startswith(("INT4", "UINT4", "FLOAT4", "INT2", "UINT2"))
)
"""Several numbers to a byte; only quantised files have such."""
_COMPLEX = frozenset({TensorProto.COMPLEX64, TensorProto.COMPLEX128})


def tensors_in(graph: GraphProto) -> Iterator[TensorProto]:
    """Constants of a graph and of its bodies, and those in attributes."""
    for each in graphs_in(graph):
        yield from each.initializer
        for node in each.node:
            for attribute in node.attribute:
                if attribute.type == AttributeProto.TENSOR:
                    yield attribute.t
                elif attribute.type == AttributeProto.TENSORS:
                    yield from attribute.tensors


def is_whole(tensor: TensorProto) -> bool:
    """Whether it holds as many numbers as its shape says, of a type that there is."""
    if tensor.data_type not in TensorProto.DataType.values() or tensor.data_type == TensorProto.UNDEFINED:
        return False
    if tensor.data_type in _PACKED:
        return True
    if any(size < 0 for size in tensor.dims):
        return False
    count = math.prod(tensor.dims)
    if tensor.HasField("raw_data"):
        item_bytes = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
        return tensor.data_type != TensorProto.STRING and len(tensor.raw_data) == count * item_bytes
    held = len(getattr(tensor, helper.tensor_dtype_to_field(tensor.data_type)))
    return bool(held == (2 * count if tensor.data_type in _COMPLEX else count))
