"""What variants are made of, and how each of their graphs is made."""

import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from onnx import ModelProto

from utterd.stages.models.preparing.material import Material
from utterd.stages.models.preparing.packing import with_packed_weights
from utterd.stages.models.quantising.half import halved
from utterd.stages.models.quantising.parts import int4_text, integer_decoder, integer_text, integer_vocoder
from utterd.stages.models.quantising.weights import weight_levels
from utterd.stages.models.vocoder.emit import emit_whole, emit_windowed
from utterd.stages.models.vocoder.integers import emit_windowed_int8

_MAKERS: Final = (
    *("splitting/*.py", "vocoder/*.py", "quantising/*"),
    *(f"preparing/{module}.py" for module in ("arrays", "material", "optimising", "packing", "recipes", "voices")),
)
"""Files that decide what graphs and tables look like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a graph is made."""

    make: Callable[[Material], ModelProto]
    native: bool = False
    """It needs the library of operators."""
    portable: bool = False
    """It is not for this processor alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """The graphs of a variant, by the names of their recipes."""

    text: str
    decoder: str
    vocoder: str
    whole: str | None
    why: str
    """What it is good for, in a few words."""

    def graphs(self) -> Iterator[str]:
        yield from (name for name in (self.text, self.decoder, self.vocoder, self.whole) if name is not None)


RECIPES: Final[Mapping[str, Recipe]] = {
    "text.fp32": Recipe(make=lambda of: of.split.text),
    "text.fp32-native": Recipe(
        make=lambda of: with_packed_weights(of.split.text, exact=("durations", "f0")), native=True
    ),
    "text.int8": Recipe(make=lambda of: integer_text(of.split.text, of.text_feeds(), weight_levels())),
    "text.int4": Recipe(make=lambda of: int4_text(of.split.text)),
    "text.fp16": Recipe(make=lambda of: halved(of.split.text), portable=True),
    "decoder.fp32": Recipe(make=lambda of: of.split.decoder),
    "decoder.fp32-native": Recipe(make=lambda of: with_packed_weights(of.split.decoder), native=True),
    "decoder.int8": Recipe(make=lambda of: integer_decoder(of.split.decoder, of.decoder_feeds(), weight_levels())),
    "decoder.fp16": Recipe(make=lambda of: halved(of.split.decoder), portable=True),
    "vocoder.fp32": Recipe(make=lambda of: emit_windowed(of.split.vocoder, native=False, measuring=True)),
    "vocoder.fp32-native": Recipe(
        make=lambda of: emit_windowed(of.split.vocoder, native=True, measuring=True), native=True
    ),
    "vocoder.int8": Recipe(make=lambda of: integer_vocoder(of.split.vocoder, of.ranges, weight_levels())),
    "vocoder.int8-native": Recipe(
        make=lambda of: emit_windowed_int8(of.split.vocoder, of.ranges, measuring=True, weight_levels=weight_levels()),
        native=True,
    ),
    "vocoder.fp16": Recipe(
        make=lambda of: halved(emit_windowed(of.split.vocoder, native=False, as_2d=False)), portable=True
    ),
    "whole.fp32": Recipe(make=lambda of: emit_whole(of.split.vocoder, native=False)),
    "whole.fp32-native": Recipe(make=lambda of: emit_whole(of.split.vocoder, native=True), native=True),
}
"""Name of a graph → recipe."""

VARIANTS: Final[Mapping[str, Composition]] = {
    name: Composition(
        text=f"text.{text}",
        decoder=f"decoder.{decoder}",
        vocoder=f"vocoder.{vocoder}",
        whole=whole and f"whole.{whole}",
        why=why,
    )
    for name, text, decoder, vocoder, whole, why in (
        ("fp32", "fp32", "fp32", "fp32", "fp32", "the sound of the model itself"),
        ("fp32-native", "fp32-native", "fp32-native", "fp32-native", "fp32-native", "the same, faster"),
        ("int8", "int8", "int8", "int8", None, "fastest without native operators"),
        ("int8-native", "int8", "int8", "int8-native", None, "fastest"),
        ("int8-sound", "fp32", "int8", "int8", None, "durations and pitch of the model itself, and nearly as fast"),
        ("int8-sound-native", "fp32-native", "int8", "int8-native", None, "the same, faster"),
        ("hybrid", "int8", "fp32", "fp32", "fp32", "speaks early with a float32 vocoder's sound"),
        ("fp16", "fp16", "fp16", "fp16", None, "half the disk; for accelerators, not for CPUs"),
        ("int4", "int4", "fp32", "fp32", "fp32", "a smaller text part"),
    )
}
"""Name → what it is made of, in the order in which they are made."""

NATIVE_VARIANTS: Final = frozenset(
    name for name, variant in VARIANTS.items() if any(RECIPES[graph].native for graph in variant.graphs())
)
USUAL_VARIANTS: Final = tuple(name for name in VARIANTS if name not in ("fp16", "int4"))
"""Unless others are asked for; the native ones where the library can be had."""
ACCELERATED_VARIANT: Final = "fp16"
"""Besides, where something else than the CPU can compute."""


@functools.cache
def fingerprint() -> str:
    """Of the code that makes graphs: what is kept belongs to the code that made it."""
    found = hashlib.sha256()
    here = Path(str(files("utterd.stages.models")))
    for path in sorted(path for pattern in _MAKERS for path in here.glob(pattern) if path.is_file()):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()
