"""What the values of marks mean, and the sentence for those that mean nothing."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.daemon import mark_values as values
from utterd.daemon.mark_values import Effect, Factor, WrongMark


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("300ms", 300), ("1.5s", 1500), (".25s", 250), ("0s", 0), ("10s", 10_000), ("+1s", 1000), (" 300 ms ", 300),
        ("0.4ms", 0), ("10000.4ms", 10_000),
    ],
)  # fmt: skip
def test_lengths_of_time(text, ms):
    assert values.break_ms(text) == ms


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("300 parsecs", "'300 parsecs' is not a length of time; write it like 300ms or 1.5s"),
        ("300", "'300' is not a length of time; write it like 300ms or 1.5s"),
        ("-1s", "'-1s' is not a length of time; write it like 300ms or 1.5s"),
        ("infs", "'infs' is not a length of time; write it like 300ms or 1.5s"),
        ("", "'' is not a length of time; write it like 300ms or 1.5s"),
        ("١s", "'١s' is not a length of time; write it like 300ms or 1.5s"),
        ("10.1s", "'10.1s' is too long; a pause lasts at most 10 s"),
        ("999999999s", "'999999999s' is too long; a pause lasts at most 10 s"),
        ("1" * 1_000_000 + "s", f"'{'1' * 39}…' is not a length of time; write it like 300ms or 1.5s"),
    ],
)
def test_what_is_no_length_of_time(text, sentence):
    with pytest.raises(WrongMark) as wrong:
        values.break_ms(text)
    assert str(wrong.value) == sentence


def test_strengths_grow_from_none_to_extra_strong():
    lengths = [values.break_strength_ms(label) for label in "none x-weak weak medium strong x-strong".split()]
    assert lengths == sorted(set(lengths))
    assert lengths[0] == 0
    with pytest.raises(WrongMark, match="there is no strength 'huge'; there are none, x-weak, weak, medium"):
        values.break_strength_ms("huge")


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("1.3", Factor(1.3, False)), ("130%", Factor(1.3, False)), ("+30%", Factor(1.3, False)),
        ("-20%", Factor(0.8, False)), ("50%", Factor(0.5, False)), ("slow", Factor(0.75, True)),
        ("default", Factor(1.0, True)), (" x-fast ", Factor(1.75, True)),
    ],
)  # fmt: skip
def test_rates(text, factor):
    found = values.rate_factor(text)
    assert found.value == pytest.approx(factor.value)
    assert found.is_absolute == factor.is_absolute


@pytest.mark.parametrize("text", ["0", "0%", "-100%", "-150%", "0.0"])
def test_a_rate_is_above_zero(text):
    with pytest.raises(WrongMark, match=r"leaves no speed at all; it has to be above 0"):
        values.rate_factor(text)


@pytest.mark.parametrize("text", ["quick", "", "nan", "inf", "1e9", "-1", "+1.3", "1,3", "१", "1" * 1_000_000, "5 %"])
def test_what_is_no_rate(text):
    with pytest.raises(WrongMark, match=r"is not a rate; write x-slow, slow, .*, a factor such as 1\.3, or 130%"):
        values.rate_factor(text)


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("+6dB", Factor(1.9953, False)), ("-6dB", Factor(0.5012, False)), ("+0.0dB", Factor(1.0, False)),
        ("6dB", Factor(1.9953, False)), ("-999999999dB", Factor(0.0, False)), ("silent", Factor(0.0, True)),
        ("x-loud", Factor(2.0, True)),
    ],
)  # fmt: skip
def test_volumes(text, factor):
    found = values.volume_factor(text)
    assert found.value == pytest.approx(factor.value, abs=1e-4)
    assert found.is_absolute == factor.is_absolute


def test_a_volume_beyond_every_float_is_a_large_one():
    assert values.volume_factor("+999999999dB").value == pytest.approx(1e50)


@pytest.mark.parametrize("text", ["50", "+50%", "infdB", "6 dB", "6db", "louder", ""])
def test_what_is_no_volume(text):
    with pytest.raises(WrongMark, match=r"is not a volume; write silent, .*, or decibels such as"):
        values.volume_factor(text)


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("+2st", Factor(2.0, False)), ("-1.5st", Factor(-1.5, False)), ("3st", Factor(3.0, False)),
        ("+100%", Factor(12.0, False)), ("-50%", Factor(-12.0, False)), ("low", Factor(-3.0, True)),
        (" x-high ", Factor(6.0, True)), ("medium", Factor(0.0, True)),
    ],
)  # fmt: skip
def test_pitches_in_semitones(text, factor):
    found = values.pitch_shift(text)
    assert found.value == pytest.approx(factor.value)
    assert found.is_absolute == factor.is_absolute


@pytest.mark.parametrize("text", ["120Hz", "+10Hz", "50%", "2 st", "2", "higher", "", "nanst"])
def test_what_is_no_pitch(text):
    with pytest.raises(WrongMark, match=r"is not a pitch; write x-low, .*, or a change such as \+2st or -10%"):
        values.pitch_shift(text)


def test_a_pitch_of_no_frequency_is_none():
    with pytest.raises(WrongMark, match="leaves no tone at all"):
        values.pitch_shift("-100%")


def test_light_marks_have_linear_volumes_too():
    assert values.linear_volume_factor(" 0.5 ") == Factor(0.5, False)
    assert values.linear_volume_factor("soft") == values.volume_factor("soft")
    assert values.linear_volume_factor("+6dB") == values.volume_factor("+6dB")


def test_emphasis_has_the_levels_of_ssml():
    assert values.emphasis_level("strong") == "strong"
    with pytest.raises(WrongMark, match="no level 'LOUD'; there are strong, moderate, none, reduced"):
        values.emphasis_level("LOUD")


@pytest.mark.parametrize(
    ("kind", "date_format", "reading"),
    [
        ("characters", "", ("characters", "")), ("spell-out", "", ("characters", "")), ("number", "", ("cardinal", "")),
        ("date", "", ("date", "")), ("date", "dmy", ("date", "dmy")), ("date", "yyyymmdd", ("date", "ymd")),
        ("unit", "", ("unit", "")),
    ],
)  # fmt: skip
def test_readings(kind, date_format, reading):
    assert values.say_as(kind, date_format) == Effect(reading=reading)


@pytest.mark.parametrize(
    ("kind", "date_format", "sentence"),
    [
        ("currency", "", "text cannot be said as 'currency'; it can as characters, spell-out,"),
        ("date", "ymdh", "there is no date format 'ymdh'; there are mdy, dmy, ymd,"),
        ("date", "ddddddddd", "there is no date format 'ddddddddd'; there are"),
        ("date", "d" * 1_000_000, "there is no date format 'd{39}…'; there are"),
        ("time", "hms12", "'time' takes no format; only date does"),
    ],
)
def test_what_is_no_reading(kind, date_format, sentence):
    with pytest.raises(WrongMark, match=sentence):
        values.say_as(kind, date_format)


def test_aliases_and_pronunciations_fit_into_a_unit():
    assert values.substitute(" World Wide Web ") == Effect(reading=("sub", "World Wide Web"))
    assert values.pronunciation("ˈwɜːld") == Effect(reading=("phoneme", "ˈwɜːld"))
    with pytest.raises(WrongMark, match="the alias has 401 characters; it may have at most 400"):
        values.substitute("a" * 401)
    with pytest.raises(WrongMark, match="the pronunciation is empty"):
        values.pronunciation(" ")


def test_names_are_short_and_not_empty():
    assert values.name("the voice", " af_slt*0.6 + am_rms*0.4 ") == "af_slt*0.6 + am_rms*0.4"
    with pytest.raises(WrongMark, match="the voice has 201 characters; it may have at most 200"):
        values.name("the voice", "a" * 201)
    with pytest.raises(WrongMark, match="the voice is empty"):
        values.name("the voice", "\t")


@given(st.text())
def test_a_quotation_is_short_and_shows_what_is_invisible(text):
    assert values.quoted(text).isprintable()
    assert len(values.quoted(text)) <= 40 * len("\\U00012345") + 2


@given(st.text("0123456789.+-%dBmsinfae ", max_size=12) | st.text(max_size=30))
def test_any_value_is_within_its_range_or_refused(text):
    with suppress(WrongMark):
        assert 0 <= values.break_ms(text) <= 10_000
    with suppress(WrongMark):
        assert 0 < values.rate_factor(text).value < math.inf
    with suppress(WrongMark):
        assert 0 <= values.linear_volume_factor(text).value < math.inf
