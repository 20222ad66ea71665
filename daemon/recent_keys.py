"""Which idempotency keys stand for which utterances, those recently over included."""

from collections import deque

_REMEMBERED = 256
"""Keys of utterances that are over; those of utterances in the queue are all known."""


class RecentKeys:
    """Keeps ids, not utterances: what is over leaves no text behind. An empty key is none."""

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self._remembered = remembered
        self._ids: dict[tuple[str, str], int] = {}
        self._over: deque[tuple[str, str]] = deque()
        """Oldest first."""

    def find(self, owner_label: str, key: str) -> int | None:
        return self._ids.get((owner_label, key))

    def begin(self, owner_label: str, key: str, utterance_id: int) -> None:
        """The key stands for this utterance from now on. It must not be known already."""
        if key:
            self._ids[owner_label, key] = utterance_id

    def end(self, owner_label: str, key: str) -> None:
        """Its utterance is over: the key is remembered until enough others are over too."""
        if key:
            self._over.append((owner_label, key))
            if len(self._over) > self._remembered:
                del self._ids[self._over.popleft()]
