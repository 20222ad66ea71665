"""The second part: aligned text and curves to what the generator takes, and the affines of its normalisations."""

import numpy as np
from onnx import TensorProto, helper

from utterd.stages.models.splitting.extraction import extract
from utterd.stages.models.splitting.generator import Generator
from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.inputs import STYLE_SIZE, Inputs
from utterd.stages.models.splitting.landmarks import Landmarks
from utterd.stages.models.splitting.patch import Patch
from utterd.stages.models.splitting.snakes import DECODER_STYLE
from utterd.stages.models.vocoder.description import Array, Vocoder


def decoder_part(graph: Graph, inputs: Inputs, landmarks: Landmarks, generator: Generator) -> Graph:
    """asr, f0, energy, style -> features, harmonics, gains float32 [M], offsets float32 [M].

    The noise of the harmonic source stays in it: no two runs are equal.
    """
    float32 = TensorProto.FLOAT
    patch = Patch(graph.names)
    gains, offsets = _add_affines(patch, inputs.style, generator.vocoder)
    size = sum(generator.vocoder.channels)
    bins = 2 * len(generator.vocoder.inverse_real)
    channels = generator.vocoder.stages[0].upsampling.weight.shape[0]
    return extract(
        graph,
        {
            landmarks.asr: helper.make_tensor_value_info("asr", float32, [1, landmarks.channels, "frames"]),
            landmarks.f0: helper.make_tensor_value_info("f0", float32, [1, 1, "half_frames"]),
            landmarks.energy: helper.make_tensor_value_info("energy", float32, [1, 1, "half_frames"]),
            inputs.style: helper.make_tensor_value_info("style", float32, [1, STYLE_SIZE]),
        },
        {
            generator.features: helper.make_tensor_value_info("features", float32, [1, channels, "half_frames"]),
            generator.harmonics: helper.make_tensor_value_info("harmonics", float32, [1, bins, "spectra"]),
            gains: helper.make_tensor_value_info("gains", float32, [size]),
            offsets: helper.make_tensor_value_info("offsets", float32, [size]),
        },
        patch,
    )


def _add_affines(patch: Patch, style: str, vocoder: Vocoder) -> tuple[str, str]:
    """Gains and offsets of a style, each [M], those of all normalisations in a row."""
    names = ("first", "end", "axis", "flat")
    values = (0, DECODER_STYLE, 1, -1)
    first, end, axis, flat = (
        patch.constant(f"affines.{name}", np.array([value])) for name, value in zip(names, values, strict=True)
    )
    decoders = patch.add("Slice", [style, first, end, axis], "affines.style")

    def linear(name: str, weights: list[Array], biases: list[Array]) -> str:
        weight = patch.constant(f"{name}.weight", np.concatenate(weights, axis=1))
        bias = patch.constant(f"{name}.bias", np.concatenate(biases))
        product = patch.add("MatMul", [decoders, weight], f"{name}.product")
        return patch.add("Reshape", [patch.add("Add", [product, bias], f"{name}.row"), flat], name)

    norms = list(vocoder.norms())
    gains = linear("gains", [norm.gain_weight for norm in norms], [norm.gain_bias for norm in norms])
    offsets = linear("offsets", [norm.offset_weight for norm in norms], [norm.offset_bias for norm in norms])
    return gains, offsets
