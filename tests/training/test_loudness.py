"""The estimate of loudness agrees with pyloudnorm on what the vocoder makes of the same parameters."""

import numpy as np
import pyloudnorm
import pytest
from rig.takes import take_of
from rig.vocoded import vocoded

from training.loudness import NEPERS_PER_DB, estimate_lufs
from training.parameters import CEPSTRUM, SAMPLE_RATE_HZ


@pytest.mark.parametrize("level_db", [-12, -6, 0])
def test_estimate_is_within_two_lu_of_what_is_heard(level_db):
    take, _ = take_of("A sentence that is long enough to be measured, and then some more of it.")
    parameters = take.parameters.copy()
    parameters[:, CEPSTRUM.start] += level_db * NEPERS_PER_DB
    heard = pyloudnorm.Meter(SAMPLE_RATE_HZ).integrated_loudness(vocoded(parameters).astype(np.float64))
    assert estimate_lufs(parameters) == pytest.approx(heard, abs=2)


def test_pauses_do_not_count():
    take, _ = take_of("A sentence that is long enough to be measured.")
    quiet = np.repeat(take.parameters[:1], 400, axis=0)
    longer = np.concatenate([take.parameters, quiet])
    assert estimate_lufs(longer) == pytest.approx(estimate_lufs(take.parameters), abs=0.5)


def test_silence_has_a_loudness_too():
    take, _ = take_of("One.")
    parameters = take.parameters.copy()
    parameters[:, CEPSTRUM.start] = -20
    assert estimate_lufs(parameters) == -70
