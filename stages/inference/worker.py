"""The inference stage as a child of the daemon."""

import os
from functools import partial

from utterd.stages.inference.load import load_synthesizer
from utterd.stages.inference.onnx_session import ModelUnusable
from utterd.stages.inference.stage import Inference
from utterd.stages.inference.unloading import UnloadingSynthesizer
from utterd.stages.reports import Ready
from utterd.stages.scheduling import raise_inference_thread
from utterd.stages.spec import StageSpec
from utterd.stages.worker import Worker, report_unusable


def run(spec: StageSpec) -> None:
    """Until the daemon says Shutdown. `prepare_child` has been called."""
    scheduling = raise_inference_thread()
    load = partial(
        load_synthesizer,
        spec.settings["model"],
        threads=spec.settings["threads"],
        vocoder=spec.settings["vocoder"],
        unable=[],  # one list for all its calls
    )
    try:
        synthesizer = load()
    except ModelUnusable as error:
        report_unusable(spec, "model_unusable", str(error))
        return
    ready = Ready(
        stage="inference",
        pid=os.getpid(),
        asked=scheduling.asked,
        granted=scheduling.granted,
        refused=scheduling.refused,
        detail={"model": spec.settings["model"]},
    )
    if not synthesizer.is_large:
        Worker(spec, Inference(synthesizer), ready).run()
        return
    unloading = UnloadingSynthesizer(synthesizer, partial(load, is_tried=True), after_s=spec.settings["unload_after_s"])
    del synthesizer  # it alone holds the model
    Worker(spec, Inference(unloading), ready, rest=unloading.rest).run()
