"""Ours, loaded as the inference process loads it, fed with the units that the daemon would cut."""

from bench.peers.engines import OnSound
from bench.peers.prompts import VOICE, Prompt
from bench.peers.spec import EngineSpec
from utterd.stages.g2p.symbols import token_ids
from utterd.stages.inference.load import load_synthesizer
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.synthesizer import SynthesisRequest
from utterd.stages.models.machine import onnxruntime_version

STOCK = "stock"
"""The release's single graph."""
_CLASSES = {True: "KokoroSynthesizer", False: "KokoroParts"}


class Utterd:
    """A synthesizer, without the daemon round it: `python -m bench kokoro` measures that."""

    def __init__(self, spec: EngineSpec) -> None:
        # As when it is loaded again: without a first run, which no peer makes either.
        self._synthesizer = load_synthesizer(spec.folder, threads=spec.threads, is_tried=True)
        found = type(self._synthesizer).__name__
        if found != _CLASSES[spec.variant == STOCK]:
            raise RuntimeError(f"{spec.variant} was asked for, but {found} was loaded")
        self.what = f"{found}, onnxruntime {onnxruntime_version()}"

    def speak(self, prompt: Prompt, how: str, on_sound: OnSound) -> None:
        for unit in prompt.units:
            request = SynthesisRequest(tokens=token_ids(unit), voice=VOICE, speed=1.0)
            speech = self._synthesizer.synthesize(request, Abort())
            for window in speech.windows(0, speech.total_frames):
                if not on_sound(len(window)):
                    return
