"""Layers in int8 and channels last: ONNX Runtime's integer convolutions, and operators of stages/native between them.

Tensors are (1, 1, frames, channels). Convolutions take and give uint8; sums of the residual path are float32.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from utterd.stages.models.vocoder.affines import Statistics
from utterd.stages.models.vocoder.description import Convolution, Stage, Upsampling
from utterd.stages.models.vocoder.graph import MICROSOFT_DOMAIN, NATIVE_DOMAIN, GraphBuilder
from utterd.stages.models.vocoder.layers import Layers
from utterd.stages.models.vocoder.ranges import Range, Ranges
from utterd.stages.models.vocoder.rounding import OUTPUT_ZERO, Rounded, rounded
from utterd.stages.models.vocoder.weights import end_trim, polyphase

TIME_AXIS: Final = 2


@dataclass(frozen=True, slots=True)
class Integers:
    """A uint8 tensor, made by a convolution: (q - OUTPUT_ZERO) * scale."""

    name: str
    scale: str
    """A constant, (channels,)."""

    def inputs(self) -> list[str]:
        return [self.name, self.scale]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerLayers:
    """Adds to `graph`."""

    graph: GraphBuilder
    layers: Layers
    ranges: Ranges
    weight_levels: int
    affines: Iterator[tuple[str, str]]
    """Scale and shift of each Snake."""
    statistics: Statistics | None

    def snake_convolution(self, x: str, convolution: Convolution, name: str) -> Integers:
        """Snake of a float32 tensor, and a convolution."""
        constants = self._rounded(convolution, name)
        return self._convolution(self._snake("SnakeQuantize", [x], [], constants, name), convolution, constants, name)

    def inner_convolution(self, x: Integers, convolution: Convolution, name: str) -> Integers:
        """Likewise of what a convolution gave."""
        constants = self._rounded(convolution, name)
        y = self._snake("DequantizeSnakeQuantize", x.inputs(), [], constants, name)
        return self._convolution(y, convolution, constants, name)

    def residual_convolution(
        self, x: str, change: Integers, convolution: Convolution, summed: str, name: str
    ) -> Integers:
        """Likewise of the sum of the two, which is kept, in float32, as `summed`."""
        constants = self._rounded(convolution, name)
        y = self._snake("ResidualSnakeQuantize", [x, *change.inputs()], [summed], constants, name)
        return self._convolution(y, convolution, constants, name)

    def sum(self, x: str, change: Integers, name: str, *, and_x: str = "", and_change: Integers | None = None) -> str:
        """Of up to four, in float32."""
        inputs = [x, *change.inputs()]
        if and_x or and_change:
            inputs.append(and_x)
        if and_change:
            inputs += and_change.inputs()
        return self.graph.add("DequantizeAdd", inputs, name, domain=NATIVE_DOMAIN, q_zero=OUTPUT_ZERO)

    def upsample(self, x: str, upsampling: Upsampling, stage: Stage, name: str) -> Integers:
        """LeakyReLU of a float32 tensor, and a polyphase convolution; reflected as the stage has it.

        Its output channels are the phases beside each other, not the channels': so frames follow each other as they
        are.
        """
        channels = upsampling.weight.shape[1]
        convolution, got = _phases_first(polyphase(upsampling), self.ranges[name], channels)
        constants = rounded(convolution, self.ranges[f"{name}.input"], got, weight_levels=self.weight_levels)
        inputs = [x, self.graph.constant(f"{name}.input.scale", constants.input_scale)]
        attributes = {"slope": stage.slope, "y_zero": constants.input_zero}
        x = self.graph.add("LeakyReluQuantize", inputs, f"{name}.input", domain=NATIVE_DOMAIN, **attributes)
        x = self._convolution(x, convolution, constants, name).name
        x = self.layers.reshape(x, [1, 1, -1, channels], f"{name}.frames")
        x = self.layers.slice(x, upsampling.padding, -end_trim(upsampling), f"{name}.trimmed", TIME_AXIS)
        if stage.reflect:
            first = self.layers.slice(x, 1, 2, f"{name}.first", TIME_AXIS)
            x = self.graph.add("Concat", [first, x], f"{name}.reflected", axis=TIME_AXIS)
        return Integers(x, self.graph.constant(f"{name}.channel_scale", constants.output_scale[:channels]))

    def _snake(self, operator: str, inputs: list[str], outputs: list[str], to: Rounded, convolution: str) -> str:
        """The input of that convolution, after `outputs`."""
        name = f"{convolution}.input"
        zeros: dict[str, Any] = {"y_zero": to.input_zero}
        if operator != "SnakeQuantize":
            zeros["q_zero"] = OUTPUT_ZERO
        measured = self.statistics.next(name) if self.statistics else []
        inputs = [*inputs, *next(self.affines), self.graph.constant(f"{name}.scale", to.input_scale)]
        self.graph.add_many(operator, inputs, [*outputs, name, *measured], name, domain=NATIVE_DOMAIN, **zeros)
        return name

    def _rounded(self, convolution: Convolution, name: str) -> Rounded:
        given, got = self.ranges[f"{name}.input"], self.ranges[name]
        return rounded(convolution, given, got, weight_levels=self.weight_levels)

    def _convolution(self, x: str, of: Convolution, constants: Rounded, name: str) -> Integers:
        def constant(kind: str, value: Any) -> str:
            return self.graph.constant(f"{name}.{kind}", value)

        one = constant("one", np.float32(1))
        inputs = [x, one, constant("input_zero", np.uint8(constants.input_zero))]
        inputs += [constant("weight", constants.weight[:, :, None]), constant("weight_scale", constants.weight_scale)]
        inputs += [constant("weight_zero", np.zeros(len(constants.bias), np.int8))]
        inputs += [one, constant("output_zero", np.uint8(OUTPUT_ZERO)), constant("bias", constants.bias)]
        self.graph.add(
            "QLinearConv",
            inputs,
            name,
            domain=MICROSOFT_DOMAIN,
            channels_last=1,
            kernel_shape=[1, constants.weight.shape[2]],
            strides=[1, of.stride],
            dilations=[1, of.dilation],
            pads=[0, of.padding] * 2,
        )
        return Integers(name, constant("output_scale", constants.output_scale))


def _phases_first(convolution: Convolution, got: Range, channels: int) -> tuple[Convolution, Range]:
    """Output channels (phase, channel) in place of (channel, phase), and one range for all phases of a channel."""
    stride = len(convolution.bias) // channels
    order = np.arange(len(convolution.bias)).reshape(channels, stride).T.ravel()
    low, high = got.low.reshape(channels, stride).min(axis=1), got.high.reshape(channels, stride).max(axis=1)
    ordered = replace(convolution, weight=convolution.weight[order], bias=convolution.bias[order])
    return ordered, Range(np.tile(low, stride), np.tile(high, stride))
