"""Write a Kokoro-shaped model as the releases are written: one ONNX graph, by torch's tracing exporter."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from bench.kokoro_shaped.model import kokoro_package

_EXAMPLE_TOKENS = 48


def export_graph(
    model: Any, path: Path, *, opset: int = 17, release: str = "1.1", mantissa_bits: int | None = None
) -> None:
    """`path` gets the graph of `model`, from `shaped_model`.

    Args:
        opset: 17 in the exports of release 1.1, 20 in those of 1.0. From 18 on the exporter leaves weight normalisation
            in the graph.
        release: "1.1" names its tokens input_ids, tells durations and carries its vocabulary; "1.0" names them tokens
            and does neither.
        mantissa_bits: kept of every weight; None keeps all. Few make a file that compresses well.
    """
    kokoro_package()
    from kokoro.model import KModelForONNX

    tokens = torch.arange(_EXAMPLE_TOKENS + 2)[None] % 40 + 43
    tokens[0, 0] = tokens[0, -1] = 0
    names = {"1.0": ("tokens", ["audio"]), "1.1": ("input_ids", ["waveform", "duration"])}
    name, outputs = names[release]
    whole = KModelForONNX(model).eval()
    with torch.no_grad():
        torch.onnx.export(
            whole if release == "1.1" else _WaveformOnly(whole),
            (tokens, torch.zeros(1, 256), torch.ones(1)),
            str(path),
            input_names=[name, "style", "speed"],
            output_names=outputs,
            dynamic_axes={name: {1: "tokens"}} | {output: {0: output} for output in outputs},
            opset_version=opset,
            dynamo=False,
        )
    graph_model = onnx.load(path)
    if release == "1.1":
        onnx.helper.set_model_props(graph_model, {"kokoro_config": json.dumps({"vocab": model.vocab})})
    if mantissa_bits is not None:
        _round_weights(graph_model, mantissa_bits)
    onnx.checker.check_model(graph_model)
    onnx.save(graph_model, path)


def _round_weights(graph_model: onnx.ModelProto, mantissa_bits: int) -> None:
    """To the nearest; the transforms' tables, which are no weights, stay as they are."""
    step = np.uint32(1 << (23 - mantissa_bits))
    for initializer in graph_model.graph.initializer:
        if initializer.data_type == onnx.TensorProto.FLOAT and ".stft." not in initializer.name:
            bits = numpy_helper.to_array(initializer).view(np.uint32)
            initializer.raw_data = ((bits + step // 2) & ~(step - 1)).tobytes()


class _WaveformOnly(torch.nn.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Any, style: Any, speed: Any) -> Any:
        return self.model(tokens, style, speed)[0]
