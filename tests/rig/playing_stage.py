"""An OutputStage around a TroubledDevice. Run as `python playing_stage.py SPEC SOUND`; SOUND is a file for raw frames.

Settings of the spec: keep_open_s, resume; fails_at_frame, refusals (see rig/troubled_device.py); release_first (begin
with the device let go of); behind_buffer_s (how much later a frame is heard than the device's buffer says).
"""

import os
import sys
from pathlib import Path

from rig.troubled_device import TroubledDevice

from utterd.stages.child import prepare_child
from utterd.stages.output.loudspeaker import Loudspeaker
from utterd.stages.output.stage import OutputStage
from utterd.stages.pcm import PcmInt16, to_frames
from utterd.stages.reports import Ready
from utterd.stages.spec import StageSpec


class RecordedDevice(TroubledDevice):
    """Keeps what it takes in a file, as it takes it."""

    def __init__(self, path: Path, *, behind_buffer_s: float) -> None:
        super().__init__()
        self._file = path.open("ab", buffering=0)
        self._behind_frames = to_frames(behind_buffer_s * 1000)

    @property
    def latency_frames(self) -> int:
        return self.queued_frames + self._behind_frames

    def write(self, block: PcmInt16) -> None:
        super().write(block)
        self._file.write(block.tobytes())


def main() -> None:
    spec, path = StageSpec.from_json(sys.argv[1]), Path(sys.argv[2])
    prepare_child(spec)
    device = RecordedDevice(path, behind_buffer_s=spec.settings.get("behind_buffer_s", 0))
    loudspeaker = Loudspeaker(device, volume=1.0, keep_open_s=spec.settings.get("keep_open_s", 30.0))
    loudspeaker.open()
    if spec.settings.get("release_first"):
        loudspeaker.close()
    device.fails_at_frame = spec.settings.get("fails_at_frame")
    device.refusals = spec.settings.get("refusals", 0)
    OutputStage(spec, loudspeaker, Ready(stage="stage", pid=os.getpid(), asked="nothing", granted="nothing")).run()


if __name__ == "__main__":
    main()
