import pytest

from utterd.stages.g2p.code_names import say_figures, say_name, split_name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("getElementById", ["get", "Element", "By", "Id"]),
        ("XMLHttpRequest", ["XML", "Http", "Request"]),
        ("MAX_VALUE", ["MAX", "VALUE"]),
        ("listURLs", ["list", "URLs"]),
        ("utf8", ["utf", "8"]),
        ("100DaysOfCode", ["100", "Days", "Of", "Code"]),
        ("naïve_été", ["naïve", "été"]),
    ],
)
def test_a_name_is_split_at_its_humps_and_figures(name: str, parts: list[str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("getElementById", "get Element By I D"),
        ("MAX_VALUE", "max value"),
        ("utf8", "U T F 8"),
        ("support123", "support 1 2 3"),
        ("report2024", "report 2024"),
        ("src", "S R C"),
        ("api", "eh P I"),
        ("usr", "user"),
        ("README", "read me"),
    ],
)
def test_a_name_is_said_in_words_and_letters(name: str, spoken: str) -> None:
    assert say_name(name) == spoken


def test_long_figures_are_said_one_by_one() -> None:
    assert [say_figures(figures) for figures in ("8080", "12345", "007")] == ["8080", "1 2 3 4 5", "0 0 7"]
