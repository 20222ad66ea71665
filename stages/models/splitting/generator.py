"""Reads the whole generator of a graph, from its waveform back to its features and harmonics."""

from dataclasses import dataclass

from utterd.stages.models.splitting.blocks import ReadStage, StageReader
from utterd.stages.models.splitting.convolutions import read_convolution
from utterd.stages.models.splitting.graph import Graph, NotFound, attribute
from utterd.stages.models.splitting.inverse_transform import read_inverse_transform
from utterd.stages.models.splitting.waveform_ends import WaveformEnd
from utterd.stages.models.vocoder.description import Vocoder


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
    stages = _read_stages(graph, style, activation.input[0])
    harmonics = {stage.harmonics for stage in stages}
    epsilons = {epsilon for stage in stages for epsilon in stage.epsilons}
    if len(harmonics) != 1 or len(epsilons) != 1:
        raise NotFound("the one spectrum of harmonics that all stages take")
    vocoder = Vocoder(
        stages=tuple(stage.stage for stage in stages),
        post_slope=attribute(activation, "alpha", 0.01),
        post=post[0],
        inverse_real=inverse.real,
        inverse_imaginary=inverse.imaginary,
        hop=inverse.hop,
        trim=inverse.end.trim,
        epsilon=epsilons.pop(),
    )
    return Generator(vocoder, stages[0].features, harmonics.pop(), inverse.end)


def _read_stages(graph: Graph, style: str, tensor: str) -> list[ReadStage]:
    """First to last."""
    reader = StageReader(graph, style)
    stages: list[ReadStage] = []
    while (found := reader.read(tensor)) is not None:
        stages.insert(0, found)
        tensor = found.features
    if not stages:
        raise NotFound("the mean of residual blocks with AdaIN and Snake")
    return stages
