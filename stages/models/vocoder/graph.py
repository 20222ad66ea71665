"""A graph under construction: nodes and constants by name, and the model that they make."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET: Final = 17
"""That of Kokoro's own exports; we use nothing that came later than 15."""
IR_VERSION: Final = 8
NATIVE_DOMAIN: Final = "utterd"
"""Of the operators in stages/native."""
MICROSOFT_DOMAIN: Final = "com.microsoft"
"""ONNX Runtime's own operators; part of every build of it."""

Dimension = int | str


class GraphBuilder:
    """Each tensor is named after the node that makes it, so names in profiles, logs and rules tell where one is."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, shape: Sequence[Dimension]) -> str:
        """Declare a float32 input."""
        return self._input(name, TensorProto.FLOAT, shape)

    def integer_input(self, name: str, shape: Sequence[Dimension]) -> str:
        """Declare an int64 input."""
        return self._input(name, TensorProto.INT64, shape)

    def output(self, value: str, name: str, shape: Sequence[Dimension]) -> None:
        """Give out the float32 tensor `value` as `name`."""
        self.add("Identity", [value], name)
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def constant(self, name: str, value: npt.ArrayLike) -> str:
        """Arrays stay of the type that they are; Python's integers become int64."""
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operator: str, inputs: Sequence[str], name: str, *, domain: str = "", **attributes: Any) -> str:
        """One node with one output, both called `name`; returns that."""
        return self.add_many(operator, inputs, [name], name, domain=domain, **attributes)[0]

    def add_many(
        self,
        operator: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        name: str,
        *,
        domain: str = "",
        **attributes: Any,
    ) -> list[str]:
        """One node with any outputs; returns their names."""
        self._nodes.append(
            helper.make_node(operator, list(inputs), list(outputs), name=name, domain=domain, **attributes)
        )
        return list(outputs)

    def _input(self, name: str, kind: int, shape: Sequence[Dimension]) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def model(self) -> onnx.ModelProto:
        """What was built, its domains declared."""
        graph = helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, self._constants)
        domains = {node.domain for node in self._nodes} - {""}
        opsets = [helper.make_opsetid("", OPSET), *(helper.make_opsetid(domain, 1) for domain in sorted(domains))]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="utterd")
