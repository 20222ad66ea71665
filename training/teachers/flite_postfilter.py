"""flite's postfilter, which its vocoder applies to every frame: folded into the mel-cepstra, so that ours need not."""

from typing import Final

import numpy as np
import numpy.typing as npt

from training.parameters import CEPSTRUM_ORDER, WARP_ALPHA, WARP_RATE_HZ, cosines

_BETA: Final = 0.4
"""How much the formants are sharpened (flite's mlsa_beta)."""
_GRID_POINTS: Final = 257
"""Of the spectrum whose energy is compared."""


def postfilter(cepstrum: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The mel-cepstra of the sharper spectrum of the same energy, as flite 2.2's cst_mlsa.c makes it.

    Shape (frames, 25), as is the answer.
    """
    sharper = cepstrum @ _SHARPENING.T
    sharper[:, 0] += (_log_energy(cepstrum) - _log_energy(sharper)) / 2
    return sharper


def _log_energy(cepstrum: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.log(np.exp(2 * (cepstrum @ _COSINES.T)).mean(axis=1))  # type: ignore[no-any-return]


def _sharpening() -> npt.NDArray[np.float64]:
    """The matrix: to coefficients of the MLSA filter, these times 1 + beta but for the first two, and back."""
    filter_of = np.eye(CEPSTRUM_ORDER)
    for row in range(CEPSTRUM_ORDER - 2, -1, -1):
        filter_of[row] -= WARP_ALPHA * filter_of[row + 1]
    gains = np.full(CEPSTRUM_ORDER, 1 + _BETA)
    gains[:2] = 1
    sharpened = gains[:, np.newaxis] * filter_of
    sharpened[1, 2] -= _BETA * WARP_ALPHA  # keeps the tilt that the sharper rest would change
    return np.asarray(np.linalg.solve(filter_of, sharpened), np.float64)


_SHARPENING: Final = _sharpening()
_COSINES: Final = cosines(np.linspace(0, WARP_RATE_HZ / 2, _GRID_POINTS))
