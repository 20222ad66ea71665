import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.pcm import (
    AUDIBLE,
    FULL_SCALE,
    Dither,
    PcmFloat,
    fade_in,
    fade_out,
    first_audible_frame,
    ramp_gain,
    to_frames,
    to_int16,
    to_milliseconds,
)


def floats(*values: float) -> PcmFloat:
    return np.array(values, dtype=np.float32)


def ones(length_frames: int) -> PcmFloat:
    return np.ones(length_frames, dtype=np.float32)


def test_ten_milliseconds_are_240_frames_and_back() -> None:
    assert to_frames(10) == 240
    assert to_milliseconds(240) == 10.0


def test_conversion_stays_within_one_and_a_half_lsb_of_the_sample() -> None:
    samples = np.linspace(-0.9, 0.9, 20_000, dtype=np.float32)
    error = to_int16(samples, Dither()) - samples * FULL_SCALE
    assert np.abs(error).max() <= 1.5  # one of dither, a half of rounding


def test_dither_is_triangular_and_has_no_offset() -> None:
    noise = Dither(seed=7).noise(200_000)
    assert np.abs(noise).max() < 1
    assert abs(noise.mean()) < 0.005
    assert noise.var() == pytest.approx(1 / 6, rel=0.02)  # of a triangle over (-1, 1); a uniform one has 1/3


def test_dither_keeps_what_is_smaller_than_one_lsb() -> None:
    samples = np.full(100_000, 0.3 / FULL_SCALE, dtype=np.float32)
    assert to_int16(samples, Dither()).mean() == pytest.approx(0.3, abs=0.02)  # plain rounding gives 0


def test_the_same_seed_gives_the_same_file() -> None:
    samples = np.linspace(-1, 1, 1000, dtype=np.float32)
    assert np.array_equal(to_int16(samples, Dither(seed=3)), to_int16(samples, Dither(seed=3)))


def test_digital_silence_stays_exactly_zero() -> None:
    assert not to_int16(np.zeros(10_000, dtype=np.float32), Dither()).any()


@given(st.lists(st.floats(width=32, allow_nan=True, allow_infinity=True), max_size=50))
def test_no_sample_ever_wraps_to_the_other_side(values: list[float]) -> None:
    converted = to_int16(floats(*values), Dither())
    for value, sample in zip(values, converted.tolist(), strict=True):
        if value >= 1:
            assert sample >= FULL_SCALE - 2
        if value <= -1:
            assert sample <= -FULL_SCALE + 2


def test_a_broken_sample_is_silence_not_a_bang() -> None:
    assert to_int16(floats(np.nan, np.nan), Dither()).tolist() == [0, 0]


@pytest.mark.parametrize("fade", [fade_in, fade_out])
def test_fades_touch_only_their_own_frames_and_leave_the_argument_alone(fade: object) -> None:
    samples = ones(1000)
    faded = fade(samples, 240)  # type: ignore[operator]
    assert faded.dtype == np.float32
    assert np.count_nonzero(faded != 1) == 240
    assert (samples == 1).all()


def test_fades_start_and_end_below_one_lsb_and_never_step() -> None:
    faded = fade_out(fade_in(ones(1000), 240), 240)
    assert faded[0] < 1 / FULL_SCALE
    assert faded[-1] < 1 / FULL_SCALE
    assert np.abs(np.diff(faded)).max() < 0.01


def test_fade_in_and_fade_out_add_up_to_one() -> None:
    assert fade_in(ones(120), 120) + fade_out(ones(120), 120) == pytest.approx(ones(120), abs=1e-6)


@pytest.mark.parametrize("length", [0, 1, 100])
def test_a_block_shorter_than_its_fade_is_faded_whole(length: int) -> None:
    assert len(fade_out(ones(length), 240)) == length
    if length:
        assert fade_out(ones(length), 240)[-1] < 0.6
        assert fade_in(ones(length), 240)[0] < 0.6


def test_ramped_blocks_join_without_a_step() -> None:
    joined = np.concatenate([ramp_gain(ones(100), 1.0, 0.5), ramp_gain(ones(100), 0.5, 0.5)])
    assert np.abs(np.diff(joined)).max() == pytest.approx(0.005, rel=1e-3)
    assert joined[99] == joined[100] == 0.5


def test_first_audible_frame_passes_over_noise() -> None:
    noise = np.full(500, AUDIBLE * 0.9, dtype=np.float32)
    sound = floats(0.0, -0.01, 0.5)
    assert first_audible_frame(np.concatenate([noise, sound])) == 501
    assert first_audible_frame(noise) is None
    assert first_audible_frame(floats()) is None
