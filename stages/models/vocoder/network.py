"""The generator, layer by layer, with the normalisations left to the caller."""

from typing import Protocol

from utterd.stages.models.vocoder.context import Context
from utterd.stages.models.vocoder.description import ResidualStep, Stage, Vocoder
from utterd.stages.models.vocoder.graph import GraphBuilder
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
from utterd.stages.models.vocoder.weights import after_snake, after_sum, upsampling_after_sum


class Snakes(Protocol):
    """Normalisation, affine and Snake without its `1 / alpha`, in the order of `Vocoder.norms`."""

    def next(self, x: str, name: str) -> str:
        """The next one, of `x`; returns the name of its output, which is `name`."""


def add_inputs(graph: GraphBuilder, vocoder: Vocoder) -> tuple[str, str]:
    """`features` and `harmonics`, both (1, channels, frames)."""
    channels = vocoder.stages[0].upsampling.weight.shape[0]
    harmonics = vocoder.stages[0].noise_convolution.weight.shape[1]
    return (
        graph.input("features", [1, channels, "frames"]),
        graph.input("harmonics", [1, harmonics, "harmonic_frames"]),
    )


def add_generator(
    layers: Layers, vocoder: Vocoder, features: str, harmonics: str, snakes: Snakes, context: Context | None
) -> str:
    """From the two inputs, in the layout of `layers`, to the waveform (samples,), without its context if any is cut."""
    x, summed = features, 1
    for index, stage in enumerate(vocoder.stages):
        if context and index == len(vocoder.stages) - 1:
            x, harmonics = context.cut_last_stage(x, layers.time_axis, harmonics, layers)
        x = _stage(layers, stage, index, x, summed, harmonics, snakes)
        summed = len(stage.blocks)
    x = layers.leaky_relu(x, vocoder.post_slope, f"{POST}.input")
    x = layers.convolution(x, after_sum(vocoder.post, summed), POST)
    waveform = layers.waveform(x, vocoder, f"{POST}.waveform")
    return context.cut_waveform(waveform) if context else waveform


def _stage(layers: Layers, stage: Stage, index: int, x: str, summed: int, harmonics: str, snakes: Snakes) -> str:
    """The sum of the stage's blocks; `x` is one of `summed` blocks."""
    noise_path, *paths = block_names(index, stage)
    noise = layers.convolution(harmonics, stage.noise_convolution, noise_convolution_name(index))
    noise = _block(layers, stage.noise_block, noise, noise_path, snakes)
    name = upsampling_name(index)
    x = layers.leaky_relu(x, stage.slope, f"{name}.input")
    x = layers.upsample(x, upsampling_after_sum(stage.upsampling, summed), name)
    if stage.reflect:
        x = layers.reflect(x, f"{name}.reflected")
    x = layers.sum([x, noise], f"stage{index}.joined")
    blocks = [_block(layers, block, x, path, snakes) for block, path in zip(stage.blocks, paths, strict=True)]
    return layers.sum(blocks, f"stage{index}.sum")


def _block(layers: Layers, steps: tuple[ResidualStep, ...], x: str, path: str, snakes: Snakes) -> str:
    for index, step in enumerate(steps):
        name = step_name(path, index)
        first, second = first_name(name), second_name(name)
        y = snakes.next(x, f"{first}.input")
        y = layers.convolution(y, after_snake(step.first, step.first_norm.alpha), first)
        y = snakes.next(y, f"{second}.input")
        y = layers.convolution(y, after_snake(step.second, step.second_norm.alpha), second)
        x = layers.sum([x, y], f"{name}.sum")
    return x
