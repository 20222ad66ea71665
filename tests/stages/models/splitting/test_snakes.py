"""AdaIN and Snake are read in every way that exporters write them, and nothing else is taken for them."""

import itertools

import numpy as np
import pytest
from onnx import TensorProto

from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.snakes import read_snake

CHANNELS, FRAMES = 6, 11
RANDOM = np.random.default_rng(1)
STYLE = RANDOM.normal(size=(1, 256)).astype(np.float32)
X = RANDOM.normal(1, 2, (1, CHANNELS, FRAMES)).astype(np.float32)
ALPHA = RANDOM.uniform(0.4, 2, (1, CHANNELS, 1)).astype(np.float32)
CONSTANTS = {
    "alpha": ALPHA,
    "inverse": 1 / ALPHA,
    "two": np.array(2, np.float32),
    "one": np.array(1, np.float32),
    "epsilon": np.array(1e-5, np.float32),
    "weight": RANDOM.normal(size=(2 * CHANNELS, 128)).astype(np.float32) * 0.1,
    "bias": RANDOM.normal(size=2 * CHANNELS).astype(np.float32),
    "norm.weight": RANDOM.normal(1, 0.1, CHANNELS).astype(np.float32),
    "norm.bias": RANDOM.normal(0, 0.1, CHANNELS).astype(np.float32),
    "shape": np.array([1, 2 * CHANNELS, 1]),
    "last": np.array([2]),
    "zero": np.array([0]),
    "half": np.array([128]),
    "half.sizes": np.array([128, 128]),
    "axis": np.array([1]),
    "channels": np.array([CHANNELS]),
    "channels.twice": np.array([2 * CHANNELS]),
    "end": np.array([256]),
    "constant.style": STYLE,
    "fewer": ALPHA[:, 1:],
    "none": ALPHA[:, :0],
    "nought": ALPHA * 0,
    "flat": np.ones(256, np.float32),
    "short.bias": np.ones(2 * CHANNELS - 1, np.float32),
    "many.ones": np.ones((1, CHANNELS + 1, 1), np.float32),
    "halves": np.array([CHANNELS, CHANNELS]),
}
CONSTANTS["turned"] = np.ascontiguousarray(CONSTANTS["weight"].T)

STYLES = {
    "slice": [("Slice", ["style", "zero", "half", "axis"], ["s"], {})],
    "split": [("Split", ["style", "half.sizes"], ["s", "prosody"], {"axis": 1})],
}
LINEARS = {
    "gemm": [("Gemm", ["s", "weight", "bias"], ["h"], {"transB": 1})],
    "gemm not turned": [("Gemm", ["s", "turned", "bias"], ["h"], {})],
    "matmul": [("MatMul", ["s", "turned"], ["p"], {}), ("Add", ["bias", "p"], ["h"], {})],
}
HALVES = {
    "reshape and slices": [
        ("Reshape", ["h", "shape"], ["v"], {}),
        ("Slice", ["v", "zero", "channels", "axis"], ["gamma"], {}),
        ("Slice", ["v", "channels", "channels.twice", "axis"], ["beta"], {}),
    ],
    "unsqueeze and split": [
        ("Unsqueeze", ["h", "last"], ["v"], {}),
        ("Split", ["v", "halves"], ["gamma", "beta"], {"axis": 1}),
    ],
    "split and unsqueeze": [
        ("Split", ["h"], ["g", "b"], {"axis": 1}),
        ("Unsqueeze", ["g", "last"], ["gamma"], {}),
        ("Unsqueeze", ["b", "last"], ["beta"], {}),
    ],
}
NORM = [
    ("InstanceNormalization", ["x", "norm.weight", "norm.bias"], ["n"], {"epsilon": 1e-5}),
    ("Add", ["one", "gamma"], ["gain"], {}),
    ("Mul", ["gain", "n"], ["scaled"], {}),
    ("Add", ["scaled", "beta"], ["u"], {}),
]
CENTRED = [
    ("ReduceMean", ["x"], ["mean"], {"axes": [2]}),
    ("Sub", ["x", "mean"], ["centred"], {}),
]
ROOT = [
    ("ReduceMean", ["squares"], ["variance"], {"axes": [-1]}),
    ("Add", ["variance", "epsilon"], ["total"], {}),
    ("Sqrt", ["total"], ["root"], {}),
    ("Div", ["centred", "root"], ["n"], {}),
]
SPELLED_OUT = {
    "product": [*CENTRED, ("Mul", ["centred", "centred"], ["squares"], {}), *ROOT, *NORM[1:]],
    "power": [*CENTRED, ("Pow", ["centred", "two"], ["squares"], {}), *ROOT, *NORM[1:]],
}
SINE = [("Mul", ["alpha", "u"], ["m"], {}), ("Sin", ["m"], ["q"], {})]
SQUARES = {"pow": [("Pow", ["q", "two"], ["qq"], {})], "product": [("Mul", ["q", "q"], ["qq"], {})]}
INVERSES = {
    "inverse": [("Mul", ["inverse", "qq"], ["r"], {})],
    "division": [("Div", ["qq", "alpha"], ["r"], {})],
}
SUMS = {"behind": [("Add", ["u", "r"], ["y"], {})], "in front": [("Add", ["r", "u"], ["y"], {})]}
PLAIN = [
    STYLES["slice"],
    LINEARS["gemm"],
    HALVES["reshape and slices"],
    NORM,
    SINE,
    SQUARES["pow"],
    INVERSES["inverse"],
]


