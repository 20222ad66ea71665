"""The same graph without its noise, so that two runs can be compared."""

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from utterd.stages.models.splitting.graph import attribute

_LIKE = ("RandomNormalLike", "RandomUniformLike")
_OF_SHAPE = ("RandomNormal", "RandomUniform")


def is_random(node: NodeProto) -> bool:
    """Whether what it gives is not determined by what it takes."""
    return node.op_type in (*_LIKE, *_OF_SHAPE, "Multinomial", "Bernoulli")


def without_noise(model: ModelProto) -> ModelProto:
    """A copy in which random numbers are zeros. Kokoro's are the phases and the breath of its harmonic source."""
    quiet = ModelProto()
    quiet.CopyFrom(model)
    nodes: list[NodeProto] = []
    for node in model.graph.node:
        nodes += _zeros(node) if node.op_type in (*_LIKE, *_OF_SHAPE) else [node]
    del quiet.graph.node[:]
    quiet.graph.node.extend(nodes)
    return quiet


def _zeros(node: NodeProto) -> list[NodeProto]:
    output = node.output[0]
    dtype = helper.tensor_dtype_to_np_dtype(attribute(node, "dtype", TensorProto.FLOAT))
    if node.op_type in _OF_SHAPE:
        value = numpy_helper.from_array(np.zeros(attribute(node, "shape"), dtype))
        return [helper.make_node("Constant", [], [output], name=node.name, value=value)]
    shape, zero = f"{output}.shape", numpy_helper.from_array(np.zeros(1, dtype))
    return [
        helper.make_node("Shape", [node.input[0]], [shape], name=shape),
        helper.make_node("ConstantOfShape", [shape], [output], name=node.name, value=zero),
    ]
