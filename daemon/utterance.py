"""The life of one utterance: its states, and the only table that changes them."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from utterd.client.messages import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Mark,
    Paused,
    Progress,
    Resumed,
    Sentence,
    Started,
    Word,
)
from utterd.daemon.script import Script
from utterd.daemon.units import Units
from utterd.daemon.wish import Wish
from utterd.stages.chunks import SAMPLE_RATE_HZ, Dropped, Speaking


class State(StrEnum):
    """Where an utterance is in its life."""

    QUEUED = "queued"
    """Accepted; nothing of it has been heard."""
    SPEAKING = "speaking"
    """Its first audible frame has left for the loudspeaker."""
    PAUSED = "paused"
    """It stands still where it was, or waits to begin."""
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


_ENDS: dict[type[Event], State] = {
    Finished: State.FINISHED,
    Cancelled: State.CANCELLED,
    Failed: State.FAILED,
}
_SOUNDING: dict[type[Event], State] = {
    Word: State.SPEAKING,
    Sentence: State.SPEAKING,
    Mark: State.SPEAKING,
    Progress: State.SPEAKING,
}
TRANSITIONS: dict[State, dict[type[Event], State]] = {
    # A text in which nothing makes a sound finishes without having started.
    State.QUEUED: {Started: State.SPEAKING, Paused: State.PAUSED, **_ENDS},
    State.SPEAKING: {Paused: State.PAUSED, **_SOUNDING, **_ENDS},
    # What was heard may be told of behind the pause; Resumed leads to where it was before.
    State.PAUSED: {Started: State.PAUSED, Resumed: State.SPEAKING, **dict.fromkeys(_SOUNDING, State.PAUSED), **_ENDS},
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
    script: Script = field(repr=False)
    """Of the text as sent; never logged, never written to disk."""
    units: Units = field(repr=False)
    speaking: Speaking
    received_at_ns: int
    """CLOCK_MONOTONIC, when the request was complete."""
    wish: Wish
    listener: Listener = field(repr=False)
    characters: int
    """Of the text as sent, so far."""
    voices_of: dict[tuple[str | None, str | None], tuple[str | None, str | None]] = field(default_factory=dict)
    """(voice, language) of a style in the script → those that speak it, where they differ from `speaking`."""
    client: str = ""
    """Whose it is by its client's own word."""
    wants_words: bool = False
    on_disconnect: Literal["continue", "stop"] = "continue"
    owner: Any = field(default=None, repr=False)
    """The connection it came by."""
    state: State = State.QUEUED
    has_started: bool = False
    """Its first audible frame has been told of."""
    started_ms: float = 0.0
    """When that was heard, since the request."""
    dropped: dict[int, tuple[Dropped, ...]] = field(default_factory=dict)
    """By the sequence of the unit: a unit that is read twice is told once."""
    audio_frames: int = 0
    """Its sample clock: frames played by all output processes it met, restarts included."""
    clock_base_frames: int = 0
    """Of these, what was played before the stages took it up as they have it now."""
    heard_char: int = 0
    """Of the script: where the word begins that was heard last."""
    heard_words: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=4000))
    """(sample clock in frames, place in the script) of the words heard last."""
    told_sentence: tuple[int, int] | None = None
    """(start, end) in the script of the sentence that was told of last; None: tell of the next one in any case."""
    underruns: int = 0

    def __repr__(self) -> str:
        return f"<Utterance {self.id} {self.state.name} {self.characters} characters>"

    @property
    def is_over(self) -> bool:
        return not TRANSITIONS[self.state]

    def dropped_in_order(self) -> list[Dropped]:
        """Everything of its text that made no sound, in places of the text as sent; each stretch once."""
        found = {}
        for sequence in sorted(self.dropped):
            for drop in self.dropped[sequence]:
                start, end = self.script.offsets.to_source(drop.char_start, drop.char_end)
                found[start, end] = Dropped(char_start=start, char_end=end, reason=drop.reason)
        return list(found.values())

    @property
    def audio_ms(self) -> float:
        return self.audio_frames * 1000 / SAMPLE_RATE_HZ

    def happen(self, event: Event) -> None:
        """Change the state as the table says and tell the listener.

        Raises:
            KeyError: the event does not belong to this state; a bug.
        """
        new = TRANSITIONS[self.state][type(event)]
        if isinstance(event, Resumed) and not self.has_started:
            new = State.QUEUED
        self.has_started = self.has_started or isinstance(event, Started)
        self.state = new
        self.listener(event)

    def since_received_ms(self, at_ns: int) -> float:
        """Milliseconds from the request's arrival to `at_ns`."""
        return (at_ns - self.received_at_ns) / 1e6
