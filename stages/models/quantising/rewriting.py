"""A model with other nodes in place of its own."""

from collections.abc import Iterable, Sequence

from onnx import ModelProto, NodeProto, TensorProto, helper

from utterd.stages.models.splitting.graph import reads
from utterd.stages.models.vocoder.graph import MICROSOFT_DOMAIN


def rewritten(model: ModelProto, nodes: Sequence[NodeProto], constants: Iterable[TensorProto]) -> ModelProto:
    """A copy of `model` of these nodes, in this order: with those of its constants, and of these, that are read.

    Nodes may be the model's own; of constants of one name these win.
    """
    copy = ModelProto()
    copy.CopyFrom(model)
    graph = copy.graph
    read = {name for node in nodes for name in reads(node)} | {output.name for output in graph.output}
    known = {tensor.name: tensor for tensor in (*model.graph.initializer, *constants)}
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensor for name, tensor in known.items() if name in read)
    domains = {opset.domain for opset in copy.opset_import}
    if MICROSOFT_DOMAIN not in domains and any(node.domain == MICROSOFT_DOMAIN for node in nodes):
        copy.opset_import.append(helper.make_opsetid(MICROSOFT_DOMAIN, 1))
    return copy
