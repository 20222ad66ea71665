"""ONNX Runtime, set up for a daemon: no telemetry, no spinning, few threads, and runs that another thread can abort."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from utterd.stages.work import ChunkFailed, ChunkInterrupted

# From 1.29 on the released packages report to Microsoft, and keep an identifier of the machine in the user's cache,
# from the import on. Only this, before it, keeps them from both (microsoft/onnxruntime, docs/Privacy.md).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as onnxruntime  # for others too: imported from here it keeps to that

_ABORTED = "terminate flag"
"""Part of ONNX Runtime's message when a run ends by `RunOptions.terminate` (1.23 to 1.32)."""


CPU_ALONE = ("CPUExecutionProvider",)


class ModelUnusable(Exception):
    """A model file that ONNX Runtime will not load; the message names the file."""


class Abort:
    """Lets another thread end the runs of one unit: those under way and those to come."""

    def __init__(self) -> None:
        self._options = onnxruntime.RunOptions()
        self._shrinking = onnxruntime.RunOptions()
        self._shrinking.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def set(self) -> None:
        """From any thread."""
        self._shrinking.terminate = True
        self._options.terminate = True

    @property
    def is_set(self) -> bool:
        return bool(self._options.terminate)

    def run_options(self, *, shrinks: bool) -> Any:
        """`onnxruntime.RunOptions` of a run that this may end; `shrinks`: what it grew is given back after it."""
        return self._shrinking if shrinks else self._options

    def check(self) -> None:
        """Raises ChunkInterrupted if set."""
        if self.is_set:
            raise ChunkInterrupted


class OnnxSession:
    """One graph. One owner: the inference process's main thread."""

    def __init__(
        self,
        path: Path,
        *,
        threads: int,
        library: Path | None = None,
        optimise: bool = True,
        shrinks: bool = False,
        providers: Sequence[Any] = CPU_ALONE,
    ) -> None:
        """Load a graph.

        Args:
            path: of the model file.
            threads: the pool's, this thread included; 0 lets ONNX Runtime choose.
            library: of operators that the graph uses beyond ONNX Runtime's own.
            optimise: False for a graph that was saved optimised: nothing is left to be found, and looking takes time.
            shrinks: for inputs of every length: give back after each run what the arena had to grow for it. It is kept
                otherwise, in chunks that fit no other length: 0.9 GB after 300 tokens of Kokoro, and 0.46 with this,
                in the same time. Doing without an arena takes 1.8 times as long: every tensor is zeroed pages.
            providers: as `onnxruntime.InferenceSession` takes them.

        Raises:
            ModelUnusable: ONNX Runtime refuses the file or the library.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Spinning keeps the pool's threads burning 30 ms after each run, and makes two threads slower than one when
        # the other core is in use (PERFORMANCE.md 1b): a daemon idles most of its life.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Patterns are kept for every input shape ever seen; ours vary with every sentence.
        options.enable_mem_pattern = False
        options.log_severity_level = 3
        if not optimise:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        if library is not None:
            _register(options, library)
        try:
            # With a fallback it would print so on stdout, where a stage's sound may go, and run on another provider.
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=list(providers), enable_fallback=0
            )
        except Exception as error:  # its exceptions share no base class of their own
            raise ModelUnusable(
                f"{path.name} is not a model that ONNX Runtime can load ({first_line(error)})"
            ) from error
        self._shrinks = shrinks
        self.inputs: list[Any] = list(self._session.get_inputs())
        """Name, type and shape of each."""
        self.outputs: list[Any] = list(self._session.get_outputs())

    def run(self, feeds: Mapping[str, np.ndarray[Any, Any]], abort: Abort) -> list[np.ndarray[Any, Any]]:
        """All outputs, in the graph's order.

        Raises:
            ChunkInterrupted: `abort` was set before or during the run.
            ChunkFailed: the graph failed on these feeds.
        """
        with _failures(abort):
            outputs: list[np.ndarray[Any, Any]] = self._session.run(
                None, dict(feeds), abort.run_options(shrinks=self._shrinks)
            )
        return outputs

    def run_into(
        self, outputs: Mapping[str, np.ndarray[Any, Any]], feeds: Mapping[str, np.ndarray[Any, Any]], abort: Abort
    ) -> None:
        """As `run`, writing every output to the array of its name, of its shape and type.

        For what is kept after the run: arrays that `run` gives lie in the arena, which cannot shrink below them.
        """
        with _failures(abort):
            binding = self._session.io_binding()
            for name, values in feeds.items():
                binding.bind_cpu_input(name, values)
            for name, array in outputs.items():
                binding.bind_output(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
            self._session.run_with_iobinding(binding, abort.run_options(shrinks=self._shrinks))


@contextmanager
def _failures(abort: Abort) -> Iterator[None]:
    """Of a run, in the terms of a chunk's."""
    abort.check()
    try:
        yield
    except Exception as error:
        if abort.is_set or _ABORTED in str(error).lower():
            raise ChunkInterrupted from error
        raise ChunkFailed("synthesis_failed", f"the model failed ({first_line(error)})") from error


def check_library(library: Path) -> None:
    """Raises ModelUnusable: ONNX Runtime does not load this library of operators."""
    _register(onnxruntime.SessionOptions(), library)


def _register(options: Any, library: Path) -> None:
    try:
        options.register_custom_ops_library(str(library))
    except Exception as error:
        raise ModelUnusable(
            f"{library.name} is not a library of operators for this ONNX Runtime ({first_line(error)})"
        ) from error


def first_line(error: Exception) -> str:
    """Of what ONNX Runtime says, cut to 200 characters: its messages may go on for pages."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
