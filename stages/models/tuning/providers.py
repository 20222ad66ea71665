"""Where graphs may run: ONNX Runtime's execution providers, by the names that people say.

Only the CPU is taken on trust. Every other one is worth what a probe finds it to be on this machine.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final


class UnknownProvider(Exception):
    """None of these, or not in the ONNX Runtime that is installed; the message says which there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One way of setting one up."""

    name: str
    """Such as "cpu" or "coreml:all"; what stands before the colon chooses all its ways."""
    onnxruntime: str
    """As `onnxruntime.get_available_providers()` calls it."""
    options: Mapping[str, str] = field(default_factory=dict)
    threads_option: str | None = None
    """Which option takes the number of threads, if it does not use the session's own."""

    @property
    def family(self) -> str:
        return self.name.partition(":")[0]

    def as_asked(self, threads: int) -> list[tuple[str, dict[str, str]]]:
        """For `onnxruntime.InferenceSession(providers=...)`; the CPU takes what this one does not know."""
        options = dict(self.options)
        if self.threads_option:
            options[self.threads_option] = str(threads)
        asked = [(self.onnxruntime, options)]
        return asked if self.onnxruntime == CPU.onnxruntime else [*asked, (CPU.onnxruntime, {})]


CPU: Final = Provider(name="cpu", onnxruntime="CPUExecutionProvider")

_COREML_UNITS: Final = {
    "all": "ALL",
    "gpu": "CPUAndGPU",
    "neural": "CPUAndNeuralEngine",
    "cpu": "CPUOnly",
}
"""Which units Core ML may use: MLComputeUnits of ONNX Runtime's CoreML provider. What is best differs by chip."""

PROVIDERS: Final = {
    provider.name: provider
    for provider in (
        CPU,
        Provider(
            name="openvino",
            onnxruntime="OpenVINOExecutionProvider",
            options={"device_type": "CPU", "num_streams": "1"},
            threads_option="num_of_threads",
        ),
        *(
            Provider(
                name=f"coreml:{name}",
                onnxruntime="CoreMLExecutionProvider",
                options={"ModelFormat": "MLProgram", "MLComputeUnits": units},
            )
            for name, units in _COREML_UNITS.items()
        ),
        Provider(name="cuda", onnxruntime="CUDAExecutionProvider", options={"cudnn_conv_algo_search": "HEURISTIC"}),
    )
}
"""The exhaustive search of CUDA's convolutions would run anew for every length of window."""


def available_providers(installed: Iterable[str]) -> tuple[Provider, ...]:
    """Those of `installed` (onnxruntime.get_available_providers()) that may be worth a try, the CPU first."""
    names = {*installed, CPU.onnxruntime}
    return tuple(provider for provider in PROVIDERS.values() if provider.onnxruntime in names)


def chosen_providers(wanted: Sequence[str], installed: Iterable[str]) -> tuple[Provider, ...]:
    """What `--providers` names: one way, or all ways of a family. The CPU is always among them, and first.

    Raises:
        UnknownProvider: for a name that is none, or is not installed.
    """
    there = available_providers(installed)
    chosen = [CPU]
    for name in wanted:
        matching = [provider for provider in there if name in (provider.name, provider.family)]
        if not matching:
            raise UnknownProvider(_complaint(name, there))
        chosen += matching
    return tuple({provider.name: provider for provider in chosen}.values())


def _complaint(name: str, there: Sequence[Provider]) -> str:
    known = {*PROVIDERS, *(provider.family for provider in PROVIDERS.values())}
    if name in known:
        return f"the provider {name!r} is not in the ONNX Runtime that is installed; it has {_list(there)}"
    guess = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {guess[0]!r}?" if guess else f"there is {_list(there)}"
    return f"no provider {name[:40]!r}; {hint}"


def _list(providers: Sequence[Provider]) -> str:
    return ", ".join(provider.name for provider in providers)
