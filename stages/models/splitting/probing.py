"""Runs a graph and looks at every tensor in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, ValueInfoProto

from utterd.stages.inference.onnx_session import onnxruntime
from utterd.stages.models.splitting.graph import Graph, SplitError, reads
from utterd.stages.models.splitting.noise import is_random, without_noise

Value = npt.NDArray[Any]
Feeds = dict[str, Value]


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """What was seen in some runs with inputs of different sizes."""

    runs: Sequence[Mapping[str, Value]]
    by_size: frozenset[str]
    """Tensors whose values follow from the sizes of the inputs alone."""

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
    return Probe(runs, frozenset(_by_size(graph)))


def run(graph: Graph, feeds: Feeds) -> dict[str, Value]:
    """Its outputs by name; without noise."""
    return run_all(graph, [feeds])[0]


def run_all(graph: Graph, feeds: Sequence[Feeds]) -> list[dict[str, Value]]:
    """Its outputs for each of `feeds`."""
    return _run(without_noise(graph.model), graph.folder, feeds)


def same_results(one: Graph, other: Graph, feeds: Sequence[Feeds]) -> bool:
    """Whether both give the same numbers, to the bit, for all of `feeds`; without noise."""
    mine, others = run_all(one, feeds), run_all(other, feeds)
    return all(
        run.keys() == other_run.keys()
        and all(np.array_equal(run[name], other_run[name], equal_nan=True) for name in run)
        for run, other_run in zip(mine, others, strict=True)
    )


def _run(model: ModelProto, folder: Path, feeds: Sequence[Feeds]) -> list[dict[str, Value]]:
    """All outputs for each of `feeds`; `folder` has the model's large constants."""
    options = onnxruntime.SessionOptions()
    # As written: what is fused has no tensors to look at, and rounds in another way.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.disable_prepacking", "1")  # that would copy all weights
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    path = folder / "probed.onnx"
    onnx.save_model(model, path)
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return [dict(zip(names, session.run(names, dict(feed)), strict=True)) for feed in feeds]
    except Exception as error:  # its exceptions share no base class of their own
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise SplitError(f"ONNX Runtime cannot run a part of this model ({reason})") from error


def _by_size(graph: Graph) -> Iterable[str]:
    known = set(graph.constants)
    yield from known
    for node in graph.nodes:
        if node.op_type == "Shape" or (not is_random(node) and known.issuperset(reads(node))):
            known.update(node.output)
            yield from node.output
