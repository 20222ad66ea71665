"""Which nodes of each part int8 is good enough for, found by what they do: exporters name nodes as they like."""

from collections.abc import Collection, Iterable

from onnx import ModelProto

from utterd.stages.models.quantising.flow import Flow
from utterd.stages.models.quantising.four_bits import with_int4_products
from utterd.stages.models.quantising.integers import exchangeable, ranged_tensors, with_integers
from utterd.stages.models.quantising.lstms import with_integer_lstms
from utterd.stages.models.quantising.ranges import measured_ranges
from utterd.stages.models.quantising.running import Arrays
from utterd.stages.models.vocoder.description import Vocoder
from utterd.stages.models.vocoder.emit import emit_windowed
from utterd.stages.models.vocoder.names import quantisable_convolutions
from utterd.stages.models.vocoder.ranges import Ranges

_PRODUCTS = ("Conv", "MatMul")
_NUMBERS = ("durations", "f0", "energy")
"""Outputs of the text part that are heard as they are."""
_CURVES = frozenset({"f0", "energy"})


def integer_text(model: ModelProto, feeds: Iterable[Arrays], weight_levels: int) -> ModelProto:
    """The text part with integer products, convolutions and LSTMs, calibrated on these feeds."""
    products = _calibrated(model, _PRODUCTS, float_nodes_of_text(model), feeds, weight_levels)
    return with_integer_lstms(products, weight_levels=weight_levels)


def int4_text(model: ModelProto) -> ModelProto:
    """The text part with int4 weights of products, and all else in float32."""
    return with_int4_products(model, float_nodes_of_text(model))


def integer_decoder(model: ModelProto, feeds: Iterable[Arrays], weight_levels: int) -> ModelProto:
    """The decoder with integer convolutions; its harmonic source stays what it is."""
    return _calibrated(model, ("Conv",), float_nodes_of_decoder(model), feeds, weight_levels)


def integer_vocoder(vocoder: Vocoder, ranges: Ranges, weight_levels: int) -> ModelProto:
    """The windowed vocoder, without native operators, with most of its convolutions integer."""
    names = {name for name, _ in quantisable_convolutions(vocoder)}
    return with_integers(emit_windowed(vocoder, native=False), names, ranges, weight_levels=weight_levels)


def _calibrated(
    model: ModelProto, operators: Collection[str], but: Collection[str], feeds: Iterable[Arrays], weight_levels: int
) -> ModelProto:
    names = {node.name for node in model.graph.node if node.op_type in operators and node.name not in but}
    names &= exchangeable(model)
    ranges = measured_ranges(model, ranged_tensors(model, names), feeds)
    return with_integers(model, names, ranges, weight_levels=weight_levels)


def float_nodes_of_text(model: ModelProto) -> list[str]:
    """Products of two activations, and the last before durations, F0 and energy: both cost next to nothing."""
    flow = Flow(model)
    products = [node for node in flow.nodes if node.op_type in _PRODUCTS]
    made = {node.output[0] for node in products}
    last = set().union(*(flow.behind(number, stop_at=made) for number in _NUMBERS)) & made
    return [node.name for node in products if node.input[1] not in flow.constants or node.output[0] in last]


def float_nodes_of_decoder(model: ModelProto) -> list[str]:
    """What makes the harmonics, and what takes F0 or energy as they are: hertz, where all else is normalised.

    The latter are the convolutions of the curves themselves, and the shortcuts around the blocks: rounding these made
    5.8 dB of 25 (PERFORMANCE.md 3).
    """
    flow = Flow(model)
    source = flow.behind("harmonics")
    normalised = {node.output[0] for node in flow.nodes if node.op_type == "InstanceNormalization"}
    return [
        node.name
        for node in flow.nodes
        if node.op_type == "Conv"
        and (node.output[0] in source or _CURVES & flow.behind(node.input[0], stop_at=normalised))
    ]
