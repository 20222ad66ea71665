"""How fast this machine multiplies: convolutions at their best, `python -m bench.peers.peak THREADS CORES SECONDS`.

One of 256 channels by 256, seven wide, over 4,096 steps: in float32 as the vocoder's are at their best (two
dimensions, one of them 1), and as QLinearConv of unsigned activations by signed weights. The fastest of many runs
counts: nothing makes arithmetic quicker than it is.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

GFLOP_A_SECOND: Final = 54.7
"""Of sound: what Kokoro-82M's arithmetic comes to (PERFORMANCE.md 2)."""
_CHANNELS, _KERNEL, _STEPS = 256, 7, 4096


def measure_peaks(threads: int, cores: Sequence[int], *, for_s: float = 2.0) -> dict[str, float]:
    """Operations a second, in units of 1e9, of "fp32" and "int8"; in a process of its own, each for so long."""
    command = [sys.executable, "-m", "bench.peers.peak", str(threads), ",".join(map(str, cores)), str(for_s)]
    environ = {**os.environ, "ORT_DISABLE_TELEMETRY": "1"}
    found: dict[str, float] = json.loads(subprocess.run(command, env=environ, capture_output=True, check=True).stdout)
    return found


def main(threads: str, cores: str, for_s: str) -> None:
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [int(core) for core in cores.split(",")])
    models = {"fp32": _float_model(), "int8": _integer_model()}
    print(json.dumps({kind: _fastest(model, int(threads), float(for_s)) for kind, model in models.items()}))


def _fastest(model: bytes, threads: int, for_s: float) -> float:
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    kind = np.uint8 if session.get_inputs()[0].type == "tensor(uint8)" else np.float32
    feeds = {"x": np.random.default_rng(1).integers(0, 100, (1, _CHANNELS, 1, _STEPS)).astype(kind)}
    clock = time.process_time if threads == 1 else time.perf_counter  # whatever else the machine is doing
    best_s = float("inf")
    until = time.perf_counter() + for_s
    while time.perf_counter() < until:
        begun = clock()
        session.run(None, feeds)
        best_s = min(best_s, clock() - begun)
    return 2 * _CHANNELS * _CHANNELS * _KERNEL * _STEPS / best_s / 1e9


def _float_model() -> bytes:
    import numpy as np
    from onnx import TensorProto, helper

    weight = np.random.default_rng(2).standard_normal(_weight_shape()).astype(np.float32)
    node = helper.make_node("Conv", ["x", "w"], ["y"], **_padding())
    return _model([node], {"w": weight}, TensorProto.FLOAT)


def _integer_model() -> bytes:
    import numpy as np
    from onnx import TensorProto, helper

    constants = {
        "w": np.random.default_rng(2).integers(-127, 128, _weight_shape()).astype(np.int8),
        "x_scale": np.float32(0.02),
        "x_zero": np.uint8(128),
        "w_scale": np.full(_CHANNELS, 0.01, np.float32),
        "w_zero": np.zeros(_CHANNELS, np.int8),
        "y_scale": np.float32(1.0),
        "y_zero": np.uint8(128),
    }
    inputs = ["x", "x_scale", "x_zero", "w", "w_scale", "w_zero", "y_scale", "y_zero"]
    node = helper.make_node("QLinearConv", inputs, ["y"], **_padding())
    return _model([node], constants, TensorProto.UINT8)


def _weight_shape() -> tuple[int, ...]:
    return _CHANNELS, _CHANNELS, 1, _KERNEL


def _padding() -> dict[str, Any]:
    return {"kernel_shape": [1, _KERNEL], "pads": [0, _KERNEL // 2, 0, _KERNEL // 2]}


def _model(nodes: list[Any], constants: dict[str, Any], kind: int) -> bytes:
    import numpy as np
    from onnx import helper, numpy_helper

    shape = [1, _CHANNELS, 1, _STEPS]
    graph = helper.make_graph(
        nodes,
        "peak",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", kind, shape)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    serialised: bytes = model.SerializeToString()
    return serialised


if __name__ == "__main__":
    main(*sys.argv[1:])
