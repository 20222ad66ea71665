"""What the icon shows for what is in the queue."""

from typing import Any

import pytest

from utterd.client.tray.state import Mood, TrayState, state_of


def entry(state: str, destination: str = "device") -> dict[str, Any]:
    return {"id": 1, "state": state, "destination": destination}


@pytest.mark.parametrize(
    ("queue", "state"),
    [
        ([], TrayState(Mood.IDLE)),
        ([entry("speaking")], TrayState(Mood.SPEAKING)),
        ([entry("queued"), entry("queued")], TrayState(Mood.SPEAKING, 1)),
        ([entry("paused"), entry("queued"), entry("queued")], TrayState(Mood.PAUSED, 2)),
        ([entry("speaking", "client")], TrayState(Mood.IDLE)),
        ([entry("speaking", "client"), entry("paused")], TrayState(Mood.PAUSED)),
    ],
    ids=["nothing", "one", "one about to be", "paused", "a file is rendered", "a file is rendered beside"],
)
def test_the_loudspeakers_queue_decides(queue: list[dict[str, Any]], state: TrayState) -> None:
    assert state_of(queue) == state


def test_the_tooltip_has_the_state_and_how_many_wait() -> None:
    assert TrayState(Mood.SPEAKING, 2).describe() == "utterd: speaking, 2 waiting"
    assert TrayState(Mood.OFF).describe() == "utterd: no daemon runs"
