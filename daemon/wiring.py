"""The rings, endpoints and position pages that join the stages: made once, outliving every stage process.

text.LANE      daemon    → g2p
phonemes.LANE  g2p       → inference
audio.live     inference → output
audio.render   inference → daemon
"""

import itertools
import os
import secrets
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from utterd.config.paths import PathError, make_private
from utterd.stages.chunks import LANES, Lane
from utterd.stages.hop import HopSpec
from utterd.stages.memory import create_shared_memory
from utterd.stages.position import POSITION_PAGE_BYTES, PositionPage
from utterd.stages.ring import ring_size_bytes
from utterd.stages.spec import StageSpec

STAGES = ("g2p", "inference", "output")
"""In the order of the flow."""

_RINGS: dict[str, tuple[int, int]] = {
    # kind: slots, bytes a slot
    "text": (8, 16 * 1024),
    "phonemes": (8, 128 * 1024),
    "audio": (24, 100 * 1024),  # a window is at most 1 s: 96,000 bytes. 24 of them outlast any stage's restart.
}

_ENDPOINT_LIMIT_BYTES = 103
"""Of a Unix socket's path on macOS, the shortest of all. Every folder that config/paths.py allows is short enough."""

_INPUTS: dict[str, dict[Lane, str]] = {
    "g2p": {lane: f"text.{lane}" for lane in LANES},
    "inference": {lane: f"phonemes.{lane}" for lane in LANES},
    "output": {"live": "audio.live"},
}
_OUTPUTS: dict[str, dict[Lane, str]] = {
    "g2p": {lane: f"phonemes.{lane}" for lane in LANES},
    "inference": {lane: f"audio.{lane}" for lane in LANES},
    "output": {},
}


class Wiring:
    """Owned by the daemon."""

    def __init__(self, run_folder: Path, *, heartbeat_s: float) -> None:
        self._heartbeat_s = heartbeat_s
        # A name of its own, so that what is left of a daemon that was killed can never meet the stages of this one.
        for left in run_folder.glob("hop-*"):
            shutil.rmtree(left, ignore_errors=True)
        folder = run_folder / f"hop-{secrets.token_hex(2)}"
        _check_length(folder)
        make_private(folder)
        self.scratch = make_private(folder / "scratch")
        """For temporary files of stages; emptied at every start of the daemon."""
        self.control_endpoint = f"ipc://{folder / 'c'}"
        self._reports_endpoints = (f"ipc://{folder / 'r'}{number}" for number in itertools.count(1))
        self.hops: dict[str, HopSpec] = {}
        for kind, (slots, slot_bytes) in _RINGS.items():
            for lane in LANES:
                name = f"{kind}.{lane}"
                self.hops[name] = HopSpec(
                    name=name,
                    descriptor=create_shared_memory(ring_size_bytes(slots, slot_bytes)),
                    slots=slots,
                    slot_bytes=slot_bytes,
                    endpoint=f"ipc://{folder}/{kind[0]}{lane[0]}",  # short, see _ENDPOINT_LIMIT_BYTES
                    epoch=1,
                )
        self._pages = {stage: create_shared_memory(POSITION_PAGE_BYTES) for stage in STAGES}
        self.positions = {stage: PositionPage(descriptor) for stage, descriptor in self._pages.items()}

    def close(self) -> None:
        """Leave no file behind. Only when no stage runs."""
        shutil.rmtree(self.scratch.parent, ignore_errors=True)

    def spec(self, stage: str, generations: dict[Lane, int], settings: dict[str, Any]) -> StageSpec:
        """What a process of this stage is to be started with; each has an endpoint of its own for its reports."""
        return StageSpec(
            stage=stage,
            control_endpoint=self.control_endpoint,
            reports_endpoint=next(self._reports_endpoints),
            life_descriptor=-1,  # made by StageProcess
            position_descriptor=self._pages[stage],
            heartbeat_s=self._heartbeat_s,
            inputs={lane: self.hops[name] for lane, name in _INPUTS[stage].items()},
            outputs={lane: self.hops[name] for lane, name in _OUTPUTS[stage].items()},
            generations=generations,
            settings=settings,
        )

    def raise_epoch(self, name: str) -> HopSpec:
        """One end of a hop is being replaced: the hop as it is from now on."""
        self.hops[name] = replace(self.hops[name], epoch=self.hops[name].epoch + 1)
        return self.hops[name]


def _check_length(folder: Path) -> None:
    """UTTERD_SOCKET may have moved the clients' socket out of a folder that is too deep; ours are still in it."""
    if len(os.fsencode(folder / "r9999")) > _ENDPOINT_LIMIT_BYTES:
        raise PathError(f"the path {folder} is too long for sockets; set UTTERD_HOME to a shorter one")


def hops_into(stage: str) -> tuple[str, ...]:
    """The hops a stage reads."""
    return tuple(_INPUTS[stage].values())


def hops_out_of(stage: str) -> tuple[str, ...]:
    """The hops a stage writes."""
    return tuple(_OUTPUTS[stage].values())


def writer_of(hop: str) -> str:
    """The stage at the writing end of a hop; `daemon` for the first ones."""
    for stage, outputs in _OUTPUTS.items():
        if hop in outputs.values():
            return stage
    return "daemon"