@pytest.fixture
def graph_of(build):
    inputs = {"x": (TensorProto.FLOAT, [1, CHANNELS, None]), "style": (TensorProto.FLOAT, [1, 256])}
    output = {"y": (TensorProto.FLOAT, [1, CHANNELS, None])}
    return lambda parts, **more: build([step for part in parts for step in part], inputs, output, CONSTANTS, **more)


def evaluated(norm) -> np.ndarray:
    """What the description says, in float64."""
    x, style = X.astype(np.float64), STYLE[0, :128].astype(np.float64)
    normalised = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
    gain, offset = style @ norm.gain_weight + norm.gain_bias, style @ norm.offset_weight + norm.offset_bias
    z = normalised * gain[:, np.newaxis] + offset[:, np.newaxis]
    return (z + np.sin(z) ** 2) / norm.alpha[:, np.newaxis]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("linear", LINEARS)
@pytest.mark.parametrize("halves", HALVES)
def test_every_way_to_make_the_affine_of_a_style(graph_of, run, style, linear, halves):
    steps = [STYLES[style], LINEARS[linear], HALVES[halves], *PLAIN[3:], SUMS["behind"]]
    check(graph_of(steps), run)


@pytest.mark.parametrize("square", SQUARES)
@pytest.mark.parametrize("inverse", INVERSES)
@pytest.mark.parametrize("order", SUMS)
def test_every_way_to_write_snake(graph_of, run, square, inverse, order):
    steps = [*PLAIN[:5], SQUARES[square], INVERSES[inverse], SUMS[order]]
    check(graph_of(steps), run)


def check(graph: Graph, run) -> None:
    found = read_snake(graph, "y", "style")
    assert found is not None
    assert (found.source, found.epsilon) == ("x", pytest.approx(1e-5))
    np.testing.assert_allclose(found.norm.alpha, ALPHA.ravel(), rtol=1e-6)
    right = run(graph.model, {"x": X, "style": STYLE})["y"]
    np.testing.assert_allclose(evaluated(found.norm), right, atol=1e-5)


@pytest.mark.parametrize("kind", SPELLED_OUT)
def test_a_normalisation_that_is_spelled_out(graph_of, run, kind):
    graph = graph_of([*PLAIN[:3], SPELLED_OUT[kind], *PLAIN[4:], SUMS["behind"]])
    found = read_snake(graph, "y", "style")
    assert (found.source, found.epsilon) == ("x", pytest.approx(1e-5))
    weightless = run(graph.model, {"x": X, "style": STYLE})["y"]
    np.testing.assert_allclose(evaluated(found.norm), weightless, atol=1e-5)


