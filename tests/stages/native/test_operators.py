"""Each native operator against its definition in numpy: values, statistics, threads, and inputs that are wrong."""

import functools
import re

import numpy as np
import onnx
import pytest
from numpy.testing import assert_allclose
from onnx import TensorProto, helper
from rig.native import built_library, run, session_of

from utterd.stages.models.vocoder.graph import NATIVE_DOMAIN

EPSILON = 1e-5
Y_ZERO, Q_ZERO = 90, 128
TYPES = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.uint8): TensorProto.UINT8}
RANDOM = np.random.default_rng(0)


def node(operator: str, inputs: dict[str, np.ndarray | None], outputs: dict[str, int], **attributes) -> onnx.ModelProto:
    """A graph of that node alone; inputs that are None are left out."""
    names = [name if value is not None else "" for name, value in inputs.items()]
    made = helper.make_node(operator, names, list(outputs), domain=NATIVE_DOMAIN, **attributes)
    given = [
        helper.make_tensor_value_info(name, TYPES[value.dtype], [None] * value.ndim)
        for name, value in inputs.items()
        if value is not None
    ]
    got = [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs.items() if name]
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(NATIVE_DOMAIN, 1)]
    return helper.make_model(helper.make_graph([made], "one", given, got), opset_imports=opsets, ir_version=8)


def evaluate(operator: str, inputs: dict[str, np.ndarray | None], outputs: dict[str, int], *, threads=1, **attributes):
    feeds = {name: value for name, value in inputs.items() if value is not None}
    return run(node(operator, inputs, outputs, **attributes), feeds, library=built_library(), threads=threads)


def snake(z):
    return z + np.sin(z) ** 2


def normal(*shape, spread=1.0, around=0.0):
    return (around + spread * RANDOM.standard_normal(shape)).astype(np.float32)


FLOAT, UINT8 = TensorProto.FLOAT, TensorProto.UINT8
MEASURED = {"y": FLOAT, "mean": FLOAT, "mean_square": FLOAT}


@pytest.mark.parametrize("shape", [(1, 3, 50), (1, 20, 1, 1000), (1, 1, 1, 1), (1, 130, 1, 4801)], ids=str)
@pytest.mark.parametrize("threads", [1, 3])
class TestFloatSnakes:
    def inputs(self, shape, factor, addend):
        channels = shape[1]
        x = normal(*shape, spread=2, around=RANDOM.standard_normal((1, channels) + (1,) * (len(shape) - 2)))
        return {"x": x, factor: normal(channels, around=1), addend: normal(channels)}

    def by_channel(self, x):
        return x.astype(float).reshape(x.shape[1], -1)

    def test_affine_snake(self, shape, threads):
        inputs = self.inputs(shape, "scale", "shift")
        x = self.by_channel(inputs["x"])
        outputs = evaluate("AffineSnake", inputs, MEASURED, threads=threads)
        wanted = snake(x * inputs["scale"][:, None] + inputs["shift"][:, None])
        assert outputs["y"].shape == shape
        assert_allclose(outputs["y"].reshape(x.shape), wanted, rtol=1e-6, atol=3e-6)
        assert outputs["mean"] == pytest.approx(x.mean(axis=1), abs=1e-5)
        assert outputs["mean_square"] == pytest.approx((x**2).mean(axis=1), rel=1e-5)

    def test_norm_snake(self, shape, threads):
        inputs = self.inputs(shape, "gain", "offset")
        x = self.by_channel(inputs["x"])
        outputs = evaluate("NormSnake", inputs, MEASURED, threads=threads, epsilon=EPSILON)
        normalised = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + EPSILON)
        wanted = snake(normalised * inputs["gain"][:, None] + inputs["offset"][:, None])
        assert_allclose(outputs["y"].reshape(x.shape), wanted, rtol=0, atol=2e-5)
        assert outputs["mean"] == pytest.approx(x.mean(axis=1), abs=1e-5)
        assert outputs["mean_square"] == pytest.approx((x**2).mean(axis=1), rel=1e-5)

    def test_statistics_may_be_left_out(self, shape, threads):
        inputs = self.inputs(shape, "scale", "shift")
        outputs = evaluate("AffineSnake", inputs, {"y": FLOAT}, threads=threads)
        assert np.array_equal(outputs["y"], evaluate("AffineSnake", inputs, MEASURED)["y"])


def test_a_large_mean_does_not_drown_the_variance():
    x = normal(1, 2, 5000, spread=0.01, around=1000)
    inputs = {"x": x, "gain": np.ones(2, np.float32), "offset": np.zeros(2, np.float32)}
    y = evaluate("NormSnake", inputs, {"y": FLOAT}, epsilon=1e-9)["y"]
    wide = x.astype(float)
    z = (wide - wide.mean(axis=2, keepdims=True)) / np.sqrt(wide.var(axis=2, keepdims=True) + 1e-9)
    assert_allclose(y, snake(z), rtol=0, atol=0.02)


