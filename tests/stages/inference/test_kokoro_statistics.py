"""Means and variances of a voice: read, blended, and moved by what was spoken."""

from pathlib import Path

import numpy as np
import pytest
from rig.kokoro_parts import SIZE, save_statistics

from utterd.stages.inference.kokoro_statistics import (
    REMEMBERED_FRAMES,
    TABLE_WEIGHT_FRAMES,
    VOICES_KEPT,
    PieceSums,
    RunningStatistics,
    Statistics,
    VoiceTables,
)
from utterd.stages.work import ChunkFailed


def constant(mean: float, variance: float) -> Statistics:
    return Statistics(mean=np.full(SIZE, mean, np.float32), variance=np.full(SIZE, variance, np.float32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "statistics.npz"


# Tables


def test_a_voice_has_its_own(path):
    saved = save_statistics(path, ["one", "two"])
    found = VoiceTables(path, SIZE).of("two")
    assert found is not None
    assert np.array_equal(found.mean, saved["two.mean"])
    assert np.array_equal(found.variance, saved["two.variance"])


def test_a_blend_has_those_of_its_voices_by_their_shares(path):
    saved = save_statistics(path, ["one", "two"])
    found = VoiceTables(path, SIZE).of("one*3+two")
    assert found is not None
    for kind, values in (("mean", found.mean), ("variance", found.variance)):
        assert values == pytest.approx(0.75 * saved[f"one.{kind}"] + 0.25 * saved[f"two.{kind}"], abs=1e-6)


@pytest.mark.parametrize("voice", ["bella", "one+bella", "bella+bela", "one*x", "one*0"])
def test_what_was_not_measured_has_none(path, voice):
    save_statistics(path, ["one"])
    assert VoiceTables(path, SIZE).of(voice) is None


def test_a_name_is_never_taken_for_a_blend(path):
    saved = save_statistics(path, ["a", "b", "a+b"])
    found = VoiceTables(path, SIZE).of("a+b")
    assert found is not None
    assert np.array_equal(found.mean, saved["a+b.mean"])


def test_few_are_kept_and_those_used_last(path):
    names = [f"v{number}" for number in range(VOICES_KEPT + 2)]
    save_statistics(path, names)
    tables = VoiceTables(path, SIZE)
    for name in names:
        assert tables.of(name) is not None
    path.unlink()
    assert tables.of(names[-1]) is not None
    with pytest.raises(ChunkFailed):
        tables.of(names[0])


GOOD = np.ones(SIZE, np.float32)
DAMAGED = {
    "no archive": None,
    "too short": {"one.mean": GOOD[:-1], "one.variance": GOOD[:-1]},
    "no variance": {"one.mean": GOOD},
    "not a number": {"one.mean": GOOD * np.nan, "one.variance": GOOD},
    "a negative variance": {"one.mean": GOOD, "one.variance": -GOOD},
    "a variance without end": {"one.mean": GOOD, "one.variance": GOOD * np.inf},
    "a single array": GOOD,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damaged_ones_fail_the_chunk_with_one_sentence(path, damage):
    content = DAMAGED[damage]
    with path.open("wb") as file:
        if isinstance(content, dict):
            np.savez(file, **content)
        elif content is not None:
            np.save(file, content)
    with pytest.raises(ChunkFailed, match=r"the statistics of voice 'one' in statistics\.npz are damaged") as failure:
        VoiceTables(path, SIZE).of("one")
    assert failure.value.code == "model_unusable"


# Scale and shift


def test_scale_and_shift_are_what_normalising_and_the_affine_would_be():
    random = np.random.default_rng(1)
    x = random.normal(3, 2, (SIZE, 500)).astype(np.float32)
    gains, offsets = random.normal(size=(2, SIZE)).astype(np.float32)
    statistics = Statistics(mean=x.mean(1), variance=x.var(1))
    scale, shift = statistics.affine(gains, offsets, 1e-5)
    assert scale.dtype == shift.dtype == np.float32
    wanted = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5) * gains[:, None] + offsets[
        :, None
    ]
    assert x * scale[:, None] + shift[:, None] == pytest.approx(wanted, abs=1e-4)


def test_a_channel_that_never_moves_does_not_explode():
    scale, shift = constant(1, 0).affine(GOOD, GOOD, 1e-5)
    assert np.isfinite(scale).all()
    assert np.isfinite(shift).all()


# What was spoken


def spoken(*pieces: tuple[int, float, float]) -> RunningStatistics:
    """Pieces of so many frames, with a mean and a variance in all channels."""
    running = RunningStatistics()
    for frames, mean, variance in pieces:
        sums = PieceSums()
        half = frames // 2
        for window in (half, frames - half):
            sums.add(window, np.full(SIZE, mean, np.float32), np.full(SIZE, variance + mean**2, np.float32))
        sums.give(running)
    return running


def test_a_voice_that_has_not_spoken_has_its_table():
    table = constant(1, 2)
    assert RunningStatistics().blended(table) is table


def test_what_was_heard_and_the_table_are_pooled():
    """Two sounds of equal length at 0 and 2, each with variance 1, are one sound at 1 with variance 2."""
    found = spoken((TABLE_WEIGHT_FRAMES, 2.0, 1.0)).blended(constant(0, 1))
    assert found.mean == pytest.approx(np.full(SIZE, 1.0))
    assert found.variance == pytest.approx(np.full(SIZE, 2.0))


def test_a_voice_as_it_was_measured_stays_as_it_is():
    found = spoken((300, 0.7, 1.3), (900, 0.7, 1.3)).blended(constant(0.7, 1.3))
    assert found.mean == pytest.approx(np.full(SIZE, 0.7), abs=1e-6)
    assert found.variance == pytest.approx(np.full(SIZE, 1.3), abs=1e-5)


def test_pieces_count_by_their_length():
    found = spoken((100, 1.0, 1.0), (300, 5.0, 1.0)).blended(constant(4.0, 1.0))
    assert found.mean == pytest.approx(np.full(SIZE, 4.0))


def test_a_voice_drifts_to_what_it_is_heard_at_and_never_all_the_way():
    pieces = [(400, 1.0, 1.0)] * 100
    found = spoken(*pieces).blended(constant(0, 1))
    share = REMEMBERED_FRAMES / (REMEMBERED_FRAMES + TABLE_WEIGHT_FRAMES)
    assert found.mean == pytest.approx(np.full(SIZE, share), abs=0.01)


def test_the_last_minute_counts_and_what_was_before_fades():
    found = spoken(*[(400, 100.0, 1.0)] * 5, *[(400, 0.0, 1.0)] * 100).blended(constant(0, 1))
    assert found.mean == pytest.approx(np.zeros(SIZE), abs=0.5)


def test_a_piece_of_which_nothing_was_heard_is_none():
    running = RunningStatistics()
    PieceSums().give(running)
    assert running.blended(table := constant(1, 1)) is table


def test_what_is_no_number_is_not_remembered():
    running = spoken((100, float("nan"), 1.0))
    assert running.blended(table := constant(1, 1)) is table
