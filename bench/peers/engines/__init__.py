"""What speaks: one file an engine, loaded in a process of its own."""

from collections.abc import Callable
from typing import Protocol

from bench.peers.prompts import Prompt
from bench.peers.spec import EngineSpec

OnSound = Callable[[int], bool]
"""Called with the number of samples as soon as they are there; False: that was enough."""


class Engine(Protocol):
    """A loaded model."""

    what: str
    """What was loaded, for the record."""

    def speak(self, prompt: Prompt, how: str, on_sound: OnSound) -> None:
        """Say it all, unless `on_sound` has enough."""


def load_engine(spec: EngineSpec) -> Engine:
    """Load it; import what it needs first, so that its loading can be timed without (`import_engine`)."""
    if spec.library == "kokoro-onnx":
        from bench.peers.engines.with_kokoro_onnx import KokoroOnnx

        return KokoroOnnx(spec)
    if spec.library == "sherpa-onnx":
        from bench.peers.engines.with_sherpa_onnx import SherpaOnnx

        return SherpaOnnx(spec)
    if spec.library == "onnxruntime":
        from bench.peers.engines.with_onnxruntime import BareSession

        return BareSession(spec)
    from bench.peers.engines.with_utterd import Utterd

    return Utterd(spec)


def import_engine(spec: EngineSpec) -> None:
    """All that `load_engine` would import."""
    if spec.library == "kokoro-onnx":
        import kokoro_onnx  # noqa: F401
    elif spec.library == "sherpa-onnx":
        import sherpa_onnx  # noqa: F401
    elif spec.library == "onnxruntime":
        import onnxruntime  # noqa: F401
    else:
        import bench.peers.engines.with_utterd  # noqa: F401
