"""A window's context, cut away where nothing behind needs it: there is more of it than of what is heard."""

from dataclasses import dataclass
from math import prod
from typing import Final

from utterd.stages.models.vocoder.description import Vocoder
from utterd.stages.models.vocoder.graph import GraphBuilder
from utterd.stages.models.vocoder.layers import Layers

LAST_STAGE_FRAMES: Final = 2
"""How many frames of it the last stage is given.

All convolutions from the stage's beginning to the sound, those of its noise block first, reach 125 frames of its own to
either side, of which 60 are one of the features. With 2 a window is as near to the whole as with 8 (109 to 113 dB on
the full-size model), with 1 it is not (61 to 64 dB). Windows of 12 to 28 frames take 17 to 28 % less time for it.
"""

Ends = tuple[str, str]
"""Tensors int64 (1,): so many of the features' frames at the beginning and at the end."""


@dataclass(frozen=True, slots=True)
class Context:
    """Adds to a graph what cuts; every method returns the name of its output."""

    graph: GraphBuilder
    early: Ends
    """To be cut in front of the last stage."""
    late: Ends
    """To be cut behind it."""
    rates: tuple[int, int, int]
    """Frames in front of the last stage, frames of the harmonics, and samples: to one frame of the features."""

    def cut_last_stage(self, x: str, x_axis: int, harmonics: str, layers: Layers) -> tuple[str, str]:
        """What the last stage takes: `x` (frames on `x_axis`) and the harmonics in the layout of `layers`."""
        of_x, of_harmonics, _ = self.rates
        return (
            self._cut(x, self.early, of_x, x_axis, "context.stage"),
            self._cut(harmonics, self.early, of_harmonics, layers.time_axis, "context.harmonics"),
        )

    def cut_waveform(self, waveform: str) -> str:
        """Samples (samples,) of the window without its context."""
        return self._cut(waveform, self.late, self.rates[2], 0, "context.waveform")

    def _cut(self, x: str, frames: Ends, rate: int, axis: int, name: str) -> str:
        graph = self.graph
        times = graph.constant(f"{name}.rate", [rate])
        begin = graph.add("Mul", [frames[0], times], f"{name}.begin")
        removed = graph.add("Mul", [frames[1], times], f"{name}.removed")
        length = graph.add("Shape", [x], f"{name}.length", start=axis, end=axis + 1)
        end = graph.add("Sub", [length, removed], f"{name}.end")
        return graph.add("Slice", [x, begin, end, graph.constant(f"{name}.axis", [axis])], name)


def add_context(graph: GraphBuilder, vocoder: Vocoder) -> Context:
    """With an input `context` of the graph: int64 (2,), frames of context at the window's beginning and at its end."""
    context = graph.integer_input("context", [2])
    late = graph.add("Min", [context, graph.constant("context.most", [LAST_STAGE_FRAMES])], "context.late")
    early = graph.add("Sub", [context, late], "context.early")
    *strides, last = (stage.upsampling.stride for stage in vocoder.stages)
    to_harmonics = prod(strides) * last
    rates = (prod(strides), to_harmonics, to_harmonics * vocoder.hop)
    return Context(graph, _ends(graph, early), _ends(graph, late), rates)


def _ends(graph: GraphBuilder, pair: str) -> Ends:
    begin, end = f"{pair}.begin", f"{pair}.end"
    graph.add_many("Split", [pair, graph.constant(f"{pair}.sizes", [1, 1])], [begin, end], f"{pair}.ends", axis=0)
    return begin, end
