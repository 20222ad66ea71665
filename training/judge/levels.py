"""Short-time energy."""

import numpy as np
import numpy.typing as npt

Energies = npt.NDArray[np.float64]


def window_energies(audio: npt.ArrayLike, rate_hz: int, starts_s: npt.ArrayLike, window_s: float) -> Energies:
    """Of a window from each start on; what lies outside the audio has none."""
    samples = np.asarray(audio, np.float64)
    energy = np.cumsum(np.concatenate([[0.0], samples**2]))
    first, last = (
        np.clip(np.rint((np.asarray(starts_s) + offset) * rate_hz).astype(int), 0, len(samples))
        for offset in (0, window_s)
    )
    return np.asarray(energy[last] - energy[first])


def stepped_energies(audio: npt.ArrayLike, rate_hz: int, *, window_s: float, step_s: float) -> Energies:
    """Of windows that start every `step_s` and end within the audio; of one, if the audio is that short."""
    seconds = len(np.asarray(audio)) / rate_hz
    return window_energies(audio, rate_hz, np.arange(0, max(seconds - window_s, step_s), step_s), window_s)
