"""The phase of a harmonic source's spectrum, without choices."""

from collections.abc import Collection, Sequence

import numpy as np
from onnx import TensorProto, helper

from utterd.stages.models.splitting.extraction import extract
from utterd.stages.models.splitting.graph import Constant, Graph
from utterd.stages.models.splitting.patch import Patch
from utterd.stages.models.splitting.probing import Feeds, run, same_results

_PLANE = np.array([-2.0, -1.0, -1e-30, -0.0, 0.0, 1e-30, 1.0, 3.0], np.float32)
"""Real and imaginary parts to try the phase with."""


def phase_without_choices(source: Graph, _: Sequence[Feeds], taken: Collection[str]) -> Patch | None:
    """What is added to the arc tangent is computed: if the real part is negative, half a turn with the other's sign."""
    tangents = [node for node in source.nodes if node.op_type == "Atan"]
    division = source.made_by(tangents[0].input[0], "Div") if len(tangents) == 1 else None
    joined = source.made_by("harmonics", "Concat")
    if division is None or joined is None:
        return None
    tangent, (imaginary, real) = tangents[0].output[0], division.input
    phase = next((each for each in joined.input if source.depends(each, tangent)), None)
    if phase is None:
        return None
    infos = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, None]) for name in (*division.input, phase)
    }
    inputs, outputs = {name: infos[name] for name in division.input}, {phase: infos[phase]}
    old = extract(source, inputs, outputs)
    one = np.ones((1, 1, 1), np.float32)
    half_turn = run(old, {real: -one, imaginary: 0 * one})[phase]  # pi, or what float16 made of it
    if half_turn.shape != one.shape:
        return None
    patch = _added_to_tangent(Patch(taken), imaginary, real, tangent, phase, half_turn.reshape(()))
    new = extract(source, inputs, outputs, patch)
    rows, columns = np.meshgrid(_PLANE, _PLANE)
    plane: Feeds = {real: rows.reshape(1, 1, -1), imaginary: columns.reshape(1, 1, -1)}
    return patch if same_results(old, new, [plane]) else None


def _added_to_tangent(patch: Patch, imaginary: str, real: str, tangent: str, phase: str, half_turn: Constant) -> Patch:
    zero = patch.constant("phase.zero", np.zeros((), np.float32))
    half, turn = (patch.constant(f"phase.{name}", n * abs(half_turn)) for name, n in (("half", 1), ("turn", 2)))
    is_left = patch.add("Less", [real, zero], "phase.is_left")
    left = patch.add("Cast", [is_left], "phase.left", to=TensorProto.FLOAT)
    # Exporters differ in where the negative numbers belong that have no imaginary part.
    is_upper = patch.add("GreaterOrEqual" if half_turn > 0 else "Greater", [imaginary, zero], "phase.is_upper")
    upper = patch.add("Cast", [is_upper], "phase.upper", to=TensorProto.FLOAT)
    signed = patch.add("Sub", [patch.add("Mul", [upper, turn], "phase.whole"), half], "phase.signed")
    patch.make("Add", [tangent, patch.add("Mul", [signed, left], "phase.added")], phase)
    return patch