def test_sine_is_right_far_from_zero():
    x = np.linspace(-1000, 1000, 200_001, dtype=np.float32)[None, None]
    inputs = {"x": x, "scale": np.ones(1, np.float32), "shift": np.zeros(1, np.float32)}
    y = evaluate("AffineSnake", inputs, {"y": FLOAT})["y"]
    squares = (y.astype(float) - x)[np.abs(x) < 30]
    assert_allclose(squares, np.sin(x[np.abs(x) < 30].astype(float)) ** 2, rtol=0, atol=2e-6)
    assert_allclose(y, snake(x.astype(float)), rtol=0, atol=4e-5)  # float32 has no finer steps there


@pytest.mark.parametrize("far", [2e5, 1e6, 1e10, 1e30, -1e10])
def test_where_float32_knows_no_sine_snake_stays_within_a_period_of_its_argument(far):
    inputs = {"x": np.float32([[[far]]]), "scale": np.ones(1, np.float32), "shift": np.zeros(1, np.float32)}
    y = evaluate("AffineSnake", inputs, {"y": FLOAT})["y"]
    assert y == pytest.approx(far, abs=1.1, rel=1e-6)


@pytest.mark.parametrize("operator", ["AffineSnake", "NormSnake"])
@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf, np.float32(3e38)])
def test_what_is_no_number_stays_in_its_channel(operator, poison):
    x = normal(1, 3, 100)
    x[0, 1, 40] = poison
    inputs = {"x": x, "factor": normal(3), "addend": normal(3)}
    attributes = {"epsilon": EPSILON} if operator == "NormSnake" else {}
    y = evaluate(operator, inputs, MEASURED, **attributes)["y"]
    assert np.isfinite(y[0, [0, 2]]).all()
    if not np.isfinite(poison):
        assert np.isnan(y[0, 1, 40])


class Integers:
    """Inputs of the integer operators, and what these values are."""

    def __init__(self, frames: int, channels: int) -> None:
        shape = (1, 1, frames, channels)
        self.x, self.more_x = normal(*shape), normal(*shape)
        self.q, self.more_q = (RANDOM.integers(0, 256, shape).astype(np.uint8) for _ in range(2))
        self.q_scale, self.more_q_scale = (np.abs(normal(channels, spread=0.02)) + 0.001 for _ in range(2))
        self.scale, self.shift = normal(channels, around=1), normal(channels)
        self.y_scale = (np.abs(normal(channels, spread=0.01)) + 0.02).astype(np.float32)

    def value(self, q, scale):
        return (q.astype(float) - Q_ZERO) * scale

    def rounded(self, v):
        return np.clip(np.rint(v / self.y_scale) + Y_ZERO, 0, 255)

    def snaked(self, x):
        return self.rounded(snake(x * self.scale.astype(float) + self.shift))

    def affine(self):
        return {"scale": self.scale, "shift": self.shift, "y_scale": self.y_scale}


def nearly(got, wanted):
    """uint8 that differ by a step at most, and seldom: where rounding is a matter of the last bit."""
    difference = np.abs(got.astype(int) - wanted)
    return difference.max() <= 1 and (difference > 0).mean() < 1e-3


QUANTISED = {"y": UINT8, "mean": FLOAT, "mean_square": FLOAT}


