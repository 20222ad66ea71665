"""The generator in int8: as in float32 (`network`), but that sums are put off into the operator that reads them."""

from dataclasses import dataclass
from typing import Final

import onnx

from utterd.stages.models.vocoder.affines import Statistics, add_affines
from utterd.stages.models.vocoder.context import Context, add_context
from utterd.stages.models.vocoder.description import ResidualStep, Stage, Vocoder
from utterd.stages.models.vocoder.graph import GraphBuilder
from utterd.stages.models.vocoder.integer_layers import TIME_AXIS, IntegerLayers, Integers
from utterd.stages.models.vocoder.layers import Layers
from utterd.stages.models.vocoder.names import (
    POST,
    block_names,
    first_name,
    noise_convolution_name,
    second_name,
    step_name,
    upsampling_name,
)
from utterd.stages.models.vocoder.network import add_inputs
from utterd.stages.models.vocoder.ranges import Ranges
from utterd.stages.models.vocoder.weights import after_snake, after_sum, upsampling_after_sum

SAFE_WEIGHT_LEVELS: Final = 63
"""On x86 without VNNI the kernels add pairs of products in int16, which larger weights overflow."""
FULL_WEIGHT_LEVELS: Final = 127


def emit_windowed_int8(
    vocoder: Vocoder, ranges: Ranges, *, measuring: bool = False, weight_levels: int = SAFE_WEIGHT_LEVELS
) -> onnx.ModelProto:
    """As `emit_windowed(native=True)`, inputs and outputs the same, in int8 but for what `float_names` names.

    Args:
        ranges: of all tensors of `ranged_tensors`, from runs of `emit_calibrating`'s graph.
        weight_levels: the largest integer weight; `FULL_WEIGHT_LEVELS` for processors that multiply without overflow
            (`quantising.weights.reduces_range`).
    """
    graph = GraphBuilder("generator")
    features, harmonics = add_inputs(graph, vocoder)
    layers = Layers(graph, as_2d=True)
    statistics = Statistics(graph, vocoder) if measuring else None
    integers = IntegerLayers(
        graph=graph,
        layers=layers,
        ranges=ranges,
        weight_levels=weight_levels,
        affines=add_affines(graph, vocoder, "scale", "shift"),
        statistics=statistics,
    )
    generator = _Generator(graph, layers, integers, add_context(graph, vocoder))
    waveform = generator.add(vocoder, layers.enter(features), layers.enter(harmonics))
    graph.output(waveform, "waveform", ["samples"])
    if statistics:
        statistics.give()
    return graph.model()


@dataclass(frozen=True, slots=True)
class _Generator:
    graph: GraphBuilder
    layers: Layers
    """Of what stays in float32, (1, channels, 1, frames)."""
    integers: IntegerLayers
    """Of the rest, (1, 1, frames, channels)."""
    context: Context

    def add(self, vocoder: Vocoder, features: str, harmonics: str) -> str:
        """Returns the waveform's name."""
        x, summed = self._channels_last(features), 1
        for index, stage in enumerate(vocoder.stages):
            if index == len(vocoder.stages) - 1:
                x, harmonics = self.context.cut_last_stage(x, TIME_AXIS, harmonics, self.layers)
            x = self._stage(stage, index, x, summed, harmonics)
            summed = len(stage.blocks)
        x = self.layers.leaky_relu(x, vocoder.post_slope, f"{POST}.channels_last")
        x = self.graph.add("Transpose", [x], f"{POST}.input", perm=[0, 3, 1, 2])
        x = self.layers.convolution(x, after_sum(vocoder.post, summed), POST)
        return self.context.cut_waveform(self.layers.waveform(x, vocoder, f"{POST}.waveform"))

    def _stage(self, stage: Stage, index: int, x: str, summed: int, harmonics: str) -> str:
        """The sum of the stage's blocks; `x` is one of `summed` blocks."""
        noise_path, *paths = block_names(index, stage)
        noise = self.layers.convolution(harmonics, stage.noise_convolution, noise_convolution_name(index))
        noise, change = self._block(stage.noise_block, self._channels_last(noise), noise_path)
        upsampling = upsampling_after_sum(stage.upsampling, summed)
        frames = self.integers.upsample(x, upsampling, stage, upsampling_name(index))
        x = self.integers.sum(noise, change, f"stage{index}.joined", and_change=frames)
        total = ""
        for block, path in zip(stage.blocks, paths, strict=True):
            y, change = self._block(block, x, path)
            total = self.integers.sum(y, change, f"{path}.sum", and_x=total)
        return total

    def _block(self, steps: tuple[ResidualStep, ...], x: str, path: str) -> tuple[str, Integers]:
        """What is still to be added up."""
        change = None
        for index, step in enumerate(steps):
            name, summed = step_name(path, index), f"{step_name(path, index)}.sum"
            first = after_snake(step.first, step.first_norm.alpha)
            second = after_snake(step.second, step.second_norm.alpha)
            if change is None:
                inner = self.integers.snake_convolution(x, first, first_name(name))
            else:
                inner = self.integers.residual_convolution(x, change, first, summed, first_name(name))
                x = summed
            change = self.integers.inner_convolution(inner, second, second_name(name))
        assert change is not None, "a block has steps"
        return x, change

    def _channels_last(self, x: str) -> str:
        return self.graph.add("Transpose", [x], f"{x}.channels_last", perm=[0, 2, 3, 1])
