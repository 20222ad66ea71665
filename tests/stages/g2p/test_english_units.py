import pytest

from utterd.stages.g2p.english_unit_names import UNITS
from utterd.stages.g2p.english_units import read_unit
from utterd.stages.g2p.normalize import normalize


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_is_read_behind_a_figure(unit: str) -> None:
    assert normalize(f"some 7 {unit}, then", "en-us")[1].text == f"7 {UNITS[unit][1]}"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [("1 km", "1 kilometer"), ("-5°C", "minus 5 degrees Celsius"), ("GB", "gigabytes"), ("5 bananas", None)],
)
def test_a_measure_by_itself_is_read(written: str, spoken: str | None) -> None:
    assert read_unit(written) == spoken
