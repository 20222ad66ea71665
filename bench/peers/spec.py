"""Which engine a process runs, and what it measured: all that crosses between the processes, as JSON."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

Library = Literal["kokoro-onnx", "sherpa-onnx", "onnxruntime", "utterd"]

STREAM: Final = "stream"
WHOLE: Final = "whole"
"""Of kokoro-onnx: `create_stream` and `create`. Others have one way, the first."""
BEGUN: Final = "begun"
"""As STREAM, and no further than to the first sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """One engine in one setting; one process."""

    library: Library
    variant: str
    """Of ours: "stock" for the single graph, or the name of prepared parts. Of the others: their version."""
    threads: int
    """0: what the library does by itself."""
    folder: str
    """Its model and what goes with it."""
    cores: tuple[int, ...]
    """What the process is pinned to; empty: nothing. ONNX Runtime pins a pool of its own choosing elsewhere."""

    @property
    def engine(self) -> str:
        return self.variant if self.library == "utterd" else self.library

    @property
    def label(self) -> str:
        counted = "default threads" if self.threads == 0 else f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        return f"{self.engine}, {counted}"

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**{**values, "cores": tuple(values["cores"])})

    def as_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What starting an engine took."""

    what: str
    """The class or version that was really loaded."""
    import_s: float
    load_s: float
    """Until it can speak, imports not included."""
    load_cpu_s: float
    rss_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What saying one prompt took; processor times are of all the process's threads."""

    first_s: float
    """Until the first sound was there."""
    first_cpu_s: float
    first_audio_s: float
    """How much of it there was then."""
    total_s: float
    total_cpu_s: float
    audio_s: float
    rss_mb: float
    """Afterwards; at rest, if the process was told to come to rest."""
    mapped_mb: float
    """What of that is mapped from files: the system may take it back when others need it."""
