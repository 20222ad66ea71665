"""The one tone of a harmonic source: a linear layer of sines and noises."""

from collections.abc import Collection, Sequence

import numpy as np
from onnx import NodeProto, TensorProto

from utterd.stages.models.splitting.graph import Graph, attribute
from utterd.stages.models.splitting.patch import Patch
from utterd.stages.models.splitting.probing import Feeds, Probe, probe


def one_noise(source: Graph, feeds: Sequence[Feeds], taken: Collection[str]) -> Patch | None:
    """(sines + amplitude * noises) @ weight + bias  ->  sines @ weight + bias + amplitude * noise * |weight|.

    The rest stays as it is: ONNX Runtime fuses neighbours, and would round differently if there were others.
    """
    seen = probe(source, feeds[:1])
    for node in _mixers(source):
        users = source.users(node.output[0])
        total = source.made_by(node.input[0], "Add")
        if total is None or len(users) != 1 or users[0].op_type != "Add":
            continue
        for sines, noises in (total.input, total.input[::-1]):
            random, amplitude = _noise(source, noises)
            (shape,) = seen.shapes(node.input[0])
            if random is None or seen.shapes(amplitude) != [(*shape[:-1], 1)]:
                continue
            patch = Patch(taken)
            tone = patch.fresh("source.tone")
            patch.copy(node, {node.input[0]: sines})
            patch.copy(users[0], {users[0].output[0]: tone})
            weight = source.constant(node.input[1])
            assert weight is not None
            scale = attribute(random, "scale", 1.0) * float(np.linalg.norm(weight))
            noise = patch.add("RandomNormalLike", [amplitude], "source.noise", scale=scale, dtype=TensorProto.FLOAT)
            breath = patch.add("Mul", [amplitude, noise], "source.breath")
            patch.make("Add", [tone, breath], users[0].output[0])
            return patch
    return None


def harmonics_in_rows(source: Graph, feeds: Sequence[Feeds], taken: Collection[str]) -> Patch | None:
    """Sines of (1, samples, harmonics), scaled and mixed, become ones of (1, harmonics, samples), as they were made.

    What scales all harmonics of a sample alike then does so row by row, and the mixing is a product with long rows. The
    weight has its one row twice: for a single row ONNX Runtime adds up in another order than for a single column.
    """
    seen = probe(source, feeds[:1])
    for node in _mixers(source):
        found = _sines(source, node.input[0], seen)
        weight = source.constant(node.input[1])
        if found is None or weight is None:
            continue
        turned, factors = found
        patch = Patch(taken)
        rows = patch.add("Sin", [turned.input[0]], "rows.sines")
        for factor in factors:
            if len(seen.shapes(factor)[0]) == 3:
                factor = patch.add("Transpose", [factor], "rows.factor", perm=[0, 2, 1])
            rows = patch.add("Mul", [rows, factor], "rows.scaled")
        twice = patch.constant("rows.weight", np.repeat(weight.T, 2, axis=0))
        first, second, axis = (patch.constant(f"rows.{n}", np.array([n])) for n in (0, 1, 1))
        mixed = patch.add("MatMul", [twice, rows], "rows.mixed_twice")
        mixed = patch.add("Slice", [mixed, first, second, axis], "rows.mixed")
        patch.make("Transpose", [mixed], node.output[0], perm=[0, 2, 1])
        return patch
    return None


def _mixers(source: Graph) -> list[NodeProto]:
    """Products that make one number of a sample's harmonics."""
    products = [node for node in source.nodes if node.op_type == "MatMul"]
    weights = [source.constant(node.input[1]) for node in products]
    return [
        node
        for node, weight in zip(products, weights, strict=True)
        if weight is not None and weight.ndim == 2 and weight.shape[1] == 1 < weight.shape[0]
    ]


def _noise(source: Graph, tensor: str) -> tuple[NodeProto | None, str]:
    """Of a product: what makes normal noise around 0, and the other factor."""
    product = source.made_by(tensor, "Mul")
    for noise, other in (product.input, product.input[::-1]) if product is not None else ():
        random = source.made_by(noise, "RandomNormalLike")
        if random is not None and attribute(random, "mean", 0.0) == 0:
            return random, other
    return None, ""


def _sines(source: Graph, tensor: str, seen: Probe) -> tuple[NodeProto, list[str]] | None:
    """`tensor` as a sine of what a Transpose turned, times factors, in the order in which they are multiplied."""
    factors: list[str] = []
    while (product := source.made_by(tensor, "Mul")) is not None:
        alike = [name for name in product.input if _is_for_all_harmonics(seen, name)]
        if len(alike) != 1:
            return None
        factors.insert(0, alike[0])
        tensor = next(name for name in product.input if name != alike[0])
    sine = source.made_by(tensor, "Sin")
    turned = source.made_by(sine.input[0], "Transpose") if sine is not None else None
    if sine is None or turned is None or attribute(turned, "perm") != [0, 2, 1]:
        return None
    return turned, factors


def _is_for_all_harmonics(seen: Probe, tensor: str) -> bool:
    """Whether it is one number, or one for each sample."""
    (shape,) = seen.shapes(tensor)
    return shape in ((), (1,)) or (len(shape) == 3 and shape[-1] == 1)
