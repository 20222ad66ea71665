"""One graph, one owner, and another thread that may end its runs."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from rig.onnx_graphs import save_counter
from waiting import wait_until

from utterd.stages.inference.onnx_session import Abort, ModelUnusable, OnnxSession
from utterd.stages.work import ChunkFailed, ChunkInterrupted

FOR_EVER = np.array(2**40)
"""Rounds: some days."""


@pytest.fixture(params=[False, True], ids=["keeps", "shrinks"])
def session(tmp_path: Path, request) -> OnnxSession:
    save_counter(tmp_path / "counter.onnx")
    return OnnxSession(tmp_path / "counter.onnx", threads=1, shrinks=request.param)


def count(session: OnnxSession, times: int, abort: Abort | None = None) -> float:
    (found,) = session.run({"times": np.array(times)}, abort or Abort())
    return float(found)


def test_a_run_gives_all_outputs(session):
    assert count(session, 3) == 3
    assert [node.name for node in session.inputs] == ["times"]
    assert [node.name for node in session.outputs] == ["count"]


def test_a_run_into_arrays_fills_them(session):
    found = np.full((), -1.0)
    session.run_into({"count": found}, {"times": np.array(3)}, Abort())
    assert found == 3


def test_arrays_of_another_shape_fail_the_chunk(session):
    with pytest.raises(ChunkFailed, match="the model failed") as failure:
        session.run_into({"count": np.zeros(5)}, {"times": np.array(3)}, Abort())
    assert failure.value.code == "synthesis_failed"


def test_an_abort_ends_a_run_into_arrays(session):
    abort = Abort()
    abort.set()
    with pytest.raises(ChunkInterrupted):
        session.run_into({"count": np.zeros(())}, {"times": FOR_EVER}, abort)


def test_a_long_run_is_ended_from_another_thread_and_the_session_stays_usable(session):
    abort = Abort()
    ended: list[BaseException] = []

    def run() -> None:
        try:
            session.run({"times": FOR_EVER}, abort)
        except ChunkInterrupted as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    begun_s = time.process_time()
    wait_until(lambda: time.process_time() - begun_s > 0.05, what="the run to be under way")
    assert thread.is_alive()
    abort.set()
    set_s = time.monotonic()
    thread.join(20)
    assert len(ended) == 1
    assert time.monotonic() - set_s < 2
    assert count(session, 5) == 5


def test_an_abort_ends_the_runs_to_come_too(session):
    abort = Abort()
    abort.set()
    assert abort.is_set
    with pytest.raises(ChunkInterrupted):
        count(session, 1, abort)


def test_aborts_know_nothing_of_one_another(session):
    Abort().set()
    assert count(session, 2) == 2


def test_what_the_graph_refuses_fails_the_chunk_with_one_line(session):
    with pytest.raises(ChunkFailed, match="the model failed") as failure:
        session.run({"times": np.array(1, np.float32)}, Abort())
    assert failure.value.code == "synthesis_failed"
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("content", [b"", b"no graph", bytes(1000)])
def test_what_is_no_graph_is_refused_by_name(tmp_path, content):
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(ModelUnusable, match=r"^model\.onnx is not a model that ONNX Runtime can load"):
        OnnxSession(tmp_path / "model.onnx", threads=1)


def test_what_is_no_library_of_operators_is_refused_by_name(tmp_path):
    save_counter(tmp_path / "counter.onnx")
    (tmp_path / "operators.so").write_bytes(b"no library")
    with pytest.raises(ModelUnusable, match=r"^operators\.so is not a library of operators") as failure:
        OnnxSession(tmp_path / "counter.onnx", threads=1, library=tmp_path / "operators.so")
    assert "\n" not in str(failure.value)


def test_a_graph_that_was_saved_optimised_is_taken_as_it_is(tmp_path):
    save_counter(tmp_path / "counter.onnx")
    assert count(OnnxSession(tmp_path / "counter.onnx", threads=1, optimise=False), 7) == 7


def test_onnx_runtime_keeps_nothing_and_reports_nothing(tmp_path):
    """Its packages do so by default, from the import on: an identifier and a database in the user's cache."""
    script = (
        "from utterd.config.bundles import find_bundle\n"
        "from utterd.stages.inference.onnx_session import OnnxSession\n"
        "OnnxSession(find_bundle('starter').file('vocoder.onnx'), threads=1)\n"
    )
    environ = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR"):
        environ[name] = str(tmp_path)
    subprocess.run([sys.executable, "-P", "-c", script], check=True, timeout=60, env=environ, cwd=tmp_path)
    assert list(tmp_path.rglob("*")) == []
