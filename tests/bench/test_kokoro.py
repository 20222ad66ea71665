"""The measurement of Kokoro through the whole daemon, made with the tiny model."""

import numpy as np
import pytest
from kokoro_shaped import tiny_model, tiny_voices

from bench.kokoro import measure
from bench.kokoro_shaped.bundle import write_bundle


def test_without_a_model_it_says_how_to_get_one(tmp_path):
    assert "make bench-peers" in measure(model=tmp_path)["not_measured"]


@pytest.mark.slow
def test_long_texts_and_their_first_units_are_heard(tmp_path):
    (tmp_path / "model.onnx").write_bytes(tiny_model().read_bytes())
    np.savez(tmp_path / "voices.npz", **tiny_voices())
    write_bundle(tmp_path)
    found = measure(repeats=2, model=tmp_path)
    assert found["first_unit_alone_ms"]["count"] == found["500_words_ms"]["count"] == 2
    assert 0 < found["of_it_the_model_ms"]["median"] < found["500_words_ms"]["max"]
    assert found["of_it_the_daemon_ms"]["median"] > 0
