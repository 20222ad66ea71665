"""Drops from a graph what does nothing when there is one text and no padding.

Exporters write down masks, sorting by length, and copies into padded arrays, for any batch. Here a node goes when what
it depends on follows from the sizes of the inputs alone (`Probe.by_size`) and it did nothing in runs of several sizes.
Such values are sums and comparisons of sizes: what holds at a few holds at all, and `specialise` looks at more of them.
"""

import logging
from collections.abc import Sequence

import numpy as np
from onnx import GraphProto, NodeProto, numpy_helper

from utterd.stages.models.splitting.extraction import as_model, extract
from utterd.stages.models.splitting.graph import Graph, attribute
from utterd.stages.models.splitting.idle_nodes import needless_inputs, stands_for, target_shape
from utterd.stages.models.splitting.patch import Patch
from utterd.stages.models.splitting.probing import Feeds, Probe, probe, same_results

_log = logging.getLogger(__name__)


def specialise(graph: Graph, seen: Sequence[Feeds], unseen: Sequence[Feeds]) -> Graph:
    """The same function with fewer nodes.

    Args:
        seen: inputs of at least two sizes, to find out with what does nothing.
        unseen: inputs of other sizes, for which both graphs must give the same numbers; else `graph` itself returns.
    """
    rewritten = _Rewriter(graph, probe(graph, seen)).rewrite()
    if not same_results(graph, rewritten, unseen):
        _log.warning("a graph is left as it was exported: it depends on the size of its input in an unforeseen way")
        return graph
    return rewritten


class _Rewriter:
    """Of one graph."""

    def __init__(self, graph: Graph, probe: Probe) -> None:
        self._graph, self._probe = graph, probe
        self._instead: dict[str, str] = {}
        """Tensor -> an equal one that is kept."""
        self._kept = Patch(graph.names)
        """All nodes of the new graph, and the constants that come in."""

    def rewrite(self) -> Graph:
        for node in self._graph.nodes:
            self._put(node)
        old = self._graph.model
        new = GraphProto(name=old.graph.name, node=self._kept.nodes, initializer=old.graph.initializer)
        new.initializer.extend(numpy_helper.from_array(value, name) for name, value in self._kept.constants.items())
        inputs, outputs = ({each.name: each for each in kind} for kind in (old.graph.input, old.graph.output))
        return extract(Graph(as_model(new, old), self._graph.folder), inputs, outputs)

    def _put(self, node: NodeProto) -> None:
        """Keep a node, another in its place, or none."""
        if node.op_type == "If" and (taken := self._taken_branch(node)) is not None:
            self._inline(node, taken)
        elif not all(self._probe.saw(name) for name in node.output if name):
            self._kept.copy(node, self._instead)
        elif self._is_inner(node) and (equal := stands_for(node, self._probe)) is not None:
            self._instead[node.output[0]] = self._instead.get(equal, equal)
        elif self._is_inner(node) and self._is_fixed(node):
            self._kept.constants[node.output[0]] = np.array(self._probe.runs[0][node.output[0]])
        else:
            self._keep(node)

    def _keep(self, node: NodeProto) -> None:
        """Without what it does not need."""
        self._kept.copy(node, self._instead)
        kept = self._kept.nodes[-1]
        for place in needless_inputs(node, self._probe):
            kept.input[place] = ""
        shape = target_shape(node, self._probe)
        if shape is not None:
            kept.input[1] = self._kept.constant(f"{node.output[0]}.target", np.array(shape))

    def _is_inner(self, node: NodeProto) -> bool:
        """Whether its one output is none of the graph's: these have to be made by a node."""
        return len(node.output) == 1 and node.output[0] not in self._graph.outputs

    def _is_fixed(self, node: NodeProto) -> bool:
        """Whether its outcome is one number or list, whatever the sizes of the inputs."""
        values = self._probe.sized(node.output[0])
        return values is not None and all(np.array_equal(values[0], value) for value in values[1:])

    def _taken_branch(self, node: NodeProto) -> GraphProto | None:
        """The one that is always taken."""
        conditions = self._probe.sized(node.input[0])
        if conditions is None or len({bool(condition) for condition in conditions}) != 1:
            return None
        branch: GraphProto = attribute(node, "then_branch" if conditions[0] else "else_branch")
        return branch

    def _inline(self, node: NodeProto, branch: GraphProto) -> None:
        own = {name for inner in branch.node for name in inner.output} | {each.name for each in branch.initializer}
        outer = dict(zip((each.name for each in branch.output), node.output, strict=True))
        names = {name: outer.get(name) or self._kept.fresh(f"{node.output[0]}.{name}") for name in own if name}
        for tensor in branch.initializer:
            self._kept.constants[names[tensor.name]] = numpy_helper.to_array(tensor)
        for inner in branch.node:
            self._kept.copy(inner, self._instead | names)