@pytest.mark.parametrize("frames", [1, 33, 700])
@pytest.mark.parametrize("channels", [1, 24, 128])
@pytest.mark.parametrize("threads", [1, 3])
class TestIntegerOperators:
    @functools.cached_property
    def zeros(self):
        return {"q_zero": Q_ZERO, "y_zero": Y_ZERO}

    def check_statistics(self, outputs, x):
        x = x.reshape(-1, x.shape[-1]).astype(float)
        assert outputs["mean"] == pytest.approx(x.mean(axis=0), abs=1e-5)
        assert outputs["mean_square"] == pytest.approx((x**2).mean(axis=0), rel=1e-4)

    def test_snake_quantize(self, frames, channels, threads):
        of = Integers(frames, channels)
        outputs = evaluate("SnakeQuantize", {"x": of.x} | of.affine(), QUANTISED, threads=threads, y_zero=Y_ZERO)
        assert nearly(outputs["y"], of.snaked(of.x))
        self.check_statistics(outputs, of.x)

    def test_dequantize_snake_quantize(self, frames, channels, threads):
        of = Integers(frames, channels)
        inputs = {"q": of.q, "q_scale": of.q_scale} | of.affine()
        outputs = evaluate("DequantizeSnakeQuantize", inputs, QUANTISED, threads=threads, **self.zeros)
        assert nearly(outputs["y"], of.snaked(of.value(of.q, of.q_scale)))
        self.check_statistics(outputs, of.value(of.q, of.q_scale))

    def test_residual_snake_quantize(self, frames, channels, threads):
        of = Integers(frames, channels)
        inputs = {"x": of.x, "q": of.q, "q_scale": of.q_scale} | of.affine()
        outputs = evaluate("ResidualSnakeQuantize", inputs, {"sum": FLOAT} | QUANTISED, threads=threads, **self.zeros)
        total = of.x + of.value(of.q, of.q_scale)
        assert_allclose(outputs["sum"], total, rtol=0, atol=1e-5)
        assert nearly(outputs["y"], of.snaked(total))
        self.check_statistics(outputs, total)

    @pytest.mark.parametrize("more", ["", "x", "q", "xq"])
    def test_dequantize_add(self, frames, channels, threads, more):
        of = Integers(frames, channels)
        inputs = {"x": of.x, "q": of.q, "q_scale": of.q_scale, "more_x": of.more_x if "x" in more else None}
        if "q" in more:
            inputs |= {"more_q": of.more_q, "more_q_scale": of.more_q_scale}
        wanted = of.x + of.value(of.q, of.q_scale)
        wanted = wanted + (of.more_x if "x" in more else 0)
        wanted = wanted + (of.value(of.more_q, of.more_q_scale) if "q" in more else 0)
        outputs = evaluate("DequantizeAdd", inputs, {"sum": FLOAT}, threads=threads, q_zero=Q_ZERO)
        assert_allclose(outputs["sum"], wanted, rtol=0, atol=1e-5)

    def test_leaky_relu_quantize(self, frames, channels, threads):
        of = Integers(frames, channels)
        inputs = {"x": of.x, "y_scale": of.y_scale}
        outputs = evaluate("LeakyReluQuantize", inputs, {"y": UINT8}, threads=threads, slope=0.1, y_zero=Y_ZERO)
        assert nearly(outputs["y"], of.rounded(np.where(of.x < 0, of.x * np.float32(0.1), of.x)))


def test_what_is_no_number_becomes_the_least_integer_and_what_is_too_large_the_greatest():
    x = np.array([[np.nan, np.inf, -np.inf, 1e30, -1e30]], np.float32)
    inputs = {"x": x, "y_scale": np.ones(5, np.float32)}
    assert evaluate("LeakyReluQuantize", inputs, {"y": UINT8}, slope=0.1, y_zero=3)["y"].tolist() == [
        [0, 255, 0, 255, 0]
    ]