def test_one_alpha_for_all_channels(graph_of, run):
    steps = [*PLAIN[:4], [("Mul", ["two", "u"], ["m"], {}), ("Sin", ["m"], ["q"], {})], SQUARES["pow"]]
    graph = graph_of([*steps, [("Div", ["qq", "two"], ["r"], {})], SUMS["behind"]])
    found = read_snake(graph, "y", "style")
    np.testing.assert_array_equal(found.norm.alpha, np.full(CHANNELS, 2))
    np.testing.assert_allclose(evaluated(found.norm), run(graph.model, {"x": X, "style": STYLE})["y"], atol=1e-5)


def test_a_long_way_from_style_to_affine_is_walked(graph_of, run):
    names = ["h", *(f"h{place}" for place in range(1500))]
    moves = [("Identity", [before], [behind], {}) for before, behind in itertools.pairwise(names)]
    halves = [("Reshape", [names[-1], "shape"], ["v"], {}), *HALVES["reshape and slices"][1:]]
    check(graph_of([*PLAIN[:2], moves, halves, *PLAIN[3:], SUMS["behind"]]), run)


def test_an_alpha_of_one_that_was_left_out(graph_of, run):
    steps = [*PLAIN[:4], [("Sin", ["u"], ["q"], {})], SQUARES["pow"], [("Add", ["u", "qq"], ["y"], {})]]
    graph = graph_of(steps)
    found = read_snake(graph, "y", "style")
    assert found is not None
    np.testing.assert_array_equal(found.norm.alpha, np.ones(CHANNELS))
    np.testing.assert_allclose(evaluated(found.norm), run(graph.model, {"x": X, "style": STYLE})["y"], atol=1e-5)


OTHERS = {
    "not squared": (5, [("Mul", ["q", "m"], ["qq"], {})]),
    "another inverse": (6, [("Mul", ["alpha", "qq"], ["r"], {})]),
    "the sine of something else": (4, [("Mul", ["alpha", "n"], ["m"], {}), ("Sin", ["m"], ["q"], {})]),
    "prosody's half of the style": (0, [("Slice", ["style", "half", "end", "axis"], ["s"], {})]),
    "a mean over channels": (3, [("ReduceMean", ["x"], ["mean"], {"axes": [1]}), *SPELLED_OUT["product"][1:]]),
    "a variance of something else": (
        3,
        [*CENTRED, ("Mul", ["x", "x"], ["squares"], {}), *ROOT, *NORM[1:]],
    ),
    "alphas for others": (4, [("Mul", ["fewer", "u"], ["m"], {}), ("Sin", ["m"], ["q"], {})]),
    "inverses for others": (6, [("Div", ["qq", "fewer"], ["r"], {})]),
    "no inverses": (6, [("Div", ["qq", "none"], ["r"], {})]),
    "inverses of 0": (6, [("Div", ["qq", "nought"], ["r"], {})]),
    "a gain for others": (3, [NORM[0], ("Add", ["many.ones", "gamma"], ["gain"], {}), *NORM[2:]]),
    "weights of one dimension": (1, [("MatMul", ["s", "flat"], ["h"], {})]),
    "a bias for others": (1, [("Gemm", ["s", "weight", "short.bias"], ["h"], {"transB": 1})]),
    "a turned style": (1, [("Gemm", ["s", "weight", "bias"], ["h"], {"transA": 1, "transB": 1})]),
    "a style that is not cut": (0, [("Identity", ["style"], ["s"], {})]),
    "halves that are the same": (
        2,
        [("Reshape", ["h", "shape"], ["v"], {}), *[("Identity", ["v"], [name], {}) for name in ("gamma", "beta")]],
    ),
    "an affine that is not the style's": (0, [("Slice", ["constant.style", "zero", "half", "axis"], ["s"], {})]),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_something_else_is_not_read(graph_of, kind):
    place, steps = OTHERS[kind]
    parts = [*PLAIN, SUMS["behind"]]
    parts[place] = steps
    with np.errstate(divide="ignore", invalid="ignore"):
        assert read_snake(graph_of(parts, check=False), "y", "style") is None
