"""One way of running a model: what is tried, and in the end chosen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from utterd.stages.inference.kokoro_windows import DEFAULT_WINDOWS
from utterd.stages.models.tuning.providers import CPU, PROVIDERS, Provider

FRAME_MS: Final = 12.5
"""A frame of the vocoder's features."""

LARGEST_WINDOW: Final = 80
"""1 s: no chunk between stages is larger."""

MOST_THREADS: Final = 64
"""As `--threads` and the setting `inference.threads` have it."""


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
        threads = int(values["threads"])
        if not 1 <= threads <= MOST_THREADS:
            raise ValueError(f"threads = {threads}, and not 1 to {MOST_THREADS}")
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
    """Such as "150, 350, 1000 ms"."""
    return ", ".join(f"{frames * FRAME_MS:.4g}" for frames in window_frames) + " ms"
