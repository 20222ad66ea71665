"""Another pitch for features that are made already: their F0 is moved, and its phase summed up anew.

The envelope of the spectrum stays, so the voice stays its own: higher or lower, not a smaller or a larger person.
"""

import numpy as np
import numpy.typing as npt

from utterd.stages.chunks import SAMPLE_RATE_HZ

Features = npt.NDArray[np.float32]


def shift_pitch(
    features: Features, semitones: npt.NDArray[np.float64], *, log_f0_column: int, phase_column: int, step_samples: int
) -> Features:
    """A copy at another pitch.

    Args:
        features: (rows, frames, width). Two steps a frame, each with its log F0 (nepers of Hz) and its phase (cycles,
            0 to 1, at the start of the step).
        semitones: one for each row.
        log_f0_column, phase_column: the first of two columns each; may be counted from the end.
        step_samples: samples a step, at 24 kHz.
    """
    rows = len(features)
    shifted = features.copy()
    width = features.shape[2]
    pitch = slice(log_f0_column % width, log_f0_column % width + 2)
    phase = slice(phase_column % width, phase_column % width + 2)
    log_f0 = features[:, :, pitch] + (semitones * (np.log(2) / 12))[:, None, None]
    f0 = np.exp(log_f0.astype(np.float64)).reshape(rows, -1)
    cycles = np.zeros_like(f0)
    # F0 moves in straight lines between steps, as in the graph (training/model/regulate.py).
    np.cumsum((f0[:, :-1] + f0[:, 1:]) * (0.5 * step_samples / SAMPLE_RATE_HZ), axis=1, out=cycles[:, 1:])
    shifted[:, :, pitch] = log_f0
    shifted[:, :, phase] = (cycles - np.floor(cycles)).reshape(rows, -1, 2)
    return shifted
