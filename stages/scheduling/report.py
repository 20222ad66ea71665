"""What was asked of the system's scheduler and what came of it; the types the platforms share."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduling:
    """How a thread is scheduled. Shown by `status`, for people."""

    asked: str
    """The best that was asked for: "SCHED_RR priority 10"."""
    granted: str
    """What the kernel says the thread has now."""
    refused: tuple[str, ...] = ()
    """What was tried before, or beside it, and did not work, each with its reason: "nice -11: Permission denied"."""


class Scheduler(Protocol):
    """A system's way with threads. All of it concerns the calling thread; nothing raises."""

    def raise_audio_thread(self) -> Scheduling: ...

    def raise_inference_thread(self) -> Scheduling: ...

    def lower_g2p_thread(self) -> Scheduling: ...

    def raise_control_thread(self) -> Scheduling: ...


class UnknownScheduler:
    """For a system we know nothing of: leaves everything as it is."""

    def raise_audio_thread(self) -> Scheduling:
        return Scheduling(asked="nothing", granted="what the system gives: it is neither Linux nor macOS")

    raise_inference_thread = raise_audio_thread
    lower_g2p_thread = raise_audio_thread
    raise_control_thread = raise_audio_thread
