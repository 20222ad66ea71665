"""The voices of the bundle: the teachers' own styles, and weighted sums of them.

A style's first half is timbre, the second prosody (as Kokoro's); a blend may take each from elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.model.style import PROSODY, STYLE, TIMBRE

ROWS = 510
"""Of a Kokoro voices file: one for each token count. All rows of a voice of ours are alike."""


@dataclass(frozen=True, slots=True)
class Blend:
    """A voice as weights of speakers."""

    description: str
    language: str
    timbre: Mapping[str, float]
    prosody: Mapping[str, float]

    def style(self, styles: Mapping[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
        """(256,), of the speakers' own (256,)."""
        style = np.zeros(STYLE, np.float32)
        for half, weights in ((TIMBRE, self.timbre), (PROSODY, self.prosody)):
            for speaker, weight in weights.items():
                style[half] += np.float32(weight) * styles[speaker][half]
        return style


def _alike(description: str, language: str, **weights: float) -> Blend:
    return Blend(description, language, weights, weights)


BLENDS: dict[str, Blend] = {
    "am_trio": Blend(
        "all three speakers: the clearest",
        "en-us",
        timbre={"slt": 0.2, "rms": 0.4, "awb": 0.4},
        prosody={"rms": 0.6, "awb": 0.4},
    ),
    "am_blend": _alike("half rms, half awb", "en-us", rms=0.5, awb=0.5),
    "af_slt": _alike("US English, female", "en-us", slt=1.0),
    "am_rms": _alike("US English, male", "en-us", rms=1.0),
    "bm_awb": _alike("Scottish English, male", "en-gb", awb=1.0),
}
"""The default first."""


def voices(styles: Mapping[str, npt.NDArray[np.float32]]) -> dict[str, npt.NDArray[np.float32]]:
    """Tables (510, 1, 256) of every blend whose speakers there are, and of every other speaker by its own name."""
    known = {name: blend for name, blend in BLENDS.items() if {*blend.timbre, *blend.prosody} <= set(styles)}
    alone = {next(iter(blend.timbre)) for blend in known.values() if len(blend.timbre) == 1}
    table = {name: blend.style(styles) for name, blend in known.items()}
    table |= {speaker: styles[speaker] for speaker in styles if speaker not in alone}
    return {name: np.repeat(style[None, None], ROWS, axis=0) for name, style in table.items()}
