"""A stage that fails on order: `python troubled_stage.py ORDER --worker SPEC`, as StageProcess starts stages.

Orders: "exit" ends at once, "crash" dies of a signal, "log" writes lines with and without an end, "flood" one without
any end, "hang" does nothing, "let go" closes its life line and stays, "orphan" reports that it runs and, like a real
stage, ends when its life line does; "unusable" says so and ends.
"""

import os
import signal
import socket
import sys

import zmq

from utterd.stages.reports import Unusable
from utterd.stages.spec import StageSpec, spec_from_arguments
from utterd.stages.wire import pack


def log() -> None:
    sys.stderr.write("WARNING utterd.stages a warning\nplain words\n\nERROR without an end")


def wait_for_the_daemons_end(spec: StageSpec) -> None:
    with socket.socket(fileno=spec.life_descriptor) as life:
        sys.stderr.write("INFO running\n")
        sys.stderr.flush()
        life.recv(1)


def say_unusable(spec: StageSpec) -> None:
    context = zmq.Context[zmq.Socket[bytes]]()
    reports = context.socket(zmq.PUSH)
    reports.connect(spec.reports_endpoint)
    reports.send(pack(Unusable(stage=spec.stage, pid=os.getpid(), code="model_unusable", message="no model")))
    reports.close()
    context.term()


def main(order: str, spec: StageSpec) -> None:
    match order:
        case "exit":
            sys.exit(3)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "log":
            log()
        case "flood":
            sys.stderr.write("x" * 100_000)
        case "hang":
            signal.pause()
        case "let go":
            os.close(spec.life_descriptor)
            signal.pause()
        case "orphan":
            wait_for_the_daemons_end(spec)
        case "unusable":
            say_unusable(spec)
        case _:
            raise SystemExit(f"no order {order!r}")


if __name__ == "__main__":
    spec = spec_from_arguments(sys.argv[2:])
    assert spec is not None
    main(sys.argv[1], spec)
