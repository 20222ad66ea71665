"""The inverse Fourier transform is read with the sign of its imaginary half, and with what is trimmed."""

import numpy as np
import pytest
from onnx import TensorProto

from utterd.stages.models.splitting.errors import NotFound
from utterd.stages.models.splitting.inverse_transform import read_inverse_transform

BINS, FFT, HOP = 3, 4, 2
RANDOM = np.random.default_rng(3)
REAL, IMAGINARY = (RANDOM.normal(size=(BINS, 1, FFT)).astype(np.float32) for _ in range(2))
CONSTANTS = {
    "real": REAL,
    "imaginary": IMAGINARY,
    "zero": np.array([0]),
    "bins": np.array([BINS]),
    "end": np.array([2**63 - 1]),
    "axis": np.array([1]),
    "time": np.array([2]),
    "two": np.array([2]),
    "minus_two": np.array([-2]),
    "minus_one": np.array([-1]),
    "halves": np.array([BINS, BINS]),
}
SLICES = [
    ("Slice", ["post", "zero", "bins", "axis"], ["low"], {}),
    ("Slice", ["post", "bins", "end", "axis"], ["high"], {}),
]
SPLIT = [("Split", ["post", "halves"], ["low", "high"], {"axis": 1})]
SWAPPED = [("Split", ["post", "halves"], ["high", "low"], {"axis": 1})]
POLAR = [
    ("Exp", ["low"], ["magnitude"], {}),
    ("Sin", ["high"], ["phase"], {}),
    ("Cos", ["phase"], ["cosine"], {}),
    ("Sin", ["phase"], ["sine"], {}),
    ("Mul", ["magnitude", "cosine"], ["re"], {}),
    ("Mul", ["sine", "magnitude"], ["im"], {}),
    ("ConvTranspose", ["re", "real"], ["a"], {"strides": [HOP]}),
    ("ConvTranspose", ["im", "imaginary"], ["b"], {"strides": [HOP]}),
]
TRIMMED = [("Slice", ["s", "two", "minus_two", "time"], ["t"], {}), ("Squeeze", ["t"], ["waveform"], {})]


@pytest.fixture
def graph_of(build):
    inputs = {"post": (TensorProto.FLOAT, [1, 2 * BINS, "t"])}
    return lambda *parts: build(
        [step for part in parts for step in part], inputs, {"waveform": (TensorProto.FLOAT, ["n"])}, CONSTANTS
    )


@pytest.mark.parametrize("halves", [SLICES, SPLIT], ids=["slices", "split"])
@pytest.mark.parametrize(
    ("joined", "sign"), [(("Sub", ["a", "b"]), -1), (("Add", ["a", "b"]), 1), (("Add", ["b", "a"]), 1)], ids=str
)
def test_it_is_read(graph_of, halves, joined, sign):
    found = read_inverse_transform(graph_of(halves, POLAR, [(*joined, ["s"], {})], TRIMMED))
    np.testing.assert_array_equal(found.real, REAL)
    np.testing.assert_array_equal(found.imaginary, sign * IMAGINARY)
    assert (found.hop, found.end.trim, found.source, found.end.waveform) == (HOP, 2, "post", "waveform")


def test_one_that_is_not_trimmed(graph_of):
    found = read_inverse_transform(
        graph_of(SLICES, POLAR, [("Sub", ["a", "b"], ["s"], {}), ("Squeeze", ["s"], ["waveform"], {})])
    )
    assert found.end.trim == 0


def test_a_difference_the_other_way_round_turns_both_signs(graph_of):
    found = read_inverse_transform(graph_of(SLICES, POLAR, [("Sub", ["b", "a"], ["s"], {})], TRIMMED))
    np.testing.assert_array_equal(found.real, -REAL)
    np.testing.assert_array_equal(found.imaginary, IMAGINARY)


@pytest.mark.parametrize(
    "parts",
    [
        (SWAPPED, POLAR, [("Sub", ["a", "b"], ["s"], {})], TRIMMED),
        (SLICES, POLAR, [("Sub", ["a", "a"], ["s"], {})], TRIMMED),
        (
            SLICES,
            POLAR,
            [("Sub", ["a", "b"], ["s"], {}), ("Slice", ["s", "two", "minus_one", "time"], ["t"], {})],
            TRIMMED[1:],
        ),
    ],
    ids=["phases first", "no imaginary half", "more cut at one end"],
)
def test_what_is_something_else_is_not_read(graph_of, parts):
    with pytest.raises(NotFound, match="inverse Fourier transform"):
        read_inverse_transform(graph_of(*parts))
