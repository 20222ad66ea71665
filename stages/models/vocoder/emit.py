"""The float32 graphs of the generator.

All take `features` (1, channels, t) at 80 Hz and `harmonics` (1, 22, 60 t + 1), and give `waveform` (300 t,), float32;
t is at least 1. (22, 60 and 300 are Kokoro's figures.)

*Windows.* Frames a to b of a unit of t frames are `features[:, :, a:b]` and `harmonics[:, :, 60 * a : 60 * b + 1]`;
their waveform's sample i is the unit's sample `300 * a + i`. The harmonics' one frame more is that of the last stage,
whose first frame is a reflection: frame k of the unit's spectrum is frame `k - 60 * a` of the window's. Near a window's
inner ends samples differ from the whole unit's, as what lies beyond is missing there, the reflection is a wrong one,
and the transform's edge is a false one: give 8 frames more at such an end, and say so in `context`, int64 (2,): frames
of context at the window's beginning and at its end. The waveform is that of the others alone, and the whole unit's to
109 dB, with the same statistics (in int8 to 43 dB, by roundings that fall the other way). At a unit's true ends (a = 0,
b = t) nothing is missing and there is no context: reflection and edge are the unit's own.
"""

import onnx

from utterd.stages.models.vocoder.affines import Statistics, add_affines
from utterd.stages.models.vocoder.context import add_context
from utterd.stages.models.vocoder.description import Vocoder
from utterd.stages.models.vocoder.graph import GraphBuilder
from utterd.stages.models.vocoder.layers import Layers
from utterd.stages.models.vocoder.network import add_generator, add_inputs
from utterd.stages.models.vocoder.ranges import ranged_tensors
from utterd.stages.models.vocoder.snakes import FloatSnakes


def emit_whole(vocoder: Vocoder, *, native: bool, measuring: bool = False, as_2d: bool = True) -> onnx.ModelProto:
    """Normalises by the statistics of what it is given; inputs `gains` and `offsets`, float32 (sum of channels,).

    Args:
        native: with operators of stages/native, whose library the session must be given.
        measuring: with outputs `mean` and `mean_square`, float32 (sum of channels,): of the normalisations' inputs.
        as_2d: as two-dimensional convolutions of height 1; False where those are not the faster ones.
    """
    return _generator(vocoder, normalising=True, native=native, measuring=measuring, as_2d=as_2d).model()


def emit_windowed(vocoder: Vocoder, *, native: bool, measuring: bool = False, as_2d: bool = True) -> onnx.ModelProto:
    """Normalises by given statistics; inputs `scale` and `shift`, float32 (sum of channels,), and `context`.

    scale = gain / sqrt(variance + epsilon), shift = offset - mean * scale. Arguments as for `emit_whole`; what is
    measured is the window, context and all, but for the last stage, which is given `context.LAST_STAGE_FRAMES` of it.
    """
    return _generator(vocoder, normalising=False, native=native, measuring=measuring, as_2d=as_2d).model()


def emit_calibrating(vocoder: Vocoder) -> onnx.ModelProto:
    """As `emit_whole`, with outputs `low` and `high`: what `ranges_of` takes."""
    graph = _generator(vocoder, normalising=True, native=False, measuring=False, as_2d=True)
    tensors = ranged_tensors(vocoder)
    for output, operator in (("low", "ReduceMin"), ("high", "ReduceMax")):
        parts = [graph.add(operator, [x], f"{x}.{output}", axes=[0, 2, 3], keepdims=0) for x in tensors]
        joined = graph.add("Concat", parts, f"{output}.joined", axis=0)
        graph.output(joined, output, [sum(tensors.values())])
    return graph.model()


def _generator(vocoder: Vocoder, *, normalising: bool, native: bool, measuring: bool, as_2d: bool) -> GraphBuilder:
    graph = GraphBuilder("generator")
    layers = Layers(graph, as_2d)
    features, harmonics = (layers.enter(x) for x in add_inputs(graph, vocoder))
    axes = 4 if as_2d else 3
    factors, addends = ("gains", "offsets") if normalising else ("scale", "shift")
    statistics = Statistics(graph, vocoder) if measuring else None
    snakes = FloatSnakes(
        graph=graph,
        affines=add_affines(graph, vocoder, factors, addends, axes=1 if normalising or native else axes),
        epsilon=vocoder.epsilon if normalising else None,
        native=native,
        statistics=statistics,
        axes=axes,
    )
    context = None if normalising else add_context(graph, vocoder)
    graph.output(add_generator(layers, vocoder, features, harmonics, snakes, context), "waveform", ["samples"])
    if statistics:
        statistics.give()
    return graph
