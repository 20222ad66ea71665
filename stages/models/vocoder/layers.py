"""Convolutions and what goes with them, in one of two layouts: (1, channels, frames) or (1, channels, 1, frames).

The second makes a convolution along time a two-dimensional one of height 1: ONNX Runtime has blocked kernels for
those alone (on x86 1.13 times as fast over the whole vocoder).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from utterd.stages.models.vocoder.description import Array, Convolution, Upsampling, Vocoder
from utterd.stages.models.vocoder.graph import GraphBuilder
from utterd.stages.models.vocoder.weights import end_trim, inverse_transform, polyphase

_END: Final = np.iinfo(np.int64).max
_TIME: Final = -1


@dataclass(frozen=True, slots=True)
class Layers:
    """Adds to `graph`; every method returns the name of its output, which is `name`."""

    graph: GraphBuilder
    as_2d: bool

    @property
    def time_axis(self) -> int:
        return 3 if self.as_2d else 2

    def enter(self, x: str) -> str:
        """(1, channels, frames) to the layout."""
        if not self.as_2d:
            return x
        return self.graph.add("Unsqueeze", [x, self.graph.constant(f"{x}.axis", [2])], f"{x}.2d")

    def convolution(self, x: str, convolution: Convolution, name: str) -> str:
        inputs = [
            x,
            self.graph.constant(f"{name}.weight", self._kernel(convolution.weight)),
            self.graph.constant(f"{name}.bias", convolution.bias),
        ]
        return self.graph.add(
            "Conv",
            inputs,
            name,
            kernel_shape=self._sizes(convolution.weight.shape[2], 1),
            strides=self._sizes(convolution.stride, 1),
            dilations=self._sizes(convolution.dilation, 1),
            pads=self._sizes(convolution.padding, 0) * 2,
        )

    def upsample(self, x: str, upsampling: Upsampling, name: str) -> str:
        """As a polyphase convolution: transposed ones have no fast kernels, in float32 or in int8."""
        channels = upsampling.weight.shape[1]
        phases = self.convolution(x, polyphase(upsampling), name)
        steps = self.reshape(phases, [1, channels, upsampling.stride, -1], f"{name}.phases")
        frames = self.graph.add("Transpose", [steps], f"{name}.frames", perm=[0, 1, 3, 2])
        joined = self.reshape(frames, [1, channels, *self._sizes(-1, 1)], f"{name}.joined")
        return self.slice(joined, upsampling.padding, -end_trim(upsampling), f"{name}.trimmed")

    def reflect(self, x: str, name: str) -> str:
        """One frame more at the beginning: the second frame's copy."""
        return self.graph.add("Concat", [self.slice(x, 1, 2, f"{name}.first"), x], name, axis=_TIME)

    def leaky_relu(self, x: str, slope: float, name: str) -> str:
        return self.graph.add("LeakyRelu", [x], name, alpha=slope)

    def sum(self, parts: Sequence[str], name: str) -> str:
        """Of one or more; one alone keeps its own name."""
        total = parts[0]
        for index, part in enumerate(parts[1:], 2):
            total = self.graph.add("Add", [total, part], name if index == len(parts) else f"{name}.{index}")
        return total

    def waveform(self, x: str, vocoder: Vocoder, name: str) -> str:
        """Log magnitudes and phases through the inverse transform: shape (samples,)."""
        graph, bins = self.graph, vocoder.inverse_real.shape[0]
        halves = [f"{name}.log_magnitude", f"{name}.sine_of_phase"]
        split = graph.constant(f"{name}.bins", [bins, bins])
        graph.add_many("Split", [x, split], halves, f"{name}.halves", axis=1)
        magnitude = graph.add("Exp", [halves[0]], f"{name}.magnitude")
        phase = graph.add("Sin", [halves[1]], f"{name}.phase")
        real = graph.add("Mul", [magnitude, graph.add("Cos", [phase], f"{name}.cos")], f"{name}.real")
        imaginary = graph.add("Mul", [magnitude, graph.add("Sin", [phase], f"{name}.sin")], f"{name}.imaginary")
        spectrum = graph.add("Concat", [real, imaginary], f"{name}.spectrum", axis=1)
        samples = self.upsample(spectrum, inverse_transform(vocoder), f"{name}.inverse_transform")
        return self.reshape(samples, [-1], name)

    def slice(self, x: str, first: int, end: int, name: str, axis: int = _TIME) -> str:
        """Frames from `first` up to `end`, which counts from the end if negative and is the end if 0."""
        bounds = {"first": [first], "end": [end or _END], "axis": [axis]}
        constants = [self.graph.constant(f"{name}.{bound}", value) for bound, value in bounds.items()]
        return self.graph.add("Slice", [x, *constants], name)

    def reshape(self, x: str, shape: Sequence[int], name: str) -> str:
        return self.graph.add("Reshape", [x, self.graph.constant(f"{name}.shape", list(shape))], name)

    def _sizes(self, size: int, beside: int) -> list[int]:
        return [beside, size] if self.as_2d else [size]

    def _kernel(self, weight: Array) -> Array:
        return weight[:, :, None] if self.as_2d else weight
