"""The manifest of a model's prepared parts, BUNDLE/prepared/parts.json: what they are, and what they hold for.

Read by inference at every start, so nothing here needs `onnx`.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utterd.stages.models.machine import cpu_name, onnxruntime_version
from utterd.stages.models.whole_files import replace_json

FOLDER = "prepared"
"""Of a bundle: where its parts lie."""
MANIFEST = "parts.json"
DATA = ".data"
"""Behind a graph's file name: where its weights lie, if they are not in it. There they are mapped, not read: a third of
the time of loading, no second copy, and memory that the system may take back."""
FORMAT = 2
"""Raised when an older reader could no longer make sense of the manifest or of a file that it names."""


class PartsError(Exception):
    """Prepared parts that cannot be used; the message says what is wrong with which file, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The graphs of one precision, by file name within the folder."""

    text: str
    """Tokens, style, speed -> aligned features, F0, energy, durations."""
    decoder: str
    """Those -> features and harmonics of the vocoder, and the affines of its normalisations."""
    vocoder: str
    """By windows: normalises with a scale and a shift that it is given."""
    whole: str | None
    """The vocoder that normalises with the statistics of what it is given; None if it was not kept."""
    native: bool
    """Whether any of them needs the library of operators."""
    portable: bool = False
    """They were saved for any processor: ONNX Runtime has them to optimise at every load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What one run of `utterd models prepare` left."""

    model_sha256: str
    """Of the file that they were made of."""
    onnxruntime: str
    """The release that optimised them."""
    cpu: str
    """The processor that they were optimised on, as `cpu_name` has it."""
    frame_samples: int
    """Of a frame of the vocoder's features: 300 at 24 kHz, 12.5 ms."""
    harmonic_frames: int
    """Of the harmonics' transform, to one frame of the features; the harmonics have one more in all."""
    context_frames: int
    """Of features either side of a window, with which it equals the whole."""
    epsilon: float
    """Of the normalisations: scale = gain / sqrt(variance + epsilon)."""
    channels: tuple[int, ...]
    """Of each normalisation, in the order of gains and offsets; their sum is M."""
    variants: Mapping[str, Variant]
    statistics: str | None
    """An NPZ; None if there is none. Of each voice that was measured, at K lengths of text:

    NAME.tokens, int64 [K], without padding, ascending; NAME.mean and NAME.variance, float32 [K, M].
    """
    files: Mapping[str, str]
    """File name -> sha256, in hexadecimal."""

    @property
    def size(self) -> int:
        """M: how many channels are normalised in all."""
        return sum(self.channels)

    def whole_of(self, variant: str, *, has_library: bool) -> str | None:
        """The variant's own graph for whole pieces, or that of another one that can be run: they take the same."""
        others = [each for each in self.variants.values() if has_library or not each.native]
        return next((each.whole for each in (self.variants[variant], *others) if each.whole is not None), None)

    def graphs_of(self, variant: str) -> tuple[str, ...]:
        """Names of the graphs with which a variant speaks in windows, and of their weights."""
        graphs = self.variants[variant]
        return self._with_weights(graphs.text, graphs.decoder, graphs.vocoder)

    def files_of(self, variant: str, *, has_library: bool) -> tuple[str, ...]:
        """Names of all files that running a variant takes."""
        others = (self.whole_of(variant, has_library=has_library), self.statistics)
        return (*self.graphs_of(variant), *self._with_weights(*(name for name in others if name is not None)))

    def _with_weights(self, *names: str) -> tuple[str, ...]:
        return (*names, *(name + DATA for name in names if name + DATA in self.files))


def read_parts(folder: Path) -> Parts:
    """The manifest in this folder.

    Raises:
        PartsError: there is none, or it is not right.
    """
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise PartsError(f"{folder} has no {MANIFEST}; run `utterd models prepare`") from error
    except OSError as error:
        raise PartsError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise PartsError(f"{path} is damaged; run `utterd models prepare` anew") from error
    found = values.get("format") if isinstance(values, dict) else None
    if found != FORMAT:
        raise PartsError(f"{path} has format {found!r}, not {FORMAT}; run `utterd models prepare` anew")
    try:
        return _parts_from(values)
    except KeyError as error:
        raise PartsError(f"{path} is not right: {error} is missing; run `utterd models prepare` anew") from error
    except (TypeError, ValueError) as error:
        raise PartsError(f"{path} is not right: {error}; run `utterd models prepare` anew") from error


def write_parts(folder: Path, parts: Parts) -> None:
    """Have this manifest in the folder, whole; or the one that was there.

    Raises:
        OSError: it cannot be written.
    """
    replace_json(folder / MANIFEST, {"format": FORMAT, **dataclasses.asdict(parts)})


def is_stale(parts: Parts) -> str | None:
    """Why these parts are not for the machine that runs this, in words; None if they are."""
    if parts.onnxruntime != onnxruntime_version():
        return f"they were optimised by ONNX Runtime {parts.onnxruntime}, and this is {onnxruntime_version()}"
    if parts.cpu != cpu_name():
        return f"they were optimised for the processor {parts.cpu!r}, and this is {cpu_name()!r}"
    return None


def _parts_from(values: dict[str, Any]) -> Parts:
    files = {_file_name(name): _typed("files", sha256, str) for name, sha256 in _table(values, "files").items()}
    variants = {name: _variant_from(name, each) for name, each in _table(values, "variants").items()}
    statistics = _optional("statistics", values["statistics"])
    for file in [statistics, *(name for each in variants.values() for name in _files_of(each))]:
        if file is not None and file not in files:
            raise ValueError(f"{file!r} is not among its files")
    return Parts(
        model_sha256=_typed("model_sha256", values["model_sha256"], str),
        onnxruntime=_typed("onnxruntime", values["onnxruntime"], str),
        cpu=_typed("cpu", values["cpu"], str),
        frame_samples=_positive("frame_samples", values["frame_samples"]),
        harmonic_frames=_positive("harmonic_frames", values["harmonic_frames"]),
        context_frames=_positive("context_frames", values["context_frames"]),
        epsilon=_typed("epsilon", values["epsilon"], float),
        channels=tuple(_positive("channels", each) for each in _typed("channels", values["channels"], list)),
        variants=variants,
        statistics=statistics,
        files=files,
    )


def _variant_from(name: str, values: Any) -> Variant:
    where = f"variants.{name}"
    values = _typed(where, values, dict)
    return Variant(
        text=_typed(f"{where}.text", values["text"], str),
        decoder=_typed(f"{where}.decoder", values["decoder"], str),
        vocoder=_typed(f"{where}.vocoder", values["vocoder"], str),
        whole=_optional(f"{where}.whole", values["whole"]),
        native=_typed(f"{where}.native", values["native"], bool),
        portable=_typed(f"{where}.portable", values.get("portable", False), bool),
    )


def _files_of(variant: Variant) -> tuple[str | None, ...]:
    return variant.text, variant.decoder, variant.vocoder, variant.whole


def _table(values: dict[str, Any], key: str) -> dict[str, Any]:
    table: dict[str, Any] = _typed(key, values[key], dict)
    return table


def _file_name(name: str) -> str:
    if Path(name).name != name:
        raise ValueError(f"the file {name!r} is not in its folder")
    return name


def _typed(key: str, value: Any, kind: type[Any]) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{key} = {value!r} is no {kind.__name__}")
    return value


def _optional(key: str, value: Any) -> str | None:
    return None if value is None else str(_typed(key, value, str))


def _positive(key: str, value: Any) -> int:
    if _typed(key, value, int) < 1:
        raise ValueError(f"{key} = {value!r} is below 1")
    return int(value)
