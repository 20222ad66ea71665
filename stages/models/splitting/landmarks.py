"""Finds the tensors that a graph is cut at, by what flows where.

tokens, style -> durations; these -> alignment: aligned text `asr`, and what F0 and energy are made of
asr, F0, energy, style -> features and harmonics -> generator -> waveform
"""

from dataclasses import dataclass

from onnx import NodeProto

from utterd.stages.models.splitting.errors import NotFound
from utterd.stages.models.splitting.generator import Generator
from utterd.stages.models.splitting.graph import Constant, Graph
from utterd.stages.models.splitting.inputs import Inputs


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Tensors of a graph, by name."""

    speed: str
    """What the seconds of tokens are divided by: made of the input of that name."""
    durations: str
    """Integers, one a token, in some shape."""
    alignments: tuple[str, str]
    """Products of something a token and the alignment matrix: the one in front of F0 and energy, and `asr`."""
    f0: str
    """[1, 1, 2 f], in Hz."""
    energy: str
    """[1, 1, 2 f]."""
    channels: int
    """Of `asr`."""

    @property
    def asr(self) -> str:
        """[1, channels, f]."""
        return self.alignments[1]


def find_landmarks(graph: Graph, inputs: Inputs, generator: Generator) -> Landmarks:
    """
    Raises:
        NotFound: which of them was not found.
    """
    curves = _curves(graph, generator)
    sounding = [curve for curve in curves if graph.depends(generator.harmonics, curve)]
    if len(curves) != 2 or len(sounding) != 1:
        raise NotFound("the convolutions that give F0 and energy")
    f0 = sounding[0]
    energy = next(curve for curve in curves if curve != f0)
    speed, durations = _durations(graph, inputs)
    products = _aligned(graph, durations)
    before = [product for product in products if graph.depends(f0, product)]
    behind = [product for product in products if generator.features in graph.made_of(product, without=curves)]
    if len(products) != 2 or len(before) != 1 or len(behind) != 1 or before == behind:
        raise NotFound("the two products with the alignment of tokens and frames")
    channels = _channels_taken(graph, behind[0])
    return Landmarks(speed, durations, (before[0], behind[0]), f0, energy, channels)


def _curves(graph: Graph, generator: Generator) -> list[str]:
    """Outputs of convolutions with kernel 1 from many channels to one, that the generator's inputs depend on."""
    found = []
    for node in graph.between([], [generator.features, generator.harmonics]):
        weight = _weight(graph, node)
        if weight is not None and weight.shape[0] == weight.shape[2] == 1 < weight.shape[1]:
            found.append(node.output[0])
    return found


def _durations(graph: Graph, inputs: Inputs) -> tuple[str, str]:
    """The divisor that speed is, and the rounded, clipped durations as integers."""
    for node in graph.nodes:
        division = graph.made_by(node.input[0], "Div") if node.op_type == "Round" else None
        if division is None or not _is_only(graph, division.input[1], inputs.speed):
            continue
        tensor = node.output[0]
        for step in ("Clip", "Max", "Cast"):
            following = [user for user in graph.users(tensor) if user.op_type == step]
            tensor = following[0].output[0] if len(following) == 1 else tensor
        if graph.made_by(tensor, "Cast") is not None:
            return division.input[1], tensor
    raise NotFound("the rounding of durations divided by speed")


def _is_only(graph: Graph, tensor: str, source: str) -> bool:
    """Whether `tensor` is `source` in another type or shape."""
    while (node := graph.made_by(tensor, "Cast", "Reshape", "Unsqueeze", "Squeeze", "Identity")) is not None:
        tensor = node.input[0]
    return tensor == source


def _aligned(graph: Graph, durations: str) -> list[str]:
    """Products of what does not depend on durations and a matrix that does, and that is the same for all of them."""
    found: dict[str, list[str]] = {}
    timed = graph.made_of(durations)
    for node in graph.nodes:
        if node.op_type == "MatMul":
            left, right = node.input
            if right in timed and left not in timed:
                found.setdefault(_unshaped(graph, right), []).append(node.output[0])
    return max(found.values(), key=len, default=[])


def _channels_taken(graph: Graph, tensor: str) -> int:
    """How many channels the convolutions want that use `tensor`."""
    for user in graph.users(tensor):
        weight = _weight(graph, user)
        if weight is not None:
            return int(weight.shape[1])
    raise NotFound("the convolution that takes the aligned text")


def _weight(graph: Graph, node: NodeProto) -> Constant | None:
    """(out, in, kernel) of a convolution along time; None of anything else."""
    weight = graph.constant(node.input[1]) if node.op_type == "Conv" else None
    return weight if weight is not None and weight.ndim == 3 else None


def _unshaped(graph: Graph, tensor: str) -> str:
    while (node := graph.made_by(tensor, "Unsqueeze", "Reshape", "Identity", "Cast")) is not None:
        tensor = node.input[0]
    return tensor
