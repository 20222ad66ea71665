import pytest

from utterd.stages.g2p.kinds import CAPITAL, DIGIT, HUMP, INNER_STOP, PICTURE, ROMAN, kinds_in

NAMED = {CAPITAL, DIGIT, HUMP, INNER_STOP, PICTURE, ROMAN}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("plain words, no more.", set()),
        ("It is.", {CAPITAL}),
        ("a.b", {INNER_STOP}),
        ("7", {DIGIT}),
        ("٧", {DIGIT}),
        ("getIt", {CAPITAL, HUMP}),
        ("I am", {CAPITAL}),
        ("Part II", {CAPITAL, HUMP, ROMAN}),
        ("Act V", {CAPITAL, ROMAN}),
        ("so 😀", {PICTURE}),
    ],
)
def test_named_kinds_are_found(text: str, kinds: set[str]) -> None:
    assert kinds_in(text) & NAMED == kinds


def test_signs_stand_for_themselves() -> None:
    assert {"$", "-", "€"} <= kinds_in("$-€")
