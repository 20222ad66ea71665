"""SSIP's five priorities: which goes first, and which gives way to which.

The rules are those of the Speech Synthesis Interface Protocol 0.2, section "Priority Categories" (speech-dispatcher,
doc/ssip.texi). They hold across all clients:

- `important` is said at once and never interrupted. Several are said in the order they came. What is being spoken with
  another priority is cancelled; waiting `message` and `text` are put off, waiting `notification` is cancelled.
- `message` is said when no `important` and no earlier `message` is left. It cancels every `text` and `notification`,
  waiting or spoken, and a `progress` being spoken.
- `text` is said when no `important` and no `message` is left. It cancels what `message` cancels, so that of several
  only the latest is said, all the others being cancelled even in the middle.
- `notification` is dropped if anything of another kind is being spoken or waits. It cancels earlier ones.
- `progress` interrupts nothing, not even its own kind. Of a series only the latest that could not be said at once is
  kept, and that one is said in the end ("100 %"), whatever was spoken meanwhile.

SSIP leaves open how the last of a series of `progress` is known; speech-dispatcher promotes the latest one to `message`
as soon as none waits. Here every client's latest waits, without cancelling anything, until nothing else is left to say.

What stands at the head and has not begun to sound is treated as waiting: nothing is to be lost unheard because two
came in the same moment.

An utterance without a priority is unknown to SSIP. Here it stands between `text` and `notification`: the three upper
priorities go before it. It is never cancelled by them, for it may be a whole book: one that is being spoken goes on
where it was. It interrupts nothing itself; placed `now` it takes the place of anything but an `important` one.
"""

from collections.abc import Mapping

from utterd.client.messages import Priority

Standing = Priority | None

RANK: Mapping[Standing, int] = {"important": 0, "message": 1, "text": 2, None: 3, "notification": 4, "progress": 5}
"""0 is said first. Within one rank: first come, first served."""

CANCELS_SPOKEN: Mapping[Priority, frozenset[Standing]] = {
    "important": frozenset({"message", "text", "notification", "progress"}),
    "message": frozenset({"text", "notification", "progress"}),
    "text": frozenset({"text", "notification", "progress"}),
    "notification": frozenset({"notification"}),
    "progress": frozenset(),
}
"""Newcomer → what it cancels if that is being spoken."""

CANCELS_WAITING: Mapping[Priority, frozenset[Standing]] = {
    "important": frozenset({"notification"}),
    "message": frozenset({"text", "notification"}),
    "text": frozenset({"text", "notification"}),
    "notification": frozenset({"notification"}),
    "progress": frozenset(),
}
"""Newcomer → what it cancels if that waits. What waits of `progress` is the last of its series so far, and stays."""
