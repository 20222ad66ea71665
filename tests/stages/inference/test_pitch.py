"""Another pitch: F0 moves, timing and envelope stay."""

import numpy as np
import pytest

from utterd.config.bundles import find_bundle
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.pitch import shift_pitch
from utterd.stages.inference.starter import StarterSynthesizer
from utterd.stages.inference.synthesizer import SynthesisRequest
from utterd.stages.work import ChunkFailed

TOKENS = [50, 83, 54, 156, 31, 16, 65, 87, 123, 54, 46, 4]
COLUMNS = {"log_f0_column": -6, "phase_column": -4, "step_samples": 120}


@pytest.fixture(scope="module")
def synthesizer():
    return StarterSynthesizer(find_bundle("starter"), threads=1)


def sound(synthesizer, pitch):
    request = SynthesisRequest(tokens=TOKENS, voice="am_rms", speed=1.0, pitch=pitch)
    speech = synthesizer.synthesize(request, Abort())
    return np.concatenate(list(speech.windows(0, speech.total_frames)))


def f0_hz(samples):
    """Of a quarter of a second in the middle, by autocorrelation."""
    middle = samples[6000:12000].astype(float)
    likeness = np.correlate(middle, middle, "full")[len(middle) - 1 :]
    return 24_000 / (40 + np.argmax(likeness[40:600]))


def test_a_shift_by_nothing_finds_the_phases_that_the_graph_has():
    bundle = find_bundle("starter")
    speech = StarterSynthesizer(bundle, threads=1).synthesize(
        SynthesisRequest(tokens=TOKENS, voice="am_rms", speed=1.0), Abort()
    )
    features = speech._features
    again = shift_pitch(features, np.zeros(1), **COLUMNS)
    wrapped = np.abs(again - features) % 1
    assert np.minimum(wrapped, 1 - wrapped).max() < 1e-5
    assert again is not features


@pytest.mark.parametrize("semitones", [-12, -5, 5, 12])
def test_f0_moves_by_so_many_semitones_and_the_length_stays(synthesizer, semitones):
    plain, shifted = sound(synthesizer, 0), sound(synthesizer, semitones)
    assert len(shifted) == len(plain)
    assert 12 * np.log2(f0_hz(shifted) / f0_hz(plain)) == pytest.approx(semitones, abs=0.5)


def test_each_row_of_a_batch_has_its_own_pitch(synthesizer):
    requests = [SynthesisRequest(tokens=TOKENS, voice="am_rms", speed=1.0, pitch=pitch) for pitch in (0, 7)]
    plain, shifted = (
        np.concatenate(list(speech.windows(0, speech.total_frames)))
        for speech in synthesizer.synthesize_batch(requests, Abort())
    )
    assert np.abs(plain - sound(synthesizer, 0)).max() < 1e-4
    assert np.abs(shifted - sound(synthesizer, 7)).max() < 1e-4


def test_a_pitch_out_of_range_is_refused(synthesizer):
    with pytest.raises(ChunkFailed, match="pitch is 13"):
        sound(synthesizer, 13)
