"""Reads the whole generator of a graph, from its waveform back to its features and harmonics."""

import math
from dataclasses import dataclass

from utterd.stages.models.splitting.blocks import ReadStage, StageReader
from utterd.stages.models.splitting.convolutions import read_convolution
from utterd.stages.models.splitting.errors import NotFound
from utterd.stages.models.splitting.graph import Graph, attribute
from utterd.stages.models.splitting.inverse_transform import read_inverse_transform
from utterd.stages.models.splitting.waveform_ends import WaveformEnd
from utterd.stages.models.vocoder.description import Vocoder

FRAME_SAMPLES = 300
"""Of a frame of features: 12.5 ms at 24 kHz. With a stage that was not read it would be another number."""


@dataclass(frozen=True, slots=True)
class Generator:
    """A vocoder, and the tensors that go into it."""

    vocoder: Vocoder
    features: str
    harmonics: str
    end: WaveformEnd
    """Behind it."""


def read_generator(graph: Graph, style: str) -> Generator:
    """
    Args:
        style: the graph's input that normalisations depend on.

    Raises:
        NotFound: which part of it.
    """
    inverse = read_inverse_transform(graph)
    post = read_convolution(graph, inverse.source)
    activation = graph.made_by(post[1], "LeakyRelu") if post is not None else None
    if post is None or activation is None:
        raise NotFound("the convolution to magnitudes and phases")
    reader = StageReader(graph, style)
    stages = _read_stages(reader, activation.input[0])
    harmonics = {stage.harmonics for stage in stages}
    if len(harmonics) != 1:
        raise NotFound("the one spectrum of harmonics that all stages take")
    if len(reader.epsilons) != 1:
        raise NotFound("the one epsilon that all normalisations add")
    vocoder = Vocoder(
        stages=tuple(stage.stage for stage in stages),
        post_slope=attribute(activation, "alpha", 0.01),
        post=post[0],
        inverse_real=inverse.real,
        inverse_imaginary=inverse.imaginary,
        hop=inverse.hop,
        trim=inverse.end.trim,
        epsilon=reader.epsilons.pop(),
    )
    if not _fits(vocoder):
        raise NotFound("a generator whose weights are made for each other")
    if math.prod(stage.stage.upsampling.stride for stage in stages) * inverse.hop != FRAME_SAMPLES:
        raise NotFound(f"a generator that makes {FRAME_SAMPLES} samples of each frame of its features")
    return Generator(vocoder, stages[0].features, harmonics.pop(), inverse.end)


def _read_stages(reader: StageReader, tensor: str) -> list[ReadStage]:
    """First to last."""
    stages: list[ReadStage] = []
    while (found := reader.read(tensor)) is not None:
        stages.insert(0, found)
        tensor = found.features
    if not stages:
        raise NotFound("the mean of residual blocks with AdaIN and Snake")
    return stages


def _fits(vocoder: Vocoder) -> bool:
    """Whether each layer gives as many channels as the next one takes: graphs need not say so themselves."""
    bins = len(vocoder.inverse_real)
    channels = vocoder.stages[0].upsampling.weight.shape[0]
    for stage in vocoder.stages:
        taken, width = stage.upsampling.weight.shape[:2]
        steps = [step for block in (stage.noise_block, *stage.blocks) for step in block]
        inner = {convolution.weight.shape[:2] for step in steps for convolution in (step.first, step.second)}
        norms = {norm.channels for step in steps for norm in (step.first_norm, step.second_norm)}
        noise = stage.noise_convolution.weight.shape[:2]
        if (taken, noise, inner, norms) != (channels, (width, 2 * bins), {(width, width)}, {width}):
            return False
        channels = width
    real, imaginary = vocoder.inverse_real.shape, vocoder.inverse_imaginary.shape
    return vocoder.post.weight.shape[:2] == (2 * bins, channels) and real == imaginary == (bins, 1, real[2])
