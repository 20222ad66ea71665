"""Reads the generator's residual blocks and stages, from behind: what comes last in a graph is found first."""

from dataclasses import dataclass

import numpy as np

from utterd.stages.models.splitting.convolutions import read_convolution, read_upsampling
from utterd.stages.models.splitting.errors import NotFound
from utterd.stages.models.splitting.graph import Graph, attribute
from utterd.stages.models.splitting.snakes import read_snake
from utterd.stages.models.vocoder.description import ResidualStep, Stage, Upsampling

Block = tuple[ResidualStep, ...]
_ONE_IN_FRONT = [0, 0, 1, 0, 0, 0]
"""Pads of (batch, channels, frames)."""
_MOST_BLOCKS = 16
"""Beside each other in a stage; Kokoro has 3. What adds a sum to itself time and again would have any number."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadStage:
    """A stage, and the tensors that go into it."""

    stage: Stage
    features: str
    """In front of its LeakyReLU."""
    harmonics: str


class StageReader:
    """Of one graph."""

    def __init__(self, graph: Graph, style: str) -> None:
        """
        Args:
            style: the graph's input that normalisations depend on.
        """
        self._graph, self._style = graph, style
        self.epsilons: set[float] = set()
        """Of the normalisations that were read."""

    def read(self, tensor: str) -> ReadStage | None:
        """The stage whose blocks' mean `tensor` is; None if it is no such mean.

        Raises:
            NotFound: it is one, but what is in front of the blocks is not as it should be.
        """
        blocks = self._blocks(tensor)
        if blocks is None:
            return None
        sources = {source for _, source in blocks}
        joined = self._graph.made_by(sources.pop(), "Add")
        if joined is None or sources:
            raise NotFound("the sum of features and harmonics in front of a stage's blocks")
        for features, noise in (joined.input, reversed(joined.input)):
            noise_block, noise_source = self._block(noise)
            convolution = read_convolution(self._graph, noise_source)
            upsampled = self._upsampling(features)
            if noise_block and convolution is not None and upsampled is not None:
                break
        else:
            raise NotFound("a stage's upsampling beside the block of its harmonics")
        upsampling, reflect, activated = upsampled
        activation = self._graph.made_by(activated, "LeakyRelu")
        if activation is None:
            raise NotFound("the LeakyReLU in front of an upsampling")
        stage = Stage(
            slope=attribute(activation, "alpha", 0.01),
            upsampling=upsampling,
            reflect=reflect,
            noise_convolution=convolution[0],
            noise_block=noise_block,
            blocks=tuple(block for block, _ in blocks),
        )
        return ReadStage(stage, activation.input[0], convolution[1])

    def _blocks(self, tensor: str) -> list[tuple[Block, str]] | None:
        """Those that `tensor` is the mean of, each with what goes into it."""
        node = self._graph.made_by(tensor, "Div", "Mul")
        divisor, total = self._graph.operands(node) if node is not None else (None, "")
        if node is None or divisor is None or divisor.size != 1:
            return None
        factor = float(divisor.ravel()[0])
        count = factor if node.op_type == "Div" else 1 / factor if factor else 0
        blocks = self._summed(total)
        return blocks if blocks is not None and np.isclose(len(blocks), count, rtol=1e-3) else None

    def _summed(self, tensor: str) -> list[tuple[Block, str]] | None:
        """Those that `tensor` is the sum of, in their order."""
        found: list[tuple[Block, str]] = []
        waiting = [tensor]
        while waiting:
            block, source = self._block(waiting.pop())
            node = self._graph.made_by(source, "Add") if not block else None
            if block:
                found.append((block, source))
            elif node is None or len(waiting) + len(found) > _MOST_BLOCKS:
                return None
            else:
                waiting += reversed(node.input)
        return found

    def _block(self, tensor: str) -> tuple[Block, str]:
        """The steps that end in `tensor`, first to last, and what goes into them; no steps: `tensor` itself."""
        steps: list[ResidualStep] = []
        while (found := self._step(tensor)) is not None:
            step, tensor = found
            steps.insert(0, step)
        return tuple(steps), tensor

    def _step(self, tensor: str) -> tuple[ResidualStep, str] | None:
        """The step that ends in `tensor`, and what goes into it."""
        node = self._graph.made_by(tensor, "Add")
        for changed, source in (node.input, reversed(node.input)) if node is not None else ():
            second = read_convolution(self._graph, changed)
            second_snake = read_snake(self._graph, second[1], self._style) if second is not None else None
            first = read_convolution(self._graph, second_snake.source) if second_snake is not None else None
            first_snake = read_snake(self._graph, first[1], self._style) if first is not None else None
            if second and second_snake and first and first_snake and first_snake.source == source:
                self.epsilons |= {first_snake.epsilon, second_snake.epsilon}
                step = ResidualStep(
                    first_norm=first_snake.norm, first=first[0], second_norm=second_snake.norm, second=second[0]
                )
                return step, source
        return None

    def _upsampling(self, tensor: str) -> tuple[Upsampling, bool, str] | None:
        """It, whether a frame is reflected in front of what it makes, and what goes into it."""
        padded = self._graph.made_by(tensor, "Pad")
        if padded is not None:
            pads = self._graph.constant(padded.input[1])
            if attribute(padded, "mode", "constant") != "reflect" or pads is None or pads.tolist() != _ONE_IN_FRONT:
                return None
            tensor = padded.input[0]
        found = read_upsampling(self._graph, tensor)
        return None if found is None else (found[0], padded is not None, found[1])
