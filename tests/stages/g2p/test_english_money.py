import pytest

from utterd.stages.g2p.normalize import normalize


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("$5", "5 dollars"),
        ("$1.10", "1 dollar and 10 cents"),
        ("£0.01", "1 penny"),
        ("¥1.5", "1 point 5 yen"),
        ("$1.999", "1 point 9 9 9 dollars"),
        ("A$20", "20 Australian dollars"),
        ("+$5", "plus 5 dollars"),
        ("1.5M EUR", "1 point 5 million euros"),
        ("JPY 5,000", "5,000 yen"),
        ("a $20 bill", "a 20 dollar bill"),
        ("a $20 of", "a 20 dollars of"),
        ("the $20 bill", "the 20 dollar bill"),
        ("the $20 he owes", "the 20 dollars he owes"),
        ("$x", "dollar x"),
    ],
)
def test_sums_are_read_with_their_coins(written: str, spoken: str) -> None:
    assert "".join(span.text for span in normalize(written, "en-us")) == spoken
