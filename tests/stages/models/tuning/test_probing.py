"""Probes are processes that may crash, hang and babble: each is an outcome."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.figures import Failed, Measured
from utterd.stages.models.tuning.probe import Request
from utterd.stages.models.tuning.probing import COMMAND, LEAST_LIMIT_S, LIMIT_S, PATIENCE, Prober, run_probe
from utterd.stages.models.tuning.readings import ReadingsDamaged, read_readings, write_readings

CANDIDATE = Candidate(variant="int8", threads=1)
PATIENT_S = 60.0
"""For what ends by itself: beyond it something hangs."""


def script(body: str) -> list[str]:
    """A process that reads its request, and then does this."""
    return [sys.executable, "-c", f"import json, os, sys\nrequest = json.loads(sys.stdin.readline())\n{body}"]


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    return Request(
        bundle=tmp_path,
        candidate=CANDIDATE,
        texts=("clause", "sentence"),
        quick=True,
        is_whole=False,
        readings=tmp_path / "readings.npz",
    )


def failure(request: Request, body: str, *, limit_s: float = PATIENT_S) -> str:
    outcome = run_probe(request, limit_s=limit_s, command=script(body))
    assert isinstance(outcome, Failed)
    return outcome.reason


def test_what_a_probe_measured_comes_back(request_, make_measured):
    measured = make_measured(58.0)
    write_readings(request_.readings, measured.readings)
    outcome = run_probe(
        request_,
        limit_s=PATIENT_S,
        command=script(f"print(json.dumps({{'measured': {measured.as_json()!r}}}))\nprint('noise', file=sys.stderr)"),
    )
    assert isinstance(outcome, Measured)
    assert outcome.timings["clause"].wall.first_ms == 58.0
    assert outcome.timings == measured.timings
    for text, readings in measured.readings.items():
        for one, other in zip(readings, outcome.readings[text], strict=True):
            assert (one.log_mel == other.log_mel).all()
            assert (one.durations == other.durations).all()


def test_the_request_arrives_whole(request_):
    assert Request.from_json(json.loads(json.dumps(request_.as_json()))) == request_
    assert failure(request_, "print(json.dumps({'failed': request['candidate']['variant']}))") == "int8"


def test_a_probe_that_hangs_is_given_up(request_):
    assert failure(request_, "sys.stdin.read()", limit_s=0.2) == "it gave no answer within 0 s"


def test_a_hang_takes_its_children_with_it(request_, tmp_path: Path):
    """The child writes to a FIFO and keeps it open: its reader sees the end of file when nobody is left."""
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    child = f"import sys; file = open({str(fifo)!r}, 'w'); file.write('x'); file.flush(); sys.stdin.read()"
    body = f"import subprocess\nsubprocess.Popen([sys.executable, '-c', {child!r}])\nsys.stdin.read()"
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    for limit_s in (0.5, 2, 8, 32):  # on a busy machine the child takes a while to come up
        assert failure(request_, body, limit_s=limit_s).startswith("it gave no answer")
        assert select.select([reader], [], [], PATIENT_S)[0]
        if os.read(reader, 1) == b"x":
            break
    else:
        pytest.fail("the child never came up")
    assert select.select([reader], [], [], PATIENT_S)[0]
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_a_crash_names_its_signal(request_):
    assert failure(request_, "os.abort()") == "it crashed with SIGABRT"
    reason = failure(
        request_, "print('free(): invalid pointer', file=sys.stderr, flush=True); os.kill(os.getpid(), 11)"
    )
    assert reason == "it crashed with SIGSEGV: free(): invalid pointer"


def test_an_error_is_told_by_its_last_line(request_):
    assert (
        failure(request_, "raise RuntimeError('no such device')")
        == "it ended with code 1: RuntimeError: no such device"
    )


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"measured": {}}',
        '{"measured": {"texts": {}, "load": {"wall_ms": 1, "processor_ms": 1}, "memory_mb": 1}}',
        '{"measured": {"texts": 3}}',
    ],
)
def test_an_answer_that_is_none_is_a_failure(request_, answer: str):
    assert failure(request_, f"sys.stdout.write({answer!r})").startswith("its answer makes no sense")


def test_readings_that_are_missing_are_a_failure(request_, make_measured):
    body = f"print(json.dumps({{'measured': {make_measured().as_json()!r}}}))"
    assert failure(request_, body) == "its readings cannot be read: No such file or directory"


def test_readings_of_other_texts_are_damaged(tmp_path: Path, make_readings):
    path = tmp_path / "readings.npz"
    write_readings(path, make_readings(texts=("clause",)))
    assert len(read_readings(path, ["clause"])["clause"]) == 4
    with pytest.raises(ReadingsDamaged):
        read_readings(path, ["clause", "long"])
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ReadingsDamaged):
        read_readings(path, ["clause"])


def test_the_real_probe_says_what_is_wrong_with_a_bundle(request_):
    outcome = run_probe(request_, limit_s=PATIENT_S)
    assert isinstance(outcome, Failed)
    assert outcome.reason == f"{request_.bundle} is not a model: it has no bundle.toml"


def test_the_real_probe_keeps_stdout_to_itself_and_dies_with_its_stdin(request_):
    """Libraries print what they like; and whoever started it may be killed before it has ended."""
    body = (
        "from utterd.stages.models.tuning.probe import main\n"
        "import os, sys\n"
        "def hang(request):\n"
        "    os.system('echo from a library')\n"
        "    print('ready', file=sys.stderr, flush=True)\n"
        "    import threading\n"
        "    threading.Event().wait()\n"
        "main(hang)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", body], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(json.dumps(request_.as_json()).encode() + b"\n")
        process.stdin.flush()
        said = [process.stderr.readline(), process.stderr.readline()]
        process.stdin.close()
        assert process.wait(PATIENT_S) == 1
        assert process.stdout.read() == b""
    assert said == [b"from a library\n", b"ready\n"]


def test_ctrl_c_ends_the_probe(request_, monkeypatch):
    started = []

    class Interrupted(subprocess.Popen):
        def wait(self, timeout=None):
            if not started:
                started.append(self)
                raise KeyboardInterrupt
            return super().wait(timeout)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_probe(request_, command=script("sys.stdin.read()"))
    assert started[0].returncode == -signal.SIGKILL


def test_others_get_a_few_times_as_long_as_fp32_took(tmp_path: Path):
    limits, now = [], [0.0]

    def run(request: Request, *, limit_s: float) -> Failed:
        limits.append(limit_s)
        request.readings.touch()
        now[0] += 30.0
        return Failed(reason="")

    prober = Prober(tmp_path, ["clause"], tmp_path, quick=True, run=run, clock=lambda: now[0])
    for _ in range(3):
        prober(CANDIDATE)
    assert limits == [LIMIT_S, PATIENCE * 30, PATIENCE * 30]
    assert not list(tmp_path.iterdir())
    quick = Prober(tmp_path, ["clause"], tmp_path, quick=True, run=run, clock=lambda: 0.0)
    quick(CANDIDATE)
    quick(CANDIDATE, is_whole=True)
    assert limits[-2:] == [LIMIT_S, LEAST_LIMIT_S]


def test_a_probe_is_a_python_of_its_own():
    assert COMMAND[0] == sys.executable
    assert COMMAND[-1] == "utterd.stages.models.tuning.probe"
