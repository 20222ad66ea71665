"""What the icon shows. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Mood(Enum):
    """What the icon looks like; the word that stands for it in the menu."""

    OFF = "no daemon runs"
    IDLE = "idle"
    SPEAKING = "speaking"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class TrayState:
    mood: Mood
    waiting: int = 0
    """Utterances behind the one that is spoken."""
    voices: tuple[str, ...] = ()
    """Names of the voices there are."""

    def describe(self) -> str:
        """For the tooltip, and the head of the menu."""
        return f"utterd: {self.mood.value}{f', {self.waiting} waiting' if self.waiting else ''}"


def state_of(queue: Iterable[Mapping[str, Any]], voices: tuple[str, ...] = ()) -> TrayState:
    """
    Args:
        queue: the daemon's; entries as in `Queue`.
    """
    heard = [entry.get("state") for entry in queue if entry.get("destination") == "device"]
    if not heard:
        return TrayState(Mood.IDLE, 0, voices)
    return TrayState(Mood.PAUSED if heard[0] == "paused" else Mood.SPEAKING, len(heard) - 1, voices)
