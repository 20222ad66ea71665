"""The release's graph in a bare session with ONNX Runtime's defaults: what it costs before anybody takes care."""

from pathlib import Path

import numpy as np
import onnxruntime

from bench.peers.engines import OnSound
from bench.peers.prompts import VOICE, Prompt
from bench.peers.spec import EngineSpec
from utterd.stages.g2p.symbols import token_ids


class BareSession:
    """One run a unit."""

    def __init__(self, spec: EngineSpec) -> None:
        self.what = f"onnxruntime {onnxruntime.__version__}"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = spec.threads
        model = str(Path(spec.folder, "model.onnx"))
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        with np.load(Path(spec.folder, "voices.npz")) as archive:
            self._voice = archive[VOICE]

    def speak(self, prompt: Prompt, how: str, on_sound: OnSound) -> None:
        tokens, style, speed = (node.name for node in self._session.get_inputs())
        for unit in prompt.units:
            ids = token_ids(unit)
            feeds = {
                tokens: np.array([[0, *ids, 0]], np.int64),
                style: self._voice[min(len(ids), len(self._voice) - 1)],
                speed: np.ones(1, np.float32),
            }
            if not on_sound(len(self._session.run(None, feeds)[0])):
                return
