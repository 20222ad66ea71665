"""Products and convolutions with packed weights, against numpy, and against ONNX Runtime's own."""

import platform
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from onnx import ModelProto, TensorProto, helper, numpy_helper
from rig.native import built_library, run

from utterd.stages.models.preparing.packing import PANEL, panels_of
from utterd.stages.models.vocoder.graph import NATIVE_DOMAIN

RANDOM = np.random.default_rng(1)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


def model_of(operator: str, constants: dict[str, np.ndarray], rank: int, **attributes: int) -> ModelProto:
    domain = NATIVE_DOMAIN if operator.startswith("Packed") else ""
    node = helper.make_node(operator, ["x", *constants], ["y"], domain=domain, **attributes)
    graph = helper.make_graph(
        [node],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None] * rank)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(NATIVE_DOMAIN, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def evaluate(model: ModelProto, x: np.ndarray, threads: int = 1) -> np.ndarray:
    return run(model, {"x": x}, library=built_library(), threads=threads)["y"]


def product(x: np.ndarray, matrix: np.ndarray, bias: np.ndarray | None = None, **more) -> np.ndarray:
    constants = {"panels": panels_of(matrix)} | ({} if bias is None else {"bias": bias})
    return evaluate(model_of("PackedMatMul", constants, x.ndim, columns=matrix.shape[1]), x, **more)


def packed_kernel(weight: np.ndarray) -> np.ndarray:
    return panels_of(weight.transpose(2, 1, 0).reshape(-1, len(weight)))


def multiplies_and_adds_at_once() -> bool:
    """Whether this is known to be an x86 processor with such instructions."""
    about = Path("/proc/cpuinfo")
    return platform.machine() == "x86_64" and about.exists() and " fma " in about.read_text("utf-8", "replace")


def convolution(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, padding: int, **more) -> np.ndarray:
    constants = {"panels": packed_kernel(weight), "bias": bias}
    return evaluate(model_of("PackedConv", constants, 3, columns=len(weight), padding=padding), x, **more)


@pytest.mark.parametrize("rows", [0, 1, 5, 6, 7, 12, 13, 22, 37, 120, 121, 250])
@pytest.mark.parametrize(("depth", "columns"), [(1, 1), (7, 33), (256, 32), (257, 100), (600, 31), (1024, 64)])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_product(rows, depth, columns, threads):
    x, matrix, bias = normal(1, rows, depth), normal(depth, columns), normal(columns)
    y = product(x, matrix, bias, threads=threads)
    assert_allclose(y, x.astype(float) @ matrix + bias, rtol=1e-5, atol=2e-5 * depth**0.5)


@pytest.mark.parametrize("shape", [(64,), (3, 64), (2, 3, 1, 64)], ids=str)
def test_a_product_of_any_shape_and_without_bias(shape):
    x, matrix = normal(*shape), normal(64, 40)
    y = product(x, matrix)
    assert y.shape == (*shape[:-1], 40)
    assert_allclose(y, x.astype(float) @ matrix, atol=1e-4)


@pytest.mark.parametrize("frames", [0, 1, 2, 5, 17, 33, 119, 300])
@pytest.mark.parametrize(("channels", "columns", "kernel"), [(1, 1, 3), (5, 40, 3), (50, 33, 1), (300, 70, 5)])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_convolution(frames, channels, columns, kernel, threads):
    x, weight, bias = normal(1, channels, frames), normal(columns, channels, kernel), normal(columns)
    padding = kernel // 2
    y = convolution(x, weight, bias, padding, threads=threads)
    padded = np.pad(x[0].astype(float), ((0, 0), (padding, padding)))
    taps = [weight[:, :, tap] @ padded[:, tap : tap + frames] for tap in range(kernel)]
    assert_allclose(y, np.sum(taps, axis=0)[None] + bias[:, None], atol=1e-5 * (channels * kernel) ** 0.5 + 1e-5)


@pytest.mark.parametrize("padding", [0, 1, 4])
def test_a_convolution_with_another_padding(padding):
    x, weight, bias = normal(1, 20, 30), normal(40, 20, 3), normal(40)
    plain = model_of("Conv", {"weight": weight, "bias": bias}, 3, pads=[padding] * 2)
    y = convolution(x, weight, bias, padding)
    assert y.shape == (1, 40, 28 + 2 * padding)
    assert_allclose(y, evaluate(plain, x), atol=1e-4)


@pytest.mark.parametrize("rows", [1, 5, 12, 22, 33, 200])
@pytest.mark.parametrize(("depth", "columns"), [(768, 768), (768, 2048), (2048, 768), (640, 512)])
def test_a_product_has_the_bits_of_onnx_runtimes_own(rows, depth, columns):
    """Pitch is made of these, and phases of that, in which the least difference grows large."""
    if not multiplies_and_adds_at_once():
        pytest.skip("other processors' kernels have not been compared")
    x, matrix = normal(1, rows, depth), normal(depth, columns)
    assert np.array_equal(product(x, matrix), evaluate(model_of("MatMul", {"matrix": matrix}, 3), x))


@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_what_is_no_number_stays_in_its_row(poison):
    x, matrix = normal(1, 30, 80), normal(80, 50)
    x[0, 17, 3] = poison
    is_finite = np.isfinite(product(x, matrix)[0]).all(axis=1)
    assert not is_finite[17]
    assert is_finite[np.arange(30) != 17].all()


class TestWrongInputs:
    def refusal(self, operator: str, panels: np.ndarray, x: np.ndarray, *, bias=None, **attributes: int) -> str:
        constants = {"panels": panels} | ({} if bias is None else {"bias": bias})
        with pytest.raises(Exception, match="utterd's") as failure:
            evaluate(model_of(operator, constants, x.ndim, **attributes), x)
        return str(failure.value)

    def test_another_depth(self):
        assert "depth of its weights" in self.refusal("PackedMatMul", normal(2, 7, PANEL), normal(1, 3, 8), columns=40)

    @pytest.mark.parametrize("columns", [0, 32, 65])
    def test_another_number_of_columns(self, columns):
        said = self.refusal("PackedMatMul", normal(2, 8, PANEL), normal(1, 3, 8), columns=columns)
        assert "another number of panels" in said

    def test_columns_beyond_measure(self):
        said = self.refusal("PackedMatMul", normal(2, 8, PANEL), normal(1, 3, 8), columns=2**40)
        assert "columns from 0 to" in said

    def test_panels_of_another_width(self):
        said = self.refusal("PackedMatMul", normal(2, 8, 16), normal(1, 3, 8), columns=20)
        assert "(panels, depth, 32)" in said

    @pytest.mark.parametrize("length", [0, 39])
    def test_another_bias(self, length):
        said = self.refusal("PackedMatMul", normal(2, 8, PANEL), normal(1, 3, 8), bias=normal(length), columns=40)
        assert "than their bias" in said

    @pytest.mark.parametrize("shape", [(1, 5, 9), (2, 4, 9), (4, 9), (1, 4, 1, 9), (1, 0, 9)], ids=str)
    def test_another_shape_for_a_convolution(self, shape):
        said = self.refusal("PackedConv", normal(1, 12, PANEL), normal(*shape), columns=20, padding=1)
        assert "(1, channels, frames)" in said

    @pytest.mark.parametrize("frames", [0, 1, 2])
    def test_fewer_frames_than_a_kernel(self, frames):
        said = self.refusal("PackedConv", normal(1, 16, PANEL), normal(1, 4, frames), columns=20, padding=0)
        assert "no fewer frames than its kernel has" in said
