"""Which input of a Kokoro graph is which, told by type and shape."""

from dataclasses import dataclass

from onnx import ModelProto, TensorProto

from utterd.stages.models.splitting.errors import SplitError

STYLE_SIZE = 256
"""Numbers of a style: a half for the decoder, and one for prosody."""
_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE)
_INTEGERS = (TensorProto.INT64, TensorProto.INT32)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Their names."""

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
    reals = [name for name, each in types.items() if each.elem_type in _FLOATS]
    integers = [name for name, each in types.items() if each.elem_type in _INTEGERS]
    styles = [name for name in reals if sizes[name][-1:] == [STYLE_SIZE]]
    tokens = [name for name in integers if len(sizes[name]) == 2]
    speeds = [name for name in [*reals, *integers] if name not in styles and len(sizes[name]) <= 1]
    if not len(types) - 2 == len(tokens) == len(styles) == len(speeds) == 1:
        listed = ", ".join(f"{name} {sizes[name]}" for name in types) or "none"
        raise SplitError(
            f"{file} is not a Kokoro model: it should have inputs for tokens, for a style of {STYLE_SIZE} numbers, "
            f"and for speed, and has {listed}; use the file of a release"
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
