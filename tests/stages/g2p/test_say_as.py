import pytest

from utterd.stages.chunks import InstructionKind
from utterd.stages.g2p.say_as import read_as


@pytest.mark.parametrize(
    ("kind", "written", "value", "spoken"),
    [
        ("characters", "abc-A1!", "", "eh B C dash eh 1 exclamation mark"),
        ("characters", "x 👍🏽", "", "X thumbs up medium skin tone"),
        ("digits", "12-34", "", "1 2, 3 4"),
        ("cardinal", "1999", "", "1,999"),
        ("cardinal", "-5.20", "", "minus 5 point 2 0"),
        ("cardinal", "XIV", "", "14"),
        ("ordinal", "21", "", "21st"),
        ("ordinal", "3rd", "", "3rd"),
        ("ordinal", "VIII", "", "8th"),
        ("fraction", "3/4", "", "3 quarters"),
        ("fraction", "2 1/2", "", "2 and 1 half"),
        ("fraction", "3/20", "", "3 twentieths"),
        ("date", "1/2/2024", "dmy", "February 1st, 2024"),
        ("date", "1/2/2024", "mdy", "January 2nd, 2024"),
        ("date", "1/2/2024", "", "January 2nd, 2024"),
        ("date", "2024.01.02", "ymd", "January 2nd, 2024"),
        ("date", "20240102", "yyyymmdd", "January 2nd, 2024"),
        ("date", "01/2024", "my", "January 2024"),
        ("date", "3/4", "md", "March 4th"),
        ("time", "10:30pm", "", "10 30 P.M."),
        ("time", "7", "", None),
        ("time", "1'21\"", "", "1 minute 21 seconds"),
        ("telephone", "2125551212", "", "2 1 2, 5 5 5, 1 2 1 2"),
        ("telephone", "+44 20 7946", "", "plus 4 4, 2 0, 7 9 4 6"),
        ("unit", "5m", "", "5 meters"),
        ("unit", "km", "", "kilometers"),
    ],
)
def test_english_is_read_as_the_writer_says(
    kind: InstructionKind, written: str, value: str, spoken: str | None
) -> None:
    assert read_as(kind, written, value, "en-us") == spoken


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("date", "banana", "dmy"),
        ("date", "31/31/2024", "dmy"),
        ("date", "1/2/2024", "xyz"),
        ("date", "1/2/2024", "my"),
        ("time", "25:99", ""),
        ("fraction", "1/0", ""),
        ("ordinal", "99999999999", ""),
        ("cardinal", "1.2.3", ""),
        ("telephone", "call me", ""),
        ("unit", "5 bananas", ""),
        ("digits", "a1", ""),
        ("sub", "x", "y"),
        ("characters", "", ""),
    ],
)
def test_what_cannot_be_read_so_has_no_reading(kind: InstructionKind, written: str, value: str) -> None:
    assert read_as(kind, written, value, "en-us") is None


@pytest.mark.parametrize(
    ("kind", "written", "value", "language", "spoken"),
    [
        ("ordinal", "21", "", "es", "vigésimo primero"),
        ("ordinal", "21", "", "fr-fr", "vingt et unième"),
        ("ordinal", "21", "", "hi", None),
        ("date", "1/2/2024", "dmy", "es", "1 de febrero de 2024"),
        ("date", "1/1/2024", "", "fr-fr", "premier janvier 2024"),
        ("fraction", "1/2", "", "it", "un mezzo"),
        ("characters", "ab.", "", "es", "A B punto"),
        ("telephone", "12 34", "", "pt-br", "1 2, 3 4"),
    ],
)
def test_other_languages_have_their_own_words(
    kind: InstructionKind, written: str, value: str, language: str, spoken: str | None
) -> None:
    assert read_as(kind, written, value, language) == spoken


def test_a_british_date_without_a_format_begins_with_the_day() -> None:
    assert read_as("date", "1/2/2024", "", "en-gb") == "February 1st, 2024"
