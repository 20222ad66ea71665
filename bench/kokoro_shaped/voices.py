"""Style tables of the shape and behaviour of Kokoro's voices: rows differ a little from one token count to the next."""

from typing import Final

import numpy as np
import numpy.typing as npt

NAMES: Final = ("af_heart", "am_liam")
ROWS, STYLE_SIZE = 510, 256
_SPREAD: Final = 0.15
"""Of a voice's values, as in the released ones."""
_DRIFT: Final = 0.05
"""How far the last row is from the first."""
_JITTER: Final = 0.005
"""Between neighbouring rows."""


def shaped_voices(seed: int = 7) -> dict[str, npt.NDArray[np.float32]]:
    """Name → float32 of shape (510, 1, 256): row n is for n tokens."""
    random = np.random.default_rng(seed)
    place = np.linspace(0, 1, ROWS)[:, None, None]
    tables = {}
    for name in NAMES:
        base, drift = random.standard_normal((2, STYLE_SIZE))
        jitter = random.standard_normal((ROWS, 1, STYLE_SIZE))
        tables[name] = (_SPREAD * base + _DRIFT * place * drift + _JITTER * jitter).astype(np.float32)
    return tables
