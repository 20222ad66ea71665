"""The files of release 1.0 are built differently in several places, and taken apart like the others."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from kokoro_release_1_0 import FIRST_SAMPLES, released_model

from utterd.stages.models.splitting import Split, split
from utterd.stages.models.vocoder.emit import emit_whole


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("released") / "kokoro-v1.0.onnx"
    onnx.save(released_model(), path)
    return path


@pytest.fixture(scope="module")
def taken_apart(released) -> Split:
    return split(released)


def test_it_is_built_as_the_file_is(released):
    op_types = {node.op_type for node in onnx.load(released).graph.node}
    assert op_types >= {"STFT", "ReduceMean", "CumSum", "NonZero", "ScatterND", "And"}
    assert not op_types & {"InstanceNormalization", "Loop", "If", "RandomNormalLike", "RandomUniformLike"}


@pytest.mark.parametrize("tokens", [5, 60])
def test_all_parts_together_say_what_the_whole_says_but_for_its_first_samples(
    released, taken_apart, run, feeds, tokens
):
    text = feeds(tokens, speed=0.9)
    whole = run(released, text)["audio"]
    given = text | run(taken_apart.text, text)
    given |= run(taken_apart.decoder, given)
    spoken = run(emit_whole(taken_apart.vocoder, native=False), given)["waveform"]
    assert spoken.shape == whole.shape
    wrong = (spoken - whole)[FIRST_SAMPLES:]
    assert 10 * np.log10(np.sum(whole[FIRST_SAMPLES:] ** 2) / np.sum(wrong**2)) >= 100
    assert np.any(spoken[1:FIRST_SAMPLES] != whole[1:FIRST_SAMPLES])


def test_the_factor_behind_the_inverse_transform_is_in_it(taken_apart):
    """The window of 20 samples, halved where it is used twice: its sum over a frame is known."""
    vocoder = taken_apart.vocoder
    assert (vocoder.hop, vocoder.trim) == (5, 10)
    np.testing.assert_allclose(vocoder.inverse_real[0, 0], np.hanning(21)[:-1] / 20, atol=1e-6)


def test_the_phase_of_its_source_is_computed_too(taken_apart):
    assert not [node for node in taken_apart.decoder.graph.node if node.op_type in ("Where", "If")]
    assert [node.op_type for node in taken_apart.decoder.graph.node if node.op_type == "STFT"]
