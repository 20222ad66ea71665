"""What the daemon tells a stage when it starts it: one JSON argument, without any spoken text."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from utterd.stages.chunks import Lane
from utterd.stages.hop import HopSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSpec:
    """Everything a stage process needs from its parent."""

    stage: str
    """`g2p`, `inference` or `output`."""
    control_endpoint: str
    """ZeroMQ: commands come from here, heartbeats go there."""
    reports_endpoint: str
    """ZeroMQ: reports go there."""
    life_descriptor: int
    """One end of a socket pair; its other end closes when the daemon dies."""
    position_descriptor: int
    """Shared memory for `PositionPage`."""
    heartbeat_s: float
    inputs: dict[Lane, HopSpec]
    outputs: dict[Lane, HopSpec]
    generations: dict[Lane, int]
    """The current one of each lane."""
    settings: dict[str, Any]
    """The stage's own settings, plain values."""

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @staticmethod
    def from_json(text: str) -> "StageSpec":
        fields = json.loads(text)
        for side in ("inputs", "outputs"):
            fields[side] = {lane: HopSpec(**hop) for lane, hop in fields[side].items()}
        return StageSpec(**fields)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What the child must inherit."""
        hops = [*self.inputs.values(), *self.outputs.values()]
        return (self.life_descriptor, self.position_descriptor, *(hop.descriptor for hop in hops))


def spec_from_arguments(arguments: Sequence[str]) -> StageSpec | None:
    """The spec behind `--worker`, if a daemon started this process."""
    if len(arguments) == 2 and arguments[0] == "--worker":
        return StageSpec.from_json(arguments[1])
    return None
