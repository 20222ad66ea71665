"""What all normalisations share: two inputs cut into a piece for each, and two outputs joined from one of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from utterd.stages.models.vocoder.description import Vocoder
from utterd.stages.models.vocoder.graph import GraphBuilder


def add_affines(
    graph: GraphBuilder, vocoder: Vocoder, factors: str, addends: str, *, axes: int = 1
) -> Iterator[tuple[str, str]]:
    """Two inputs of the graph, float32 (sum of channels,); gives a pair of pieces for each normalisation.

    Args:
        axes: of the pieces. 1, or with channels second and the others 1, to multiply with.
    """
    return zip(*(_pieces(graph, vocoder, kind, axes) for kind in (factors, addends)), strict=True)


def _pieces(graph: GraphBuilder, vocoder: Vocoder, kind: str, axes: int) -> list[str]:
    channels = vocoder.channels
    whole, axis = graph.input(kind, [sum(channels)]), 0
    if axes > 1:
        shape = graph.constant(f"{kind}.shape", [1, -1] + [1] * (axes - 2))
        whole, axis = graph.add("Reshape", [whole, shape], f"{kind}.spread"), 1
    pieces = [f"{kind}.{index}" for index in range(len(channels))]
    sizes = graph.constant(f"{kind}.sizes", list(channels))
    return graph.add_many("Split", [whole, sizes], pieces, f"{kind}.split", axis=axis)


@dataclass(slots=True)
class Statistics:
    """Means and mean squares of the normalisations' inputs, in their order."""

    graph: GraphBuilder
    vocoder: Vocoder
    means: list[str] = field(default_factory=list)
    mean_squares: list[str] = field(default_factory=list)

    def next(self, name: str) -> list[str]:
        """The names of two tensors (channels,) that the caller makes."""
        self.means.append(f"{name}.mean")
        self.mean_squares.append(f"{name}.mean_square")
        return [self.means[-1], self.mean_squares[-1]]

    def give(self) -> None:
        """As outputs `mean` and `mean_square` of the graph, float32 (sum of channels,)."""
        for name, parts in (("mean", self.means), ("mean_square", self.mean_squares)):
            joined = self.graph.add("Concat", parts, f"{name}.joined", axis=0)
            self.graph.output(joined, name, [sum(self.vocoder.channels)])
