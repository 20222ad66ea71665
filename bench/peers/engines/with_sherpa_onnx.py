"""sherpa-onnx, given words: a lexicon says them as the other engines do."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import espeakng_loader
import sherpa_onnx

from bench.peers.engines import OnSound
from bench.peers.material import SHERPA_FILES
from bench.peers.prompts import LANGUAGE, Prompt
from bench.peers.spec import EngineSpec

_GO_ON, _STOP = 1, 0


class SherpaOnnx:
    """Its `OfflineTts`, whose callback gets each sentence's sound."""

    def __init__(self, spec: EngineSpec) -> None:
        self.what = f"sherpa-onnx {version('sherpa-onnx')}"
        kokoro = sherpa_onnx.OfflineTtsKokoroModelConfig(
            **{name: str(Path(spec.folder, file)) for name, file in SHERPA_FILES.items()},
            data_dir=espeakng_loader.get_data_path(),
            lang=LANGUAGE,
        )
        threads = {"num_threads": spec.threads} if spec.threads else {}
        model = sherpa_onnx.OfflineTtsModelConfig(kokoro=kokoro, **threads)
        self._tts = sherpa_onnx.OfflineTts(sherpa_onnx.OfflineTtsConfig(model=model))

    def speak(self, prompt: Prompt, how: str, on_sound: OnSound) -> None:
        def called_back(samples: Any, progress: float) -> int:
            return _GO_ON if on_sound(len(samples)) else _STOP

        self._tts.generate(prompt.text, sid=0, speed=1.0, callback=called_back)
