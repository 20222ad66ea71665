"""Means and variances of a voice: read, taken for a length of text, and blended."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rig.kokoro_parts import LENGTHS, SIZE, save_statistics

from utterd.stages.inference.kokoro_statistics import VOICES_KEPT, Statistics, VoiceTable, VoiceTables
from utterd.stages.work import ChunkFailed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "statistics.npz"


# Lengths


def table(tokens=(10, 1000), mean=(0.0, 4.0), variance=(1.0, 3.0)) -> VoiceTable:
    """With the same figures in all channels."""
    rows = [np.repeat(np.float32(values)[:, None], SIZE, axis=1) for values in (mean, variance)]
    return VoiceTable(tokens=np.array(tokens), mean=rows[0], variance=rows[1])


@pytest.mark.parametrize(("tokens", "row"), [(1, 0), (10, 0), (60, 1), (1000, 2), (5000, 2)])
def test_a_length_that_was_measured_has_its_own_and_one_beyond_those_of_the_nearest(tokens, row):
    found = table((10, 60, 1000), (0, 5, 4), (1, 9, 3)).at(tokens)
    assert found.mean == pytest.approx(np.full(SIZE, (0, 5, 4)[row]))
    assert found.variance == pytest.approx(np.full(SIZE, (1, 9, 3)[row]))


def test_half_way_stands_what_both_sounds_have_together():
    """Equally much of 0 with variance 1 and of 4 with variance 3 is 2 with variance 6."""
    found = table().at(100)
    assert found.mean.dtype == found.variance.dtype == np.float32
    assert found.mean == pytest.approx(np.full(SIZE, 2.0))
    assert found.variance == pytest.approx(np.full(SIZE, 6.0))


@given(st.integers(1, 510), st.floats(-1e4, 1e4), st.floats(0, 1e4), st.floats(0, 1e4))
def test_no_length_has_a_negative_variance(tokens, mean, first, last):
    found = table((25, 250), (0, mean), (first, last)).at(tokens)
    assert (found.variance >= 0).all()
    assert (np.abs(found.mean) <= abs(mean) + 1e-3).all()


def test_one_row_is_for_every_length():
    assert np.array_equal(table((50,), (2,), (3,)).at(7).mean, np.full(SIZE, 2, np.float32))


# Tables


def row(saved: dict[str, np.ndarray], voice: str, length: int) -> tuple[np.ndarray, np.ndarray]:
    return saved[f"{voice}.mean"][length], saved[f"{voice}.variance"][length]


@pytest.mark.parametrize("length", range(len(LENGTHS)))
def test_a_voice_has_its_own(path, length):
    saved = save_statistics(path, ["one", "two"])
    found = VoiceTables(path, SIZE).of("two", LENGTHS[length])
    assert found is not None
    assert np.array_equal((found.mean, found.variance), row(saved, "two", length))


def test_a_blend_has_those_of_its_voices_by_their_shares(path):
    save_statistics(path, ["one", "two"])
    tables = VoiceTables(path, SIZE)
    blend, one, two = (tables.of(voice, 130) for voice in ("one*3+two", "one", "two"))
    assert blend is not None
    assert blend.mean == pytest.approx(0.75 * one.mean + 0.25 * two.mean, abs=1e-6)
    assert blend.variance == pytest.approx(0.75 * one.variance + 0.25 * two.variance, abs=1e-6)


@pytest.mark.parametrize("voice", ["bella", "one+bella", "bella+bela", "one*x", "one*0"])
def test_what_was_not_measured_has_none(path, voice):
    save_statistics(path, ["one"])
    assert VoiceTables(path, SIZE).of(voice, 50) is None


def test_a_name_is_never_taken_for_a_blend(path):
    saved = save_statistics(path, ["a", "b", "a+b"])
    found = VoiceTables(path, SIZE).of("a+b", LENGTHS[0])
    assert found is not None
    assert np.array_equal(found.mean, saved["a+b.mean"][0])


def test_few_are_kept_and_those_used_last(path):
    names = [f"v{number}" for number in range(VOICES_KEPT + 2)]
    save_statistics(path, names)
    tables = VoiceTables(path, SIZE)
    for name in names:
        assert tables.of(name, 50) is not None
    path.unlink()
    assert tables.of(names[-1], 50) is not None
    with pytest.raises(ChunkFailed):
        tables.of(names[0], 50)


GOOD = np.ones((2, SIZE), np.float32)
TOKENS = np.array([20, 80])


def archive(tokens=TOKENS, mean=GOOD, variance=GOOD) -> dict[str, np.ndarray]:
    return {"one.tokens": np.asarray(tokens), "one.mean": mean, "one.variance": variance}


DAMAGED = {
    "no archive": None,
    "too few channels": archive(mean=GOOD[:, :-1], variance=GOOD[:, :-1]),
    "a row of earlier releases": {"one.mean": GOOD[0], "one.variance": GOOD[0]},
    "no variance": {"one.tokens": TOKENS, "one.mean": GOOD},
    "no lengths": {"one.mean": GOOD, "one.variance": GOOD},
    "a length too many": archive(tokens=[20, 80, 250]),
    "no rows": archive(tokens=TOKENS[:0], mean=GOOD[:0], variance=GOOD[:0]),
    "lengths that fall": archive(tokens=[80, 20]),
    "a length twice": archive(tokens=[20, 20]),
    "a piece of nothing": archive(tokens=[0, 20]),
    "half a token": archive(tokens=[20.5, 80]),
    "lengths in rows": archive(tokens=[[20], [80]]),
    "not a number": archive(mean=GOOD * np.nan),
    "a negative variance": archive(variance=-GOOD),
    "a variance without end": archive(variance=GOOD * np.inf),
    "a single array": GOOD,
}


def test_an_archive_that_is_not_damaged_is_read(path):
    np.savez(path, **archive())
    assert VoiceTables(path, SIZE).of("one", 40) is not None


@pytest.mark.parametrize("damage", DAMAGED)
def test_damaged_ones_fail_the_chunk_with_one_sentence(path, damage):
    content = DAMAGED[damage]
    with path.open("wb") as file:
        if isinstance(content, dict):
            np.savez(file, **content)
        elif content is not None:
            np.save(file, content)
    with pytest.raises(ChunkFailed, match=r"the statistics of voice 'one' in statistics\.npz are damaged") as failure:
        VoiceTables(path, SIZE).of("one", 50)
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
    ones = GOOD[0]
    scale, shift = Statistics(mean=ones, variance=0 * ones).affine(ones, ones, 1e-5)
    assert np.isfinite(scale).all()
    assert np.isfinite(shift).all()
