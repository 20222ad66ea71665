"""Where one sound lies in another: the same voice saying the same thing, but for dither and fades."""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]


def find_place(piece: Samples, sound: Samples, expected: int, reach: int) -> tuple[int, float]:
    """The place in `sound` where `piece` fits best, at most `reach` frames from `expected`.

    Returns:
        The place, and the root mean square of what differs there, in the unit of the samples.

    Raises:
        ValueError: the piece does not fit in there.
    """
    first = max(0, expected - reach)
    stretch = sound[first : expected + reach + len(piece)]
    if len(stretch) < len(piece) or not len(piece):
        raise ValueError(f"a piece of {len(piece)} frames does not fit into {len(stretch)}")
    size = 1 << (len(stretch) + len(piece)).bit_length()
    product = np.fft.irfft(np.fft.rfft(stretch, size) * np.conj(np.fft.rfft(piece, size)), size)
    places = len(stretch) - len(piece) + 1
    energy = np.concatenate(([0.0], np.cumsum(stretch**2)))
    squares = energy[len(piece) :] - energy[:places] - 2 * product[:places] + (piece**2).sum()
    best = int(np.argmin(squares))
    found = stretch[best : best + len(piece)]
    return first + best, float(np.sqrt(np.mean((found - piece) ** 2)))
