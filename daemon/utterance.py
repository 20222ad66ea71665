"""The life of one utterance: its states, and the only table that changes them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from utterd.client.messages import Cancelled, Event, Failed, Finished, Started
from utterd.stages.chunks import SAMPLE_RATE_HZ, Dropped, Speaking


class State(StrEnum):
    """Where an utterance is in its life."""

    QUEUED = "queued"
    """Accepted; nothing of it has been heard."""
    SPEAKING = "speaking"
    """Its first audible frame has left for the loudspeaker."""
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


TRANSITIONS: dict[State, dict[type[Event], State]] = {
    # A text in which nothing makes a sound finishes without having started.
    State.QUEUED: {
        Started: State.SPEAKING,
        Finished: State.FINISHED,
        Cancelled: State.CANCELLED,
        Failed: State.FAILED,
    },
    State.SPEAKING: {Finished: State.FINISHED, Cancelled: State.CANCELLED, Failed: State.FAILED},
    State.FINISHED: {},
    State.CANCELLED: {},
    State.FAILED: {},
}

Listener = Callable[[Event], None]
"""Sends an event to whoever asked for the utterance; never waits."""


@dataclass(slots=True, kw_only=True, eq=False)
class Utterance:
    """One request to speak. Owned by the daemon's event loop."""

    id: int
    text: str = field(repr=False)
    """The original; never logged, never written to disk."""
    speaking: Speaking
    received_at_ns: int
    """CLOCK_MONOTONIC, when the request was complete."""
    listener: Listener = field(repr=False)
    on_disconnect: Literal["continue", "stop"] = "continue"
    owner: Any = field(default=None, repr=False)
    """The connection it came by."""
    state: State = State.QUEUED
    dropped: dict[int, tuple[Dropped, ...]] = field(default_factory=dict)
    """By the sequence of the unit: a unit that is read twice is told once."""
    audio_frames: int = 0
    """Its sample clock: frames played by all output processes it met, restarts included."""
    clock_base_frames: int = 0
    """Of these, what processes before the present one played."""
    underruns: int = 0

    def __repr__(self) -> str:
        return f"<Utterance {self.id} {self.state.name} {len(self.text)} characters>"

    @property
    def is_over(self) -> bool:
        return not TRANSITIONS[self.state]

    @property
    def has_started(self) -> bool:
        """Its first audible frame has been told of."""
        return self.state is not State.QUEUED

    def dropped_in_order(self) -> list[Dropped]:
        """Everything of its text that made no sound."""
        return [drop for sequence in sorted(self.dropped) for drop in self.dropped[sequence]]

    @property
    def audio_ms(self) -> float:
        return self.audio_frames * 1000 / SAMPLE_RATE_HZ

    def happen(self, event: Event) -> None:
        """Change the state as the table says and tell the listener.

        Raises:
            KeyError: the event does not belong to this state; a bug.
        """
        self.state = TRANSITIONS[self.state][type(event)]
        self.listener(event)

    def since_received_ms(self, at_ns: int) -> float:
        """Milliseconds from the request's arrival to `at_ns`."""
        return (at_ns - self.received_at_ns) / 1e6
