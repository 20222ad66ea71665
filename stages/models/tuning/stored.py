"""prepared/tuned.json: what was found best, and for which model, processor and ONNX Runtime that holds."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from utterd.stages.models.machine import cpu_name, onnxruntime_version
from utterd.stages.models.parts import Parts
from utterd.stages.models.tuning.candidate import Candidate
from utterd.stages.models.whole_files import replace_json

TUNED: Final = "tuned.json"
FORMAT: Final = 1


class TunedUnusable(Exception):
    """Why tuned.json does not count: it is damaged, or was found elsewhere. Half a sentence for a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """One result of `utterd models tune`."""

    candidate: Candidate
    """What is best."""
    model_sha256: str
    graphs_sha256: str
    """Of the variant's graphs, so that one that is prepared anew is tuned anew."""
    cpu: str
    onnxruntime: str
    measured: dict[str, Any]
    """For people and reports: every trial, the guard, and the reasons in words."""

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            **self.candidate.as_json(),
            "model_sha256": self.model_sha256,
            "graphs_sha256": self.graphs_sha256,
            "cpu": self.cpu,
            "onnxruntime": self.onnxruntime,
            "measured": self.measured,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError for what is none."""
        if values["format"] != FORMAT:
            raise ValueError(f"format = {values['format']!r}")
        return cls(
            candidate=Candidate.from_json(values),
            model_sha256=str(values["model_sha256"]),
            graphs_sha256=str(values["graphs_sha256"]),
            cpu=str(values["cpu"]),
            onnxruntime=str(values["onnxruntime"]),
            measured=dict(values["measured"]),
        )


def read_tuned(folder: Path, parts: Parts) -> Tuned | None:
    """The result in this folder of parts, if it holds for them, here and now; None if nobody tuned yet.

    Raises:
        TunedUnusable: there is one, and it does not.
    """
    try:
        tuned = Tuned.from_json(json.loads((folder / TUNED).read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise TunedUnusable(f"{TUNED} is damaged ({error}); run `utterd models tune` again") from error
    if reason := _mismatch(tuned, parts):
        raise TunedUnusable(f"{TUNED} {reason}; run `utterd models tune` again")
    return tuned


def write_tuned(folder: Path, tuned: Tuned) -> None:
    """Have this result in the folder, whole; or the one that was there.

    Raises:
        OSError: it cannot be written.
    """
    replace_json(folder / TUNED, tuned.as_json())


def graphs_sha256(parts: Parts, variant: str) -> str:
    """One hash of all that this variant runs."""
    hashes = [parts.files[name] for name in parts.graphs_of(variant)]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def _mismatch(tuned: Tuned, parts: Parts) -> str | None:
    if tuned.model_sha256 != parts.model_sha256:
        return "is of another model file"
    if tuned.onnxruntime != onnxruntime_version():
        return f"was found with ONNX Runtime {tuned.onnxruntime}, and this is {onnxruntime_version()}"
    if tuned.cpu != cpu_name():
        return f"was found on the processor {tuned.cpu!r}, and this is {cpu_name()!r}"
    if tuned.candidate.variant not in parts.variants:
        return f"chose the variant {tuned.candidate.variant!r}, which is no longer prepared"
    if tuned.graphs_sha256 != graphs_sha256(parts, tuned.candidate.variant):
        return f"chose the variant {tuned.candidate.variant!r}, which was prepared anew since"
    return None
