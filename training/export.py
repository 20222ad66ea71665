"""From a trained student to ONNX graphs: exported once with `training::Taps` nodes, then lowered to what is shipped."""

import copy
import io
import warnings
from collections.abc import Iterable

import onnx
import torch

from training.model.graphs import AcousticGraph, VocoderGraph
from training.model.level import Level
from training.model.student import Student
from training.model.vocoder import Vocoder
from utterd.stages.g2p.symbols import SYMBOL_IDS

_OPSET = 17
_NEIGHBOURS = dict(
    zip("ɒQaoeʔrxçcqyøœɯɨʣʦʨʥɲɳɴɸβʋɣχʁʎʂɕʝɟɖʈɽɻɤɥɰSɚ", "ɑOæOAtɹkhkkiɛɛuɪzsʧʤnnŋfvvɡhɹlʃʃjɡdtɹɹʌjwʃə", strict=True)
)
"""Symbols that no English line has → the nearest that has been learned."""
_SILENT = "\u0303ᵝꭧʰʲ↓→↗↘"
"""Those of no sound of their own are as secondary stress: they last nothing."""


def finished(student: Student, trained: Iterable[int]) -> Student:
    """A copy to export: symbols that were never trained borrow a neighbour's embedding."""
    student = copy.deepcopy(student).eval()
    seen = frozenset(trained)
    table = student.acoustic.embed.weight.data
    for symbol, near in (_NEIGHBOURS | dict.fromkeys(_SILENT, "ˌ")).items():
        if SYMBOL_IDS[symbol] not in seen:
            table[SYMBOL_IDS[symbol]] = table[SYMBOL_IDS[near]]
    unknown = [token for token in range(1, len(table)) if token not in SYMBOL_IDS.values() and token not in seen]
    table[unknown] = table[SYMBOL_IDS["ˌ"]].clone()
    return student


def export_graphs(student: Student, level: Level, *, speed_exponent: float) -> dict[str, onnx.ModelProto]:
    """`acoustic` and `vocoder`, with `training::Taps` nodes; dimensions named batch, tokens, frames."""
    acoustic = AcousticGraph(student, level, exponent=speed_exponent).eval()
    vocoder = VocoderGraph(student, Vocoder()).eval()
    tokens = torch.tensor([[0, 50, 83, 54, 156, 31, 16, 65, 87, 123, 54, 46, 4, 0], [0, 50, 83, 54, 4, *[0] * 9]])
    inputs = (tokens, student.acoustic.speakers.weight.detach()[[0, 0]], torch.ones(2))
    with torch.no_grad():
        frames = acoustic(*inputs)[1]
    axes = {
        "tokens": {0: "batch", 1: "tokens"},
        "style": {0: "batch"},
        "speed": {0: "batch"},
        "durations": {0: "batch", 1: "tokens"},
        "frames": {0: "batch", 1: "frames"},
        "audio": {0: "batch", 1: "samples"},
    }
    return {
        "acoustic": _export(acoustic, inputs, ["tokens", "style", "speed"], ["durations", "frames"], axes),
        "vocoder": _export(vocoder, (frames,), ["frames"], ["audio"], axes),
    }


def _export(
    graph: torch.nn.Module,
    inputs: tuple[torch.Tensor, ...],
    input_names: list[str],
    output_names: list[str],
    axes: dict[str, dict[int, str]],
) -> onnx.ModelProto:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own, of its deprecation and of traced constants
        torch.onnx.export(
            graph, inputs, buffer,  # type: ignore[arg-type]  # torch writes to any binary file
            input_names=input_names, output_names=output_names,
            dynamic_axes={name: axes[name] for name in [*input_names, *output_names]}, opset_version=_OPSET,
            dynamo=False, custom_opsets={"training": 1}, autograd_inlining=False,
        )  # fmt: skip
    model = onnx.load_from_string(buffer.getvalue())
    del model.graph.value_info[:]
    return model
