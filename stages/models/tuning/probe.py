"""`python -m utterd.stages.models.tuning.probe`: one candidate, tried in a process of its own, so that it may crash.

One JSON object in a line on stdin; one on stdout, and the readings in an NPZ file. It lives no longer than its stdin is
open: whatever it hangs in, it dies with the process that started it.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.tuning.texts import BY_NAME

MODULE = __name__ if __name__ != "__main__" else "utterd.stages.models.tuning.probe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to try."""

    bundle: Path
    """Its folder."""
    candidate: Candidate
    texts: tuple[str, ...]
    """Their names."""
    quick: bool
    """Fewer runs of each."""
    is_whole: bool
    """Whole pieces, normalised with their own statistics, in place of windows."""
    readings: Path
    """Where to write them."""

    def as_json(self) -> dict[str, Any]:
        return {
            "bundle": str(self.bundle),
            "candidate": self.candidate.as_json(),
            "texts": list(self.texts),
            "quick": self.quick,
            "is_whole": self.is_whole,
            "readings": str(self.readings),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(
            bundle=Path(values["bundle"]),
            candidate=Candidate.from_json(values["candidate"]),
            texts=tuple(values["texts"]),
            quick=values["quick"],
            is_whole=values["is_whole"],
            readings=Path(values["readings"]),
        )


def main(tried: Callable[[Request], dict[str, Any]] | None = None) -> int:
    """Answer one request; the exit status."""
    answers = _own_stdout()
    request = Request.from_json(json.loads(sys.stdin.readline()))
    threading.Thread(target=_die_with_stdin, daemon=True).start()
    answer = (tried or try_candidate)(request)
    answers.write(json.dumps(answer).encode())
    answers.flush()
    return 0


def try_candidate(request: Request) -> dict[str, Any]:
    """{"measured": …}, or {"failed": half a sentence}."""
    from utterd.stages.inference.onnx_session import ModelUnusable
    from utterd.stages.models.tuning.figures import Load
    from utterd.stages.models.tuning.readings import write_readings
    from utterd.stages.models.tuning.speaking import NotSpeech, measure
    from utterd.stages.models.tuning.subject import open_subject
    from utterd.stages.work import ChunkFailed

    texts = [BY_NAME[name] for name in request.texts]
    began, processor_began = time.perf_counter(), time.process_time()
    try:
        subject = open_subject(request.bundle, request.candidate, is_whole=request.is_whole)
        load = Load(
            wall_ms=(time.perf_counter() - began) * 1000,
            processor_ms=(time.process_time() - processor_began) * 1000,
        )
        measured = measure(subject, texts, quick=request.quick, load=load)
        write_readings(request.readings, measured.readings)
    except (ModelUnusable, ChunkFailed, NotSpeech) as error:
        return {"failed": str(error)}
    except OSError as error:
        return {"failed": f"{error.filename or request.readings}: {error.strerror or error}"}
    return {"measured": measured.as_json()}


def _own_stdout() -> BinaryIO:
    """What was stdout. From now on what libraries print there goes to stderr."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _die_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
