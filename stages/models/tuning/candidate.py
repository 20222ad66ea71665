"""One way of running a model: what is tried, and in the end chosen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from utterd.stages.models.tuning.providers import CPU, PROVIDERS, Provider

FRAME_MS: Final = 12.5
"""A frame of the vocoder's features."""

DEFAULT_WINDOWS: Final = (16, 32, 64, 80)
"""200 ms, 400, 800, then seconds: safe for every machine that computes a second of sound in 0.35 s or less
(PERFORMANCE.md 5)."""

LARGEST_WINDOW: Final = 80
"""1 s: no chunk between stages is larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """As tuned.json has it."""

    variant: str
    """A key of the manifest's variants."""
    threads: int
    window_frames: tuple[int, ...] = DEFAULT_WINDOWS
    """Of the vocoder's features, window by window; the last one's size is that of all that follow."""
    provider: str = CPU.name
    """A key of PROVIDERS."""

    @property
    def execution(self) -> Provider:
        return PROVIDERS[self.provider]

    @property
    def is_steady(self) -> bool:
        """One thread on the CPU: then its processor time is what it takes on a quiet machine, however busy this is."""
        return self.threads == 1 and self.provider == CPU.name

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"window_frames": list(self.window_frames)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError for what is none."""
        windows = tuple(int(frames) for frames in values["window_frames"])
        if not windows or not all(1 <= frames <= LARGEST_WINDOW for frames in windows):
            raise ValueError(f"window_frames = {list(windows)}")
        if (threads := int(values["threads"])) < 1:
            raise ValueError(f"threads = {threads}")
        provider = str(values.get("provider", CPU.name))
        if provider not in PROVIDERS:
            raise ValueError(f"provider = {provider!r}")
        return cls(variant=str(values["variant"]), threads=threads, window_frames=windows, provider=provider)

    def __str__(self) -> str:
        where = "" if self.provider == CPU.name else f" on {self.provider}"
        return f"{self.variant}, {threads_in_words(self.threads)}{where}"


def threads_in_words(threads: int) -> str:
    return f"{threads} thread{'s' if threads > 1 else ''}"


def windows_in_words(window_frames: tuple[int, ...]) -> str:
    """Such as "200, 400, 800, 1000 ms"."""
    return ", ".join(f"{frames * FRAME_MS:.4g}" for frames in window_frames) + " ms"
