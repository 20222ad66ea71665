"""A manifest of prepared parts that are not there: for what reads manifests alone. Tests change it by `replace`."""

from dataclasses import replace

from utterd.stages.models.machine import cpu_name, onnxruntime_version
from utterd.stages.models.parts import Parts, Variant

_FP32 = Variant(text="a.onnx", decoder="d.onnx", vocoder="g.onnx", whole=None, native=False)
_INT8 = replace(_FP32, vocoder="g8.onnx")

PARTS = Parts(
    model_sha256="a" * 64,
    onnxruntime=onnxruntime_version(),
    cpu=cpu_name(),
    frame_samples=300,
    harmonic_frames=60,
    context_frames=8,
    epsilon=1e-5,
    channels=(4, 4),
    variants={"fp32": _FP32, "int8": _INT8, "int8-native": replace(_INT8, native=True)},
    statistics=None,
    files={"a.onnx": "1" * 64, "d.onnx": "2" * 64, "g.onnx": "3" * 64, "g8.onnx": "4" * 64},
)
