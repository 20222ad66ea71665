"""Runs graphs that are being worked on: those in memory, and files that are to be tried."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt
from onnx import ModelProto

from utterd.stages.inference.onnx_session import onnxruntime  # its import there keeps telemetry off
from utterd.stages.models.parts import DATA

Arrays = Mapping[str, npt.NDArray[Any]]
"""What a graph takes or gives, by name."""

_ERRORS_ONLY = 3
"""Of ONNX Runtime's severities: it warns that what is saved optimised is for this machine, which is what we want."""

_WEIGHTS = "session.optimized_model_external_initializers"
"""Options of ONNX Runtime: where a graph's weights go that do not go into it."""
_LEAST_WEIGHT_BYTES = 1024
"""Smaller ones stay in the graph: shapes and axes are read while it loads, and pages are larger than either."""


class Running:
    """A graph on the CPU, on all of its cores."""

    def __init__(
        self,
        model: ModelProto | Path,
        *,
        library: Path | None = None,
        optimise: bool = True,
        save_to: Path | None = None,
    ) -> None:
        """
        Args:
            library: of operators beyond ONNX Runtime's own.
            optimise: False for what has been saved optimised.
            save_to: have the optimised graph written there, and its weights to a file beside it, named so with DATA
                behind it.
        """
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_mem_pattern = False
        options.enable_cpu_mem_arena = False  # hundreds of different lengths are run, and none is in a hurry
        options.log_severity_level = _ERRORS_ONLY
        if not optimise:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        if library is not None:
            options.register_custom_ops_library(str(library))
        if save_to is not None:
            options.optimized_model_filepath = str(save_to)
            options.add_session_config_entry(f"{_WEIGHTS}_file_name", save_to.name + DATA)
            options.add_session_config_entry(f"{_WEIGHTS}_min_size_in_bytes", str(_LEAST_WEIGHT_BYTES))
        source = str(model) if isinstance(model, Path) else model.SerializeToString()
        self._session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        self._inputs = [node.name for node in self._session.get_inputs()]
        self._outputs = [node.name for node in self._session.get_outputs()]

    def __call__(self, feeds: Arrays) -> dict[str, npt.NDArray[Any]]:
        """Its outputs; `feeds` may have more than it takes."""
        outputs = self._session.run(None, {name: feeds[name] for name in self._inputs})
        return dict(zip(self._outputs, outputs, strict=True))
