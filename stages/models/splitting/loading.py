"""Reads a user's model file, and says in a sentence why one will not do."""

from dataclasses import dataclass
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import ModelProto, TensorProto

from utterd.stages.models.splitting.graph import SplitError, reads

STYLE_SIZE = 256
"""Numbers of a style: a half for the decoder, and one for prosody."""
OLDEST_OPSET = 13
"""Before, axes were attributes of more operators; no export of Kokoro is older."""

_GENERATOR = {"ConvTranspose", "LeakyRelu", "Sin"}
"""Operators of Kokoro's that quantisers leave alone."""
_QUANTISED = {
    "DynamicQuantizeLinear", "QuantizeLinear", "DequantizeLinear", "ConvInteger", "MatMulInteger", "QLinearConv",
    "QLinearMatMul", "MatMulNBits", "MatMulBnb4", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM",
    "MatMulIntegerToFloat", "GatherBlockQuantized",
}  # fmt: skip
_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE)
_INTEGERS = (TensorProto.INT64, TensorProto.INT32)
_DAMAGED = "is not a whole ONNX file: it is cut short, damaged, or something else; download it again"


def load(path: Path) -> ModelProto:
    """A model of float32 or float16 arithmetic that has what ONNX alone defines; its constants inside.

    Raises:
        SplitError: with a sentence for people.
    """
    if not path.exists():
        raise SplitError(f"there is no file {path}")
    try:
        model = onnx.load_model(path, format="protobuf")
    except OSError as error:
        raise SplitError(f"{path} cannot be read: {error.strerror or error}") from error
    except (DecodeError, ValueError, onnx.checker.ValidationError) as error:
        raise SplitError(f"{path.name} {_DAMAGED}") from error
    _check_whole(model, path.name)
    find_inputs(model, path.name)
    _check_operators(model, path.name)
    return model


def _check_whole(model: ModelProto, name: str) -> None:
    """What is cut off at a field's end still decodes."""
    graph = model.graph
    if not graph.node or not graph.output or not graph.input or not model.opset_import:
        raise SplitError(f"{name} {_DAMAGED}")
    made = {output for node in graph.node for output in node.output}
    known = made | {each.name for each in [*graph.input, *graph.initializer]}
    used = {each for node in graph.node for each in reads(node)} | {output.name for output in graph.output}
    if used - known - {tensor.values.name for tensor in graph.sparse_initializer}:
        raise SplitError(f"{name} {_DAMAGED}")


def _check_operators(model: ModelProto, name: str) -> None:
    opset = next((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), 0)
    op_types = {node.op_type for node in model.graph.node}
    if not op_types >= _GENERATOR:
        raise SplitError(f"{name} is not a Kokoro model: nothing in it makes sound as Kokoro's generator does")
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
    foreign = sorted({node.domain for node in model.graph.node} - {"", "ai.onnx"})
    if foreign:
        raise SplitError(
            f"{name} has operators of {foreign[0]}, so a tool has changed it already; use the file as it was released"
        )


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which input is which, told by type and shape."""

    tokens: str
    style: str
    speed: str
    token_type: int
    """Of ONNX's: int64 or int32."""


def find_inputs(model: ModelProto, file: str) -> Inputs:
    """
    Args:
        file: its name.

    Raises:
        SplitError: this is another model's graph.
    """
    constants = {tensor.name for tensor in model.graph.initializer}
    types = {each.name: each.type.tensor_type for each in model.graph.input if each.name not in constants}
    sizes = {name: [dim.dim_value or dim.dim_param for dim in each.shape.dim] for name, each in types.items()}
    styles = [name for name, each in types.items() if each.elem_type in _FLOATS and sizes[name][-1:] == [STYLE_SIZE]]
    tokens = [name for name, each in types.items() if each.elem_type in _INTEGERS and len(sizes[name]) == 2]
    speeds = [name for name in types if name not in {*styles, *tokens} and len(sizes[name]) <= 1]
    if not len(types) - 2 == len(tokens) == len(styles) == len(speeds) == 1:
        listed = ", ".join(f"{name} {sizes[name]}" for name in types) or "none"
        raise SplitError(
            f"{file} is not a Kokoro model: it should have inputs for tokens, for a style of {STYLE_SIZE} numbers, "
            f"and for speed, and has {listed}"
        )
    return Inputs(tokens[0], styles[0], speeds[0], types[tokens[0]].elem_type)


def fix_batch(model: ModelProto, inputs: Inputs) -> bool:
    """Declare that there is one text, where the model leaves that open. Returns whether it did."""
    changed = False
    for each in model.graph.input:
        if each.name in (inputs.tokens, inputs.style, inputs.speed):
            for dim in each.type.tensor_type.shape.dim[:1]:
                if dim.dim_value != 1:
                    dim.dim_value, changed = 1, True
    return changed
