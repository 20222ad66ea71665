"""Runs a graph and looks at every tensor in it.

A damaged file can ask for more memory than there is, and for a loop without an end. Every run is bounded in both.
"""

import functools
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, ValueInfoProto

from utterd.stages.inference.onnx_session import first_line, onnxruntime
from utterd.stages.models.splitting.errors import CannotRun
from utterd.stages.models.splitting.graph import Graph, reads
from utterd.stages.models.splitting.noise import is_random, without_noise

Value = npt.NDArray[Any]
Feeds = dict[str, Value]

MOST_BYTES: Final = 1 << 30
"""Of tensors in one run; Kokoro takes less than an eighth of that for the texts that it is tried with."""
MOST_S: Final = 300.0
"""For all runs of one graph; Kokoro takes 2 s on a machine of 2025, and a tenth of the limit on one that can speak."""
_NO_MEMORY = "is smaller than requested bytes"
"""Part of ONNX Runtime's message when its allocator is at its bound (1.32)."""


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """What was seen in some runs with inputs of different sizes."""

    runs: Sequence[Mapping[str, Value]]
    """Tensor -> its value, of every tensor that is an array: sequences are left out."""
    by_size: frozenset[str]
    """Tensors whose values follow from the sizes of the inputs alone."""

    def saw(self, tensor: str) -> bool:
        """Whether it is there, and an array."""
        return tensor in self.runs[0]

    def shapes(self, tensor: str) -> list[tuple[int, ...]]:
        return [run[tensor].shape for run in self.runs]

    def sized(self, tensor: str) -> list[Value] | None:
        """Its values, if these follow from sizes."""
        return [run[tensor] for run in self.runs] if tensor in self.by_size else None


def probe(graph: Graph, feeds: Sequence[Feeds]) -> Probe:
    """Run the graph, without its noise, on each of `feeds`."""
    quiet = without_noise(graph.model)
    own = {output.name for output in quiet.graph.output}
    tensors = [name for node in graph.nodes for name in node.output if name]
    quiet.graph.output.extend(ValueInfoProto(name=name) for name in tensors if name not in own)
    constants: Feeds = {name: value for name in graph.constants if (value := graph.constant(name)) is not None}
    runs = [{**run, **feed, **constants} for run, feed in zip(_run(quiet, graph.folder, feeds), feeds, strict=True)]
    return Probe(runs, frozenset(_by_size(graph)) & runs[0].keys())


def run(graph: Graph, feeds: Feeds) -> dict[str, Value]:
    """Its outputs by name; without noise."""
    return run_all(graph, [feeds])[0]


def run_all(graph: Graph, feeds: Sequence[Feeds], *, optimised: bool = False) -> list[dict[str, Value]]:
    """Its outputs for each of `feeds`; without noise.

    Args:
        optimised: as users run it. What is fused has no tensors to look at, and rounds in another way.

    Raises:
        CannotRun: it is not for such inputs, or takes too much memory, or too long.
    """
    return _run(without_noise(graph.model), graph.folder, feeds, optimised=optimised)


def same_results(one: Graph, other: Graph, feeds: Sequence[Feeds], *, optimised: bool = False) -> bool:
    """Whether both give the same numbers, to the bit, for all of `feeds`; without noise."""
    return are_same(*(run_all(graph, feeds, optimised=optimised) for graph in (one, other)))


def are_same(results: Sequence[Mapping[str, Value]], others: Sequence[Mapping[str, Value]]) -> bool:
    """Whether these are the same numbers, to the bit, under the same names."""
    return all(
        one.keys() == other.keys() and all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)
        for one, other in zip(results, others, strict=True)
    )


def _run(model: ModelProto, folder: Path, feeds: Sequence[Feeds], *, optimised: bool = False) -> list[dict[str, Value]]:
    """All outputs that are arrays for each of `feeds`; `folder` has the model's large constants."""
    _bound_memory()
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.use_env_allocators", "1")
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.add_session_config_entry("session.disable_prepacking", "1")  # that would copy all weights
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    path = folder / "probed.onnx"
    onnx.save_model(model, path)
    run_options = onnxruntime.RunOptions()
    bell = threading.Timer(MOST_S, lambda: setattr(run_options, "terminate", True))
    bell.daemon = True
    bell.start()
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
        names = [output.name for output in session.get_outputs()]
        runs = [zip(names, session.run(names, feed, run_options), strict=True) for feed in feeds]
    except Exception as error:  # its exceptions share no base class of their own
        raise _what_happened(error, is_late=bool(run_options.terminate)) from error
    finally:
        bell.cancel()
    return [{name: value for name, value in run if isinstance(value, np.ndarray)} for run in runs]


@functools.cache
def _bound_memory() -> None:
    """For sessions that use the allocator of the process; no other does."""
    place = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    onnxruntime.create_and_register_allocator(place, onnxruntime.OrtArenaCfg({"max_mem": MOST_BYTES}))


def _what_happened(error: Exception, *, is_late: bool) -> CannotRun:
    if is_late:
        return CannotRun(f"a part of it still runs after {MOST_S:g} s")
    if isinstance(error, MemoryError) or _NO_MEMORY in str(error):
        return CannotRun(f"a part of it takes more than {MOST_BYTES >> 20} MiB of memory for a few words")
    return CannotRun(f"ONNX Runtime {onnxruntime.__version__} cannot run a part of it ({first_line(error)})")


def _by_size(graph: Graph) -> Iterable[str]:
    known = set(graph.constants)
    yield from known
    for node in graph.nodes:
        if node.op_type == "Shape" or (not is_random(node) and known.issuperset(reads(node))):
            known.update(node.output)
            yield from node.output
