import pytest

from utterd.stages.g2p.languages import LANGUAGES
from utterd.stages.g2p.other_dates import say_date


@pytest.mark.parametrize("language", [name for name in LANGUAGES if not name.startswith("en")])
def test_every_month_has_a_name(language: str) -> None:
    assert len({say_date(language, 2024, month, 2) for month in range(1, 13)}) == 12


def test_there_is_no_thirteenth_month() -> None:
    assert say_date("es", 2024, 13, 1) is None


def test_the_first_is_an_ordinal_where_people_say_it_so() -> None:
    assert say_date("fr-fr", 2024, 1, 1) == "premier janvier 2024"
    assert say_date("es", None, 1, 1) == "1 de enero"
