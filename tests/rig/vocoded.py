"""Parameters through the vocoder of the student, without a student."""

import numpy as np
import torch

from training.model.regulate import phase_cycles
from training.model.vocoder import Vocoder
from training.parameters import CEPSTRUM, LOG_F0, STRENGTHS, VOICING


def vocoded(parameters: np.ndarray) -> np.ndarray:
    """(frames, 32) → mono float32 at 24 kHz, (120 * frames,)."""
    columns = torch.from_numpy(parameters)[None]
    log_f0 = columns[..., LOG_F0]
    number = torch.arange(columns.shape[1]).float()[None]
    voicing = columns[..., VOICING : VOICING + 1]
    with torch.no_grad():
        made = Vocoder()(log_f0, phase_cycles(log_f0), number, voicing, columns[..., CEPSTRUM], columns[..., STRENGTHS])
    return made[0].numpy()
