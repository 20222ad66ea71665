import pytest

from utterd.stages.g2p.english_roman import roman_value


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("I", 1), ("IV", 4), ("VIII", 8), ("XIV", 14), ("XL", 40), ("LVIII", 58), ("XC", 90), ("MCMXCIX", 1999)],
)
def test_well_formed_numerals_have_a_value(numeral: str, value: int) -> None:
    assert roman_value(numeral) == value


@pytest.mark.parametrize("numeral", ["", "IIII", "IC", "VX", "iv", "MIX IT", "ABC"])
def test_others_have_none(numeral: str) -> None:
    assert roman_value(numeral) is None
