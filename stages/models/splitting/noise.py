"""The same graph without its noise, so that two runs can be compared."""

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from utterd.stages.models.splitting.graph import attribute, bodies, graphs_in

_LIKE = ("RandomNormalLike", "RandomUniformLike")
_OF_SHAPE = ("RandomNormal", "RandomUniform")


def is_random(node: NodeProto) -> bool:
    """Whether what it gives is not determined by what it takes."""
    inner = (each for body in bodies(node) for graph in graphs_in(body) for each in graph.node)
    return any(each.op_type in (*_LIKE, *_OF_SHAPE, "Multinomial", "Bernoulli") for each in (node, *inner))


def without_noise(model: ModelProto) -> ModelProto:
    """A copy in which random numbers are zeros. Kokoro's are the phases and the breath of its harmonic source."""
    quiet = ModelProto()
    quiet.CopyFrom(model)
    for graph in graphs_in(quiet.graph):
        nodes = [each for node in graph.node for each in _without_noise(node)]
        del graph.node[:]
        graph.node.extend(nodes)
    return quiet


def _without_noise(node: NodeProto) -> list[NodeProto]:
    """The node itself, or two in its place: a shape, and as many zeros."""
    if node.op_type not in (*_LIKE, *_OF_SHAPE):
        return [node]
    (output,) = node.output
    shape = f"{output}.shape"
    dtype = helper.tensor_dtype_to_np_dtype(attribute(node, "dtype", TensorProto.FLOAT))
    zero = numpy_helper.from_array(np.zeros(1, dtype))
    if node.op_type in _LIKE:
        sized = helper.make_node("Shape", [node.input[0]], [shape], name=shape)
    else:
        sized = helper.make_node("Constant", [], [shape], name=shape, value_ints=attribute(node, "shape"))
    return [sized, helper.make_node("ConstantOfShape", [shape], [output], name=node.name, value=zero)]
