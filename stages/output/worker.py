"""The output stage as a child of the daemon."""

import gc
import os

from utterd.stages.output.device import DeviceError, make_device
from utterd.stages.output.loudspeaker import Loudspeaker
from utterd.stages.output.stage import OutputStage
from utterd.stages.reports import Ready
from utterd.stages.scheduling import raise_audio_thread
from utterd.stages.spec import StageSpec
from utterd.stages.worker import report_unusable


def run(spec: StageSpec) -> None:
    """Until the daemon says Shutdown. `prepare_child` has been called."""
    settings = spec.settings
    try:
        device = make_device(settings["device"], append=settings["is_restart"])
        loudspeaker = Loudspeaker(device, volume=settings["volume"], keep_open_s=settings["keep_open_s"])
        loudspeaker.open()  # now, not at the first word: opening takes up to 30 ms
    except DeviceError as error:
        report_unusable(spec, "device_unusable", str(error))
        return
    gc.collect()
    gc.freeze()  # everything alive now lives as long as the process: collections stay short
    scheduling = raise_audio_thread()
    ready = Ready(
        stage="output",
        pid=os.getpid(),
        asked=scheduling.asked,
        granted=scheduling.granted,
        refused=scheduling.refused,
        detail={"device": device.name},
    )
    OutputStage(spec, loudspeaker, ready).run()
