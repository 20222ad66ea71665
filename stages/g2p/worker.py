"""The g2p stage as a child of the daemon."""

import os
import tempfile
from pathlib import Path

from utterd.config.paths import find_paths
from utterd.stages.g2p.stage import G2p
from utterd.stages.reports import Ready
from utterd.stages.scheduling import lower_g2p_thread
from utterd.stages.spec import StageSpec
from utterd.stages.worker import Worker


def run(spec: StageSpec) -> None:
    """Until the daemon says Shutdown. `prepare_child` has been called."""
    # phonemizer copies the eSpeak library into a temporary folder per backend, and a killed process leaves it behind:
    # in a folder that the daemon empties, that is nobody's litter.
    tempfile.tempdir = spec.settings["scratch"]
    lexicon_file = spec.settings.get("lexicon_file") or find_paths().lexicon_file
    stage = G2p.open(spec.settings["language"], Path(lexicon_file))
    scheduling = lower_g2p_thread()
    ready = Ready(
        stage="g2p",
        pid=os.getpid(),
        asked=scheduling.asked,
        granted=scheduling.granted,
        refused=scheduling.refused,
    )
    Worker(spec, stage, ready).run()
