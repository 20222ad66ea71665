"""float16 graphs in float32: the same arithmetic, less rounding."""

import numpy as np
from onnx import GraphProto, ModelProto, TensorProto, TypeProto, numpy_helper

from utterd.stages.models.splitting.graph import graphs_in
from utterd.stages.models.splitting.tensors import tensors_in

_TYPE_ATTRIBUTES = {"to", "dtype"}
"""Of Cast, and of the random operators and EyeLike."""


def is_half(model: ModelProto) -> bool:
    """Whether any constant is float16."""
    return any(tensor.data_type == TensorProto.FLOAT16 for tensor in tensors_in(model.graph))


def widen(model: ModelProto) -> None:
    """Change the model so that nothing in it is float16, its inputs and outputs included."""
    for tensor in tensors_in(model.graph):
        if tensor.data_type == TensorProto.FLOAT16:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name))
    _widen_types(model.graph)


def _widen_types(graph: GraphProto) -> None:
    for each in graphs_in(graph):
        for info in [*each.input, *each.output, *each.value_info]:
            _widen_type(info.type)
        for node in each.node:
            for attribute in node.attribute:
                if attribute.name in _TYPE_ATTRIBUTES and attribute.i == TensorProto.FLOAT16:
                    attribute.i = TensorProto.FLOAT


def _widen_type(kind: TypeProto) -> None:
    if kind.HasField("tensor_type") and kind.tensor_type.elem_type == TensorProto.FLOAT16:
        kind.tensor_type.elem_type = TensorProto.FLOAT
    elif kind.HasField("sequence_type"):
        _widen_type(kind.sequence_type.elem_type)
    elif kind.HasField("optional_type"):
        _widen_type(kind.optional_type.elem_type)
