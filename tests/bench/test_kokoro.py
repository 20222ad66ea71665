"""The measurements of Kokoro through the whole daemon and of its memory, made with the tiny model."""

from pathlib import Path

import numpy as np
import pytest
from kokoro_shaped import tiny_model, tiny_voices

from bench import kokoro, kokoro_memory
from bench.kokoro_shaped.bundle import write_bundle


@pytest.fixture
def model(tmp_path) -> Path:
    (tmp_path / "model.onnx").write_bytes(tiny_model().read_bytes())
    np.savez(tmp_path / "voices.npz", **tiny_voices())
    write_bundle(tmp_path)
    return tmp_path


@pytest.mark.parametrize("bench", [kokoro, kokoro_memory])
def test_without_a_model_it_says_how_to_get_one(bench, tmp_path):
    assert "make bench-peers" in bench.measure(model=tmp_path)["not_measured"]


@pytest.mark.slow
def test_memory_is_read_after_each_hundred_and_loading_is_timed(model):
    found = kokoro_memory.measure(pieces=200, model=model)
    assert len(found["rss_mb"]) == 2
    assert min(found["rss_mb"]) > 20
    assert found["growth_mb"] == 0  # of the last from the last: it is measured from the third on
    assert len(found["reload_s"]) == 5
    assert min(found["reload_s"]) > 0


@pytest.mark.slow
def test_long_texts_and_their_first_units_are_heard(model):
    found = kokoro.measure(repeats=2, model=model)
    assert found["first_unit_alone_ms"]["count"] == found["500_words_ms"]["count"] == 2
    assert 0 < found["of_it_the_model_ms"]["median"] < found["500_words_ms"]["max"]
    assert found["of_it_the_daemon_ms"]["median"] > 0
