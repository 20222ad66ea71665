"""Normalisation, affine and Snake in float32: by the statistics of what is given or by given ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from utterd.stages.models.vocoder.affines import Statistics
from utterd.stages.models.vocoder.graph import NATIVE_DOMAIN, GraphBuilder


@dataclass(slots=True, kw_only=True)
class FloatSnakes:
    """Adds them to a graph, one after another."""

    graph: GraphBuilder
    affines: Iterator[tuple[str, str]]
    """Gain and offset if normalising; else scale and shift, which must spread over x unless native."""
    epsilon: float | None
    """Of the normalisation; None if there is none to do."""
    native: bool
    statistics: Statistics | None
    axes: int
    """Of x: 3 or 4."""

    def next(self, x: str, name: str) -> str:
        """The next one; returns the name of its output, which is `name`."""
        factor, addend = next(self.affines)
        measured = self.statistics.next(name) if self.statistics else []
        if self.native:
            self._native(x, factor, addend, [name, *measured])
            return name
        if measured:
            addend = self._measure(x, addend, *measured)
        z = self._normalised(x, factor, addend, f"{name}.z")
        sine = self.graph.add("Sin", [z], f"{name}.sine")
        return self.graph.add("Add", [z, self.graph.add("Mul", [sine, sine], f"{name}.square")], name)

    def _native(self, x: str, factor: str, addend: str, outputs: list[str]) -> None:
        operator = "AffineSnake" if self.epsilon is None else "NormSnake"
        attributes: dict[str, Any] = {} if self.epsilon is None else {"epsilon": self.epsilon}
        self.graph.add_many(operator, [x, factor, addend], outputs, outputs[0], domain=NATIVE_DOMAIN, **attributes)

    def _normalised(self, x: str, factor: str, addend: str, name: str) -> str:
        if self.epsilon is None:
            return self.graph.add("Add", [self.graph.add("Mul", [x, factor], f"{name}.scaled"), addend], name)
        return self.graph.add("InstanceNormalization", [x, factor, addend], name, epsilon=self.epsilon)

    def _measure(self, x: str, addend: str, mean: str, mean_square: str) -> str:
        """Returns an addend of the same values, which takes the measuring to be done.

        Nobody else waits for what is measured, so ONNX Runtime would leave it to the end, and keep every x until then.
        """
        frames = list(range(2, self.axes))
        square = self.graph.add("Mul", [x, x], f"{mean_square}.of")
        for value, output in ((x, mean), (square, mean_square)):
            reduced = self.graph.add("ReduceMean", [value], f"{output}.reduced", axes=frames, keepdims=1)
            self.graph.add("Reshape", [reduced, self.graph.constant(f"{output}.shape", [-1])], output)
        if self.epsilon is not None:
            return addend
        both = self.graph.add("Add", [f"{mean}.reduced", f"{mean_square}.reduced"], f"{mean_square}.both")
        nothing = self.graph.add(
            "Mul", [both, self.graph.constant(f"{addend}.zero", np.float32(0))], f"{addend}.nothing"
        )
        return self.graph.add("Add", [addend, nothing], f"{addend}.measured")
