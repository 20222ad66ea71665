"""Cuts a part out of a graph: what lies between some tensors and others becomes a model of its own."""

from collections.abc import Iterable, Mapping

from onnx import GraphProto, ModelProto, NodeProto, ValueInfoProto, helper, numpy_helper

from utterd.stages.models.splitting.errors import NotFound
from utterd.stages.models.splitting.graph import Graph, bring_inside, names_in, reads
from utterd.stages.models.splitting.patch import Patch, rename, unused


def extract(
    graph: Graph,
    inputs: Mapping[str, ValueInfoProto],
    outputs: Mapping[str, ValueInfoProto],
    patch: Patch | None = None,
) -> Graph:
    """A graph of its own, whose large constants lie where they were.

    Args:
        inputs: tensor of `graph` -> how the part declares it; the tensor gets that name.
        outputs: likewise.
        patch: what comes into the part besides.

    Raises:
        NotFound: the outputs need something that is not among `inputs`.
    """
    patch = patch or Patch()
    replaced = {name for node in patch.nodes for name in node.output}
    wanted = [*outputs, *(name for node in patch.nodes for name in reads(node))]
    cut, taken = {*inputs, *replaced}, graph.names
    kept = [*(_without(node, cut, taken) for node in graph.between(cut, wanted)), *patch.nodes]
    part = GraphProto(name="utterd", input=inputs.values(), output=outputs.values())
    names = _new_names(kept, {old: info.name for old, info in [*inputs.items(), *outputs.items()]})
    made = {*inputs, *(name for node in kept for name in node.output)}
    added = {name: numpy_helper.from_array(value, name) for name, value in patch.constants.items()}
    for name in dict.fromkeys(name for node in kept for name in reads(node) if name not in made):
        tensor = added.get(name, graph.tensor(name))
        if tensor is None:
            raise NotFound(f"a cut between its parts that leaves {name!r} to one of them")
        part.initializer.append(tensor)
        part.initializer[-1].name = names.get(name, name)
    for node in in_order(kept):
        part.node.add().CopyFrom(node)
        rename(part.node[-1], names)
    _name_nodes(part)
    return Graph(as_model(part, graph.model), graph.folder)


def replace(graph: Graph, patch: Patch) -> Graph:
    """The graph with the same inputs and outputs, and `patch` in it.

    Raises:
        NotFound: its nodes and those of the graph need each other.
    """
    inputs, outputs = (
        {each.name: each for each in kind} for kind in (graph.model.graph.input, graph.model.graph.output)
    )
    return extract(graph, inputs, outputs, patch)


def complete(graph: Graph) -> ModelProto:
    """With all of its constants inside."""
    model = ModelProto()
    model.CopyFrom(graph.model)
    for tensor in model.graph.initializer:
        bring_inside(tensor, graph.folder)
    return model


def as_model(part: GraphProto, like: ModelProto) -> ModelProto:
    """With the operators of the same version."""
    opset = next(each.version for each in like.opset_import if each.domain in ("", "ai.onnx"))
    return helper.make_model(
        part, opset_imports=[helper.make_opsetid("", opset)], ir_version=like.ir_version, producer_name="utterd"
    )


def in_order(nodes: Iterable[NodeProto]) -> list[NodeProto]:
    """Makers before users, and otherwise as they came.

    Raises:
        NotFound: there is no such order.
    """
    nodes = list(nodes)
    makers = {name: place for place, node in enumerate(nodes) for name in node.output if name}
    begun: set[int] = set()
    ordered: dict[int, NodeProto] = {}
    for first in range(len(nodes)):
        stack = [first]
        while stack:
            place = stack[-1]
            needed = [makers[name] for name in reads(nodes[place]) if name in makers]
            waited_for = [each for each in needed if each not in ordered]
            if not waited_for:
                ordered.setdefault(stack.pop(), nodes[place])
            elif place in begun:
                raise NotFound(f"an order of its nodes in which none needs its own output {nodes[place].output[0]!r}")
            else:
                begun.add(place)
                stack += waited_for
    return list(ordered.values())


def _without(node: NodeProto, cut: set[str], taken: set[str]) -> NodeProto:
    """The node, but for outputs that come from elsewhere."""
    if cut.isdisjoint(node.output):
        return node
    other = NodeProto()
    other.CopyFrom(node)
    other.output[:] = [unused(name, taken) if name in cut else name for name in node.output]
    return other


def _name_nodes(part: GraphProto) -> None:
    """One name each: quantisers tell nodes apart by them."""
    seen: set[str] = set()
    for place, node in enumerate(part.node):
        if not node.name or node.name in seen:
            node.name = unused(f"{node.op_type}.{place}", seen)
        seen.add(node.name)


def _new_names(nodes: Iterable[NodeProto], wanted: dict[str, str]) -> dict[str, str]:
    """As wanted; and whatever had one of those names before gets another."""
    names = {name for node in nodes for name in names_in(node)}
    taken = {*names, *wanted.values()}
    new = dict(wanted)
    for name in sorted((names - wanted.keys()) & set(wanted.values())):
        new[name] = unused(name, taken)
        taken.add(new[name])
    return new
