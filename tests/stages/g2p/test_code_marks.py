import pytest

from utterd.stages.g2p.normalize import normalize


def said(text: str, language: str = "en-us") -> str:
    return " ".join("".join(span.text for span in normalize(text, language, profile="code")).split())


@pytest.mark.parametrize(
    ("code", "spoken"),
    [
        ("x == y != z", "X equals equals Y not equals Z"),
        ("f() [] {}", "F parens brackets braces"),
        ("i++; j--", "I plus plus; J minus minus"),
        ("it's the user's", "it's the user's"),
        ("vec![1]", "vec bang open bracket 1 cloze bracket"),
        ("a - b, -c", "eh minus B, dash C"),
        ("SELECT 1; -- all", "select 1; comment all"),
        ("12px 1.5f", "12 P X 1 point 5 F"),
        ("10.5e-3", "10 point 5 E minus 3"),
        ('f"{x:.2f}"', "F quote open brace X colon dot 2 F cloze brace end quote"),
    ],
)
def test_code_is_said_so_that_it_could_be_typed(code: str, spoken: str) -> None:
    assert said(code) == spoken


def test_the_end_of_a_line_is_a_pause() -> None:
    assert said("go(x)\nstop()") == "go open paren X cloze paren, stop parens"


def test_other_languages_split_names_and_name_signs_in_their_own_words() -> None:
    assert said("mi_variable = 1", "es") == "mi variable igual a 1"
