"""kokoro-onnx, given phonemes: espeak is left out of the figures."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import kokoro_onnx
import onnxruntime

from bench.peers.engines import OnSound
from bench.peers.prompts import VOICE, Prompt
from bench.peers.spec import WHOLE, EngineSpec


class KokoroOnnx:
    """Its `create` and `create_stream`, with the session it makes itself or one of a given number of threads."""

    def __init__(self, spec: EngineSpec) -> None:
        self.what = f"kokoro-onnx {version('kokoro-onnx')}, onnxruntime {onnxruntime.__version__}"
        model, voices = str(Path(spec.folder, "model.onnx")), str(Path(spec.folder, "voices.npz"))
        if spec.threads == 0:
            self._kokoro = kokoro_onnx.Kokoro(model, voices)
        else:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = spec.threads
            session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            self._kokoro = kokoro_onnx.Kokoro.from_session(session, voices)
        self._loop = asyncio.new_event_loop()

    def speak(self, prompt: Prompt, how: str, on_sound: OnSound) -> None:
        if how == WHOLE:
            samples, _ = self._kokoro.create(prompt.phonemes, VOICE, is_phonemes=True)
            on_sound(len(samples))
        else:
            self._loop.run_until_complete(self._stream(prompt, on_sound))

    async def _stream(self, prompt: Prompt, on_sound: OnSound) -> None:
        with ThreadPoolExecutor(1) as executor:  # left when what it began is done, which must not disturb the next one
            self._loop.set_default_executor(executor)
            stream = self._kokoro.create_stream(prompt.phonemes, VOICE, is_phonemes=True)
            async for samples, _ in stream:
                if not on_sound(len(samples)):
                    break
            await stream.aclose()
