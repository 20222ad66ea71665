"""A student of a handful of channels, as different from its neighbours' as the real one's."""

import pytest
import torch

from training.model.acoustic import Widths
from training.model.student import Student


@pytest.fixture
def student() -> Student:
    """Untrained, but its durations are those of speech."""
    torch.manual_seed(5)
    made = Student(Widths(token=32, frame=32, token_inner=32, frame_inner=32), 3).eval()
    with torch.no_grad():
        made.acoustic.prosody_out.bias[0] = 2.3
        for parameter in made.parameters():
            if parameter.ndim == 1:
                parameter += 0.01 * torch.randn_like(parameter)
    return made
