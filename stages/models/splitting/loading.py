"""Reads a user's model file, and says in a sentence why one will not do.

What is wrong with a file is told before anything is computed: ONNX Runtime says it in words for programmers, and what
walks on a graph takes for granted that names and numbers are there.
"""

from collections.abc import Sequence
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import ModelProto, NodeProto
from onnx.external_data_helper import ExternalDataInfo, load_external_data_for_model, uses_external_data

from utterd.stages.models.splitting.errors import SplitError
from utterd.stages.models.splitting.graph import graphs_in, reads
from utterd.stages.models.splitting.inputs import find_inputs
from utterd.stages.models.splitting.tensors import is_whole, tensors_in

OLDEST_OPSET = 13
"""Before, axes were attributes of more operators; no export of Kokoro is older."""
_MOST_BYTES = 1 << 30
"""Of a file, or of the weights beside it; Kokoro's largest file has a third of that."""
_MOST_NODES = 20_000
"""Kokoro's largest graph has a quarter of that."""

_GENERATOR = {"ConvTranspose", "LeakyRelu", "Sin"}
"""Operators of Kokoro's that quantisers leave alone."""
_QUANTISED = {
    "DynamicQuantizeLinear", "QuantizeLinear", "DequantizeLinear", "ConvInteger", "MatMulInteger", "QLinearConv",
    "QLinearMatMul", "MatMulNBits", "MatMulBnb4", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM",
    "MatMulIntegerToFloat", "GatherBlockQuantized",
}  # fmt: skip
_DAMAGED = "is not a whole ONNX file: it is cut short, damaged, or something else; download it again"


def load(path: Path) -> ModelProto:
    """A model of float32 or float16 arithmetic that has what ONNX alone defines; its constants inside.

    Raises:
        SplitError: with a sentence for people.
    """
    _check_file(path)
    try:
        model = onnx.load_model(path, format="protobuf", load_external_data=False)
    except OSError as error:
        raise SplitError(_unreadable(path, error)) from error
    except (DecodeError, ValueError) as error:
        raise SplitError(f"{path.name} {_DAMAGED}") from error
    _read_outside(model, path)
    nodes = [node for graph in graphs_in(model.graph) for node in graph.node]
    _check_whole(model, path.name)
    find_inputs(model, path.name)
    _check_operators(model, nodes, path.name)
    return model


def _check_file(path: Path) -> None:
    try:
        size = path.stat().st_size
        is_file = path.is_file()
    except FileNotFoundError as error:
        raise SplitError(f"there is no file {path}; check how it is spelt") from error
    except (OSError, ValueError) as error:
        raise SplitError(_unreadable(path, error)) from error
    if not is_file:
        raise SplitError(f"{path} is not a file; give the model's .onnx file")
    if size > _MOST_BYTES:
        raise SplitError(_too_large(path.name, size))


def _unreadable(path: Path, error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return f"{path} cannot be read: {reason or error}; check its path, and who may read it"


def _too_large(name: str, size: int) -> str:
    return (
        f"{name} has {size >> 20} MiB, and no Kokoro model has more than {_MOST_BYTES >> 20}: it is something else; "
        "use the file of a release"
    )


def _read_outside(model: ModelProto, path: Path) -> None:
    """Have the model hold the weights that it keeps in files beside it."""
    try:
        outside = [ExternalDataInfo(tensor) for tensor in tensors_in(model.graph) if uses_external_data(tensor)]
    except ValueError as error:
        raise SplitError(f"{path.name} {_DAMAGED}") from error
    size = 0
    for each in outside:
        try:
            there = (path.parent / each.location).stat().st_size
        except (OSError, ValueError) as error:
            raise SplitError(
                f"{path.name} keeps its weights in another file, {each.location!r}, which is not there; "
                "download that too, into the same folder"
            ) from error
        size += there - (each.offset or 0) if each.length is None else each.length
    if size > _MOST_BYTES:
        raise SplitError(_too_large(path.name, size))
    try:
        load_external_data_for_model(model, str(path.parent))
    except (OSError, ValueError, onnx.checker.ValidationError) as error:
        raise SplitError(
            f"the weights that {path.name} keeps in {outside[0].location!r} are damaged, or not its own; "
            "download both again"
        ) from error


def _check_whole(model: ModelProto, name: str) -> None:
    """What is cut off at a field's end still decodes; what is damaged inside of a field does too."""
    graph = model.graph
    made = [output for node in graph.node for output in node.output if output]
    given = {each.name for each in [*graph.input, *graph.initializer]}
    sparse = {tensor.values.name for tensor in graph.sparse_initializer}
    used = {each for node in graph.node for each in reads(node)} | {output.name for output in graph.output}
    has_all = graph.node and graph.output and graph.input and model.opset_import
    are_unique = len(set(made)) == len(made) and given.isdisjoint(made)
    if not has_all or not are_unique or used - given - sparse - set(made):
        raise SplitError(f"{name} {_DAMAGED}")
    if not all(map(is_whole, tensors_in(graph))):
        raise SplitError(f"{name} {_DAMAGED}")


def _check_operators(model: ModelProto, nodes: Sequence[NodeProto], name: str) -> None:
    opset = next((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), 0)
    op_types = {node.op_type for node in nodes}
    if not op_types >= _GENERATOR:
        raise SplitError(
            f"{name} is not a Kokoro model: nothing in it makes sound as Kokoro's generator does; "
            "use the file of a release"
        )
    if len(nodes) > _MOST_NODES:
        raise SplitError(
            f"{name} is not a Kokoro model: it has {len(nodes)} operators, and none of those has more than "
            f"{_MOST_NODES}; use the file of a release"
        )
    if _QUANTISED & op_types:
        raise SplitError(
            f"{name} is quantised already and cannot be taken apart; use the model's fp32 or fp16 file "
            "(int8 parts are made of those)"
        )
    newest = onnx.defs.onnx_opset_version()
    if not OLDEST_OPSET <= opset <= newest:
        raise SplitError(
            f"{name} uses ONNX operators of version {opset}; this version of the onnx package knows "
            f"{OLDEST_OPSET} to {newest}: update it, or export the model for one of those"
        )
    foreign = sorted({node.domain for node in nodes} - {"", "ai.onnx"})
    if foreign:
        raise SplitError(
            f"{name} has operators of {foreign[0]}, so a tool has changed it already; use the file as it was released"
        )
