"""What a graph's tensors are made of."""

from collections.abc import Collection

from onnx import ModelProto, NodeProto

from utterd.stages.models.splitting.graph import reads


class Flow:
    """Of one model, which is not to change meanwhile."""

    def __init__(self, model: ModelProto) -> None:
        self.nodes: list[NodeProto] = list(model.graph.node)
        self.constants = {tensor.name for tensor in model.graph.initializer}
        self._makers = {name: node for node in self.nodes for name in node.output if name}

    def behind(self, tensor: str, *, stop_at: Collection[str] = ()) -> set[str]:
        """Every tensor that this one is made of, itself included; those to stop at too, but not what is behind them."""
        found: set[str] = set()
        waiting = [tensor]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            node = self._makers.get(name)
            if node is not None and name not in stop_at:
                waiting += reads(node)
        return found