class TestWrongInputs:
    def refusal(self, operator, inputs, outputs, **attributes):
        with pytest.raises(Exception, match="utterd") as failure:
            evaluate(operator, inputs, outputs, **attributes)
        return str(failure.value)

    def test_another_number_of_channels(self):
        inputs = {"x": normal(1, 4, 10), "scale": normal(3), "shift": normal(4)}
        assert "channels" in self.refusal("AffineSnake", inputs, {"y": FLOAT})

    def test_more_than_one_in_a_batch(self):
        inputs = {"x": normal(2, 4, 10), "scale": normal(4), "shift": normal(4)}
        assert "(1, channels, ...)" in self.refusal("AffineSnake", inputs, {"y": FLOAT})

    def test_another_number_of_frames(self):
        of, other = Integers(20, 4), Integers(21, 4)
        inputs = {"x": of.x, "q": other.q, "q_scale": of.q_scale}
        assert "frames" in self.refusal("DequantizeAdd", inputs, {"sum": FLOAT}, q_zero=Q_ZERO)

    @pytest.mark.parametrize("wrong", ["q", "more_q", "q_scale"])
    def test_values_by_channel_where_values_by_frame_are_meant_or_the_other_way_round(self, wrong):
        of = Integers(20, 4)
        inputs = {"x": of.x, "q": of.q, "q_scale": of.q_scale, "more_x": of.more_x, "more_q": of.more_q}
        inputs |= {"more_q_scale": of.more_q_scale}
        inputs[wrong] = of.more_x if wrong == "q_scale" else of.q[0, 0, 0]
        assert "channels" in self.refusal("DequantizeAdd", inputs, {"sum": FLOAT}, q_zero=Q_ZERO)

    def test_integers_without_their_scale(self):
        of = Integers(20, 4)
        inputs = {"x": of.x, "q": of.q, "q_scale": of.q_scale, "more_x": None, "more_q": of.more_q}
        assert "channels" in self.refusal("DequantizeAdd", inputs, {"sum": FLOAT}, q_zero=Q_ZERO)

    def test_as_many_values_in_other_frames(self):
        of = Integers(20, 4)
        inputs = {"x": of.x, "q": of.q.reshape(1, 1, 40, 2), "q_scale": of.q_scale}
        assert "channels" in self.refusal("DequantizeAdd", inputs, {"sum": FLOAT}, q_zero=Q_ZERO)

    @pytest.mark.parametrize("empty", ["q", "q_scale", "more_x", "more_q", "more_q_scale"])
    def test_tensors_of_no_values_are_not_taken_for_what_is_left_out(self, empty):
        """ONNX Runtime gives them no memory when a graph's own node makes them."""
        of = Integers(20, 4)
        inputs = {"x": of.x, "q": of.q, "q_scale": of.q_scale, "more_x": of.more_x}
        inputs |= {"more_q": of.more_q, "more_q_scale": of.more_q_scale}
        model = node("DequantizeAdd", inputs, {"sum": FLOAT}, q_zero=Q_ZERO)
        place = list(inputs).index(empty)
        model.graph.node[0].input[place] = "nothing"
        bounds = [helper.make_tensor(name, TensorProto.INT64, [1], [0]) for name in ("begin", "end")]
        model.graph.initializer.extend(bounds)
        model.graph.node.insert(0, helper.make_node("Slice", [empty, "begin", "end"], ["nothing"]))
        with pytest.raises(Exception, match="utterd's operators differ in frames or channels"):
            run(model, inputs, library=built_library())

    @pytest.mark.parametrize("rank", [1, 2, 7])
    def test_another_number_of_dimensions(self, rank):
        x = normal(*[1, 4, 1, 1, 1, 1, 1][:rank])
        inputs = {"x": x, "scale": normal(4), "shift": normal(4)}
        assert re.search(r"\(1, channels, ...\)|more dimensions", self.refusal("AffineSnake", inputs, {"y": FLOAT}))

    def test_another_type(self):
        inputs = {"x": normal(1, 4, 10), "scale": normal(4), "shift": Integers(1, 4).q[0, 0, 0]}
        with pytest.raises(Exception, match=r"tensor\(uint8\).*shift.*AffineSnake"):
            evaluate("AffineSnake", inputs, {"y": FLOAT})

    def test_an_attribute_is_missing(self):
        inputs = {"x": normal(1, 4, 10), "gain": normal(4), "offset": normal(4)}
        with pytest.raises(Exception, match="epsilon"):
            session_of(node("NormSnake", inputs, {"y": FLOAT}), library=built_library())

    @pytest.mark.parametrize("zero", [-1, 256, 2**40])
    @pytest.mark.parametrize("which", ["q_zero", "y_zero"])
    def test_a_zero_that_is_no_byte(self, which, zero):
        of = Integers(20, 4)
        inputs = {"q": of.q, "q_scale": of.q_scale} | of.affine()
        zeros = {"q_zero": Q_ZERO, "y_zero": Y_ZERO, which: zero}
        assert f"{which} from 0 to 255" in self.refusal("DequantizeSnakeQuantize", inputs, {"y": UINT8}, **zeros)


class TestNoFrames:
    def test_floats(self):
        inputs = {"x": normal(1, 4, 0), "scale": normal(4), "shift": normal(4)}
        assert evaluate("AffineSnake", inputs, {"y": FLOAT})["y"].shape == (1, 4, 0)

    def test_no_channels_either(self):
        inputs = {"x": normal(1, 0, 5), "scale": normal(0), "shift": normal(0)}
        outputs = evaluate("AffineSnake", inputs, MEASURED)
        assert [outputs[name].shape for name in MEASURED] == [(1, 0, 5), (0,), (0,)]

    def test_integers(self):
        of = Integers(0, 4)
        assert evaluate("SnakeQuantize", {"x": of.x} | of.affine(), {"y": UINT8}, y_zero=0)["y"].shape == (1, 1, 0, 4)

    @pytest.mark.parametrize("operator", ["AffineSnake", "NormSnake", "SnakeQuantize"])
    def test_their_statistics_are_zero_whatever_was_in_memory(self, operator):
        of, is_float = Integers(9, 4), operator != "SnakeQuantize"
        affine = {"scale": of.scale, "shift": of.shift} if is_float else of.affine()
        attributes = {"NormSnake": {"epsilon": EPSILON}, "SnakeQuantize": {"y_zero": 0}}.get(operator, {})
        x = normal(1, 4, 9) if is_float else of.x
        outputs = MEASURED if is_float else QUANTISED
        session = session_of(node(operator, {"x": x} | affine, outputs, **attributes), library=built_library())
        session.run(["mean", "mean_square"], {"x": x} | affine)  # and leaves what it found
        nothing = x[:, :, :0]
        assert not np.any(session.run(["mean", "mean_square"], {"x": nothing} | affine))
