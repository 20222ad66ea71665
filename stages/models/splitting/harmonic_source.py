"""The same harmonic source with less to compute: a quarter of the decoder's time is spent in it.

`istftnet.SineGen` works at 24 kHz from the beginning, though what it does before it integrates F0 is the same for all
300 samples of a frame; it makes noise for nine harmonics, which a linear layer then adds up; and the phase of its
spectrum is an arc tangent put into its quadrant by choices, which processors guess wrong half of the time.

Every change here gives equal numbers, but for the noise, which is equal in distribution. What is not built as expected
is left as it is.
"""

from collections.abc import Sequence

import numpy as np
from onnx import NodeProto, TensorProto, helper

from utterd.stages.models.splitting.extraction import extract
from utterd.stages.models.splitting.graph import Constant, Graph, NotFound, attribute
from utterd.stages.models.splitting.patch import Patch
from utterd.stages.models.splitting.probing import Feeds, probe, run, same_results

_POINTWISE = {"Mul", "Div", "Add", "Sub", "Floor", "Mod", "Cast", "Identity", "Transpose"}
_PLANE = np.array([-2.0, -1.0, -1e-30, -0.0, 0.0, 1e-30, 1.0, 3.0], np.float32)
"""Real and imaginary parts to try the phase with."""


def lighten_source(part: Graph, feeds: Sequence[Feeds]) -> Graph:
    """A decoder part with a lighter source, which gives the same for these inputs."""
    inputs, outputs = ({each.name: each for each in kind} for kind in (part.model.graph.input, part.model.graph.output))
    lighter = part
    for change in (_increments_of_frames, _one_noise, _phase_without_choices):
        patch = change(lighter, feeds)
        lighter = extract(lighter, inputs, outputs, patch) if patch is not None else lighter
    return lighter if same_results(part, lighter, feeds) else part


def _increments_of_frames(part: Graph, _: Sequence[Feeds]) -> Patch | None:
    """F0 becomes increments of phase frame by frame, and only then are these held for the samples of a frame.

    They are read back from the middle of every frame by a linear interpolation, which stays: its rounding goes into the
    sum. The random phases at the start go: they are added to the first sample, which no such reading touches.
    """
    sums = [node for node in part.nodes if node.op_type == "CumSum"]
    reading = part.made_by(_through(part, sums[0].input[0], "Transpose"), "Resize") if len(sums) == 1 else None
    if reading is None or attribute(reading, "mode") != "linear" or len(reading.input) != 3:
        return None
    turned = part.made_by(reading.input[0], "Transpose")
    samples = _through(part, reading.input[0], "Transpose")
    if not _is_written_at_the_start_alone(
        part, samples, axis=attribute(turned, "perm")[-1] if turned is not None else -1
    ):
        return None
    increments = _through(part, samples, "ScatterND")
    scales = part.constant(reading.input[2])
    held = [node for node in part.nodes if node.op_type == "Resize" and part.depends(increments, node.output[0])]
    if scales is None or scales[-1] > 1 / 4 or len(held) != 1 or attribute(held[0], "mode") != "nearest":
        return None
    between = part.between(held[0].output, [increments])
    if not {node.op_type for node in between} <= _POINTWISE:
        return None
    patch = Patch()
    names = {name: f"source.{name}" for node in between for name in node.output}
    for node in between:
        patch.copy(node, names | {held[0].output[0]: held[0].input[0]})
    of_frames = names[increments]
    if turned is not None:
        of_frames = patch.make("Transpose", [of_frames], "source.increments", perm=attribute(turned, "perm"))
    patch.copy(held[0], {held[0].input[0]: of_frames, held[0].output[0]: "source.held"})
    patch.copy(reading, {reading.input[0]: "source.held"})
    return patch


def _is_written_at_the_start_alone(part: Graph, tensor: str, *, axis: int) -> bool:
    """Whether nothing was put into it but at the first place of that axis."""
    node = part.made_by(tensor, "ScatterND")
    places = part.constant(node.input[1]) if node is not None else np.zeros((1, 3))
    return places is not None and not np.any(places[..., axis])


