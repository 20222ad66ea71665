import pytest

from utterd.stages.g2p.normalize import normalize


def said(text: str, language: str = "en-us") -> str:
    return " ".join("".join(span.text for span in normalize(text, language, profile="chat")).split())


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("~~old~~ *new*", "old new"),
        ("| Name | Age |\n|------|-----|\n| Bob | 5 |", "Name, Age Bob, 5"),
        ("10:30:15 :+1: ok", "10 30 15 thumbs up, ok"),
        ("see [docs](https://d.io/x)[^1]", "see docs"),
        ("hello\\*there", "hello there"),
        ("if `a == b`:", "if eh equals equals B:"),
        ("||secret||", "secret"),
    ],
)
def test_marks_of_chats_are_silent_or_said(text: str, spoken: str) -> None:
    assert said(text) == spoken


def test_pictures_are_announced_in_the_language_of_the_text() -> None:
    assert said("![gato](a.png)", "es") == "imagen: gato"


def test_prose_keeps_its_bars_and_colons() -> None:
    assert ":smile:" in "".join(span.text for span in normalize(":smile:", "en-us"))
