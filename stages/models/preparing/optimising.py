"""Saves a graph as ONNX Runtime would run it here, so that a daemon loads it without optimising it again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto

from utterd.stages.inference.onnx_session import first_line
from utterd.stages.models.errors import PreparingError
from utterd.stages.models.preparing.space import write_as_much
from utterd.stages.models.quantising.flow import Flow
from utterd.stages.models.quantising.running import Arrays, Running

_NOISE = frozenset({"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"})
_WORST_RATIO = 1e-3
"""Of a difference's size to that of what differs (-60 dB): what another order of additions does is smaller."""


def save_optimised(model: ModelProto, path: Path, feeds: Arrays, library: Path | None) -> None:
    """Write it to `path`, and try whether that loads, without optimising, and gives for `feeds` what `model` gives.

    Raises:
        PreparingError: it does not.
        OSError: there is no room for it.
    """
    try:
        expected = Running(model, library=library, save_to=path)(feeds)
    except Exception as error:  # ONNX Runtime's exceptions share no base class, and say nothing of full disks
        write_as_much(model.ByteSize(), path.parent)
        raise PreparingError(f"ONNX Runtime cannot run {path.name}: {first_line(error)}") from error
    _compare(Running(path, library=library, optimise=False)(feeds), expected, _noisy(model), path.name)


def save_portable(model: ModelProto, path: Path, feeds: Arrays) -> None:
    """The same of a graph for any processor: written as it is, and tried with optimising."""
    onnx.save_model(model, path)
    expected = Running(model)(feeds)
    _compare(Running(path)(feeds), expected, _noisy(model), path.name)


def _noisy(model: ModelProto) -> set[str]:
    """Outputs that are made of random numbers."""
    flow = Flow(model)
    random = {name for node in flow.nodes if node.op_type in _NOISE for name in node.output}
    return {output.name for output in model.graph.output if not random.isdisjoint(flow.behind(output.name))}


def _compare(found: Arrays, expected: Arrays, noisy: set[str], name: str) -> None:
    for output in _different(found, expected, noisy):
        raise PreparingError(
            f"{name} gives other {output} once ONNX Runtime has optimised it, which is a fault of this release of it; "
            "another release, or --variants without this one, will do"
        )


def _different(found: Arrays, expected: Arrays, noisy: set[str]) -> Iterator[str]:
    for name, values in expected.items():
        is_right = found[name].shape == values.shape and bool(np.isfinite(found[name]).all())
        if not is_right or (name not in noisy and not _is_near(found[name], values)):
            yield name


def _is_near(found: npt.NDArray[np.generic], expected: npt.NDArray[np.generic]) -> bool:
    if not np.issubdtype(expected.dtype, np.floating):
        return bool((found == expected).all())
    a, b = found.astype(np.float64), expected.astype(np.float64)
    return float(np.linalg.norm(a - b)) <= _WORST_RATIO * float(np.linalg.norm(b))