def _one_noise(part: Graph, feeds: Sequence[Feeds]) -> Patch | None:
    """(sines + amplitude * noises) @ weight + bias  ->  sines @ weight + bias + amplitude * noise * |weight|.

    The rest stays as it is: ONNX Runtime fuses neighbours, and would round differently if there were others.
    """
    for node in part.nodes:
        weight = part.constant(node.input[1]) if node.op_type == "MatMul" else None
        users = part.users(node.output[0])
        if weight is None or weight.shape[1:] != (1,) or len(users) != 1 or users[0].op_type != "Add":
            continue
        total = part.made_by(node.input[0], "Add")
        for sines, noises in (total.input, total.input[::-1]) if total is not None else ():
            random, amplitude = _noise(part, noises)
            if random is None or probe(part, feeds[:1]).shapes(amplitude)[0][-1] != 1:
                continue
            patch = Patch()
            patch.copy(node, {node.input[0]: sines})
            patch.copy(users[0], {users[0].output[0]: "source.tone"})
            scale = attribute(random, "scale", 1.0) * float(np.linalg.norm(weight))
            noise = patch.make("RandomNormalLike", [amplitude], "source.noise", scale=scale, dtype=TensorProto.FLOAT)
            breath = patch.make("Mul", [amplitude, noise], "source.breath")
            patch.make("Add", ["source.tone", breath], users[0].output[0])
            return patch
    return None


def _noise(part: Graph, tensor: str) -> tuple[NodeProto | None, str]:
    """Of a product: what makes normal noise around 0, and the other factor."""
    product = part.made_by(tensor, "Mul")
    for noise, other in (product.input, product.input[::-1]) if product is not None else ():
        random = part.made_by(noise, "RandomNormalLike")
        if random is not None and attribute(random, "mean", 0.0) == 0:
            return random, other
    return None, ""


def _phase_without_choices(part: Graph, _: Sequence[Feeds]) -> Patch | None:
    """What is added to the arc tangent is computed: if the real part is negative, half a turn with the other's sign."""
    tangents = [node for node in part.nodes if node.op_type == "Atan"]
    division = part.made_by(tangents[0].input[0], "Div") if len(tangents) == 1 else None
    joined = part.made_by("harmonics", "Concat")
    if division is None or joined is None:
        return None
    tangent, (imaginary, real) = tangents[0].output[0], division.input
    phase = next(each for each in joined.input if part.depends(each, tangent))
    infos = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, None]) for name in (*division.input, phase)
    }
    inputs, outputs = {name: infos[name] for name in division.input}, {phase: infos[phase]}
    try:
        old = extract(part, inputs, outputs)
    except NotFound:
        return None
    one = np.ones((1, 1, 1), np.float32)
    half_turn = run(old, {real: -one, imaginary: 0 * one})[phase].reshape(())  # of pi, or what float16 made of it
    patch = _added_to_tangent(imaginary, real, tangent, phase, half_turn)
    new = extract(part, inputs, outputs, patch)
    rows, columns = np.meshgrid(_PLANE, _PLANE)
    plane: Feeds = {real: rows.reshape(1, 1, -1), imaginary: columns.reshape(1, 1, -1)}
    return patch if same_results(old, new, [plane]) else None


def _added_to_tangent(imaginary: str, real: str, tangent: str, phase: str, half_turn: Constant) -> Patch:
    patch = Patch()
    zero = patch.constant("phase.zero", np.zeros((), np.float32))
    half, turn = (patch.constant(f"phase.{name}", n * abs(half_turn)) for name, n in (("half", 1), ("turn", 2)))
    left = patch.make("Cast", [patch.make("Less", [real, zero], "phase.is_left")], "phase.left", to=TensorProto.FLOAT)
    # Exporters differ in where the negative numbers belong that have no imaginary part.
    is_upper = patch.make("GreaterOrEqual" if half_turn > 0 else "Greater", [imaginary, zero], "phase.is_upper")
    upper = patch.make("Cast", [is_upper], "phase.upper", to=TensorProto.FLOAT)
    signed = patch.make("Sub", [patch.make("Mul", [upper, turn], "phase.whole"), half], "phase.signed")
    patch.make("Add", [tangent, patch.make("Mul", [signed, left], "phase.added")], phase)
    return patch


def _through(part: Graph, tensor: str, op_type: str) -> str:
    """What is in front of such an operator, if `tensor` is made by one."""
    node = part.made_by(tensor, op_type)
    return tensor if node is None else node.input[0]
