"""Has ONNX Runtime compute what is constant, so that weight normalisation and the like are plain weights."""

import shutil
from pathlib import Path

import onnx
from onnx import GraphProto

from utterd.stages.inference.onnx_session import first_line, onnxruntime
from utterd.stages.models.splitting.errors import SplitError
from utterd.stages.models.splitting.graph import Graph, bodies, bring_inside
from utterd.stages.models.splitting.inputs import find_inputs, fix_batch
from utterd.stages.models.splitting.loading import load
from utterd.stages.models.splitting.widening import is_half, widen

_FOLDED, _WEIGHTS = "folded.onnx", "folded.weights"
_LEFT_OUT = ["TransposeOptimizer"]
"""It moves transpositions across what we look for."""
_SMALLEST_OUTSIDE = 1024
"""Bytes; smaller constants stay in the graph."""
_LARGEST_FOLDED = 256 << 20
"""Bytes; Kokoro's largest weight has a tenth of that, and a file of a few bytes can ask for any number of zeros."""


def fold(path: Path, folder: Path) -> Graph:
    """The graph without what does not depend on its inputs, in float32.

    Args:
        folder: to work in. The graph's large constants lie there: it must outlive the graph.

    Raises:
        SplitError: the file is not one that can be taken apart, or the folder has no room for it.
    """
    _optimise(_readable(path, folder), path.name, folder)
    folded = onnx.load_model(folder / _FOLDED, load_external_data=False)
    foreign = sorted({node.domain for node in folded.graph.node} - {"", "ai.onnx"})
    if foreign:
        raise SplitError(
            f"ONNX Runtime {onnxruntime.__version__} puts operators of {foreign[0]} into {path.name}; "
            "use another version of it"
        )
    _mend_bodies(folded.graph, folder)
    return Graph(folded, folder)


def _mend_bodies(graph: GraphProto, folder: Path) -> None:
    """Give every body in a graph each of its constants once, and inside of the model: parts take bodies as they are.

    ONNX Runtime up to 1.30, if constants are to lie outside, writes those of bodies twice, of which the last are right,
    and then does not read that again (microsoft/onnxruntime#32474).
    """
    for node in graph.node:
        for body in bodies(node):
            constants = {tensor.name: tensor for tensor in body.initializer}
            del body.initializer[:]
            body.initializer.extend(constants.values())
            for tensor in body.initializer:
                bring_inside(tensor, folder)
            _mend_bodies(body, folder)


def _readable(path: Path, folder: Path) -> Path:
    """The file itself, or one made of it, if it has to be changed. Nothing of it stays in memory."""
    model = load(path)
    half = is_half(model)
    if half:
        widen(model)
    if fix_batch(model, find_inputs(model, path.name)) or half:
        path = folder / "changed.onnx"
        onnx.save_model(model, path)
    return path


def _optimise(path: Path, name: str, folder: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(folder / _FOLDED)
    options.add_session_config_entry("session.optimized_model_external_initializers_file_name", _WEIGHTS)
    options.add_session_config_entry(
        "session.optimized_model_external_initializers_min_size_in_bytes", str(_SMALLEST_OUTSIDE)
    )
    options.add_session_config_entry("optimization.constant_folding_max_output_size_in_bytes", str(_LARGEST_FOLDED))
    options.log_severity_level = 4
    size = path.stat().st_size
    try:
        onnxruntime.InferenceSession(
            str(path),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=_LEFT_OUT,
            enable_fallback=0,  # it would say so on stdout, and try the same once more
        )
    except Exception as error:  # its exceptions share no base class of their own
        if shutil.disk_usage(folder).free < size:
            raise SplitError(
                f"{folder} has no room for the {size >> 20} MiB that {name} needs to be worked on; free some"
            ) from error
        raise SplitError(
            f"ONNX Runtime {onnxruntime.__version__} does not take {name} ({first_line(error)}); "
            "download it again, or use the file of a release"
        ) from error
