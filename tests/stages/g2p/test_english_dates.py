import pytest

from utterd.stages.g2p.english_dates import full_year, read_date, say_date, say_time


def test_two_figures_are_a_year_of_this_century_or_the_last() -> None:
    assert [full_year(figures) for figures in ("24", "49", "50", "99", "1066")] == [2024, 2049, 1950, 1999, 1066]


def test_a_date_may_lack_its_year_or_its_day() -> None:
    assert say_date(None, 5, 1) == "May 1st"
    assert say_date(2024, 5, None) == "May 2024"
    assert say_date(2024, 13, 1) is None


def test_figures_are_read_in_the_order_given() -> None:
    assert read_date(["2", "1", "24"], "dmy") == "January 2nd, 2024"
    assert read_date(["2", "1"], "dmy") is None
    assert read_date(["2024"], "y") == "2024"


@pytest.mark.parametrize(
    ("clock", "spoken"),
    [
        ((3, "05"), "3 oh 5"),
        ((10, "00", "", "a"), "10 A.M."),
        ((12, "00"), "12 o'clock"),
        ((0, "00"), "zero hundred"),
        ((7, "30", "05"), "7 30 oh 5"),
        ((25, "00"), None),
        ((13, "00", "", "p"), None),
    ],
)
def test_times_are_said_as_clocks_are_read(clock: tuple[int, str], spoken: str | None) -> None:
    assert say_time(*clock) == spoken
