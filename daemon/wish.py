"""How an utterance wants to be queued."""

from dataclasses import dataclass

from utterd.client.messages import Placement, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a client says of an utterance's place in the queue.

    Raises:
        ValueError: a priority together with a placement, or a `max_age_s` that is not above 0; the message says so.
    """

    owner_label: str
    """Identifies the client: keys, `replaces` and groups of two clients have nothing to do with one another."""
    placement: Placement = "append"
    priority: Priority | None = None
    """None: the plain queue, in which the placement decides. Otherwise the rules in priorities.py do."""
    key: str = ""
    """Idempotency key: the same key again stands for the earlier utterance, whether that waits, speaks or is over."""
    replaces: str = ""
    """Coalescing: an utterance with the same label that has not begun is dropped in favour of this one."""
    group: str = ""
    """Utterances of one group and one priority stay together, in the order they came."""
    max_age_s: float | None = None
    """Dropped unheard if it has not begun to sound within this time."""

    def __post_init__(self) -> None:
        if self.priority is not None and self.placement != "append":
            raise ValueError(f"a priority decides by itself: {self.priority!r} cannot be placed {self.placement!r} too")
        if self.max_age_s is not None and not self.max_age_s > 0:  # not-a-number is refused as well
            raise ValueError(f"max_age_s is {self.max_age_s:g}; it has to be above 0")
