import pytest

from utterd.stages.chunks import Instruction, InstructionKind
from utterd.stages.g2p.normalize import Span, normalize


def instructed(text: str, *instructions: Instruction, language: str = "en-us") -> list[Span]:
    return normalize(text, language, instructions=instructions)


def whole(text: str, kind: InstructionKind, value: str = "") -> Instruction:
    return Instruction(char_start=0, char_end=len(text), kind=kind, value=value)


def test_other_words_are_said_in_place_of_the_stretch() -> None:
    spans = instructed("the W3C says", Instruction(char_start=4, char_end=7, kind="sub", value="World Wide Web"))
    assert [(span.text, span.char_start, span.char_end, span.kind) for span in spans] == [
        ("the ", 0, 4, "spoken"),
        ("World Wide Web", 4, 7, "expanded"),
        (" says", 7, 12, "spoken"),
    ]


def test_the_words_of_a_substitution_are_read_as_text_themselves() -> None:
    assert instructed("far", whole("far", "sub", "5 km"))[0].text == "5 kilometers"


def test_a_substitution_by_nothing_is_dropped_with_a_reason() -> None:
    assert instructed("er", whole("er", "sub"))[0].reason == "to be left out"


def test_instructions_come_before_any_rule() -> None:
    (span,) = instructed("$5", whole("$5", "characters"))
    assert span.text == "dollar 5"


@pytest.mark.parametrize("kind", ["phoneme", "emphasis"])
def test_no_rule_reaches_over_the_edge_of_a_stretch_for_others(kind: InstructionKind) -> None:
    spans = instructed("5 km away", Instruction(char_start=0, char_end=1, kind=kind))
    assert "".join(span.text for span in spans) == "5 km away"


def test_rules_read_what_is_inside_such_a_stretch() -> None:
    spans = instructed("about 5 km away", Instruction(char_start=6, char_end=10, kind="emphasis"))
    assert [span.text for span in spans] == ["about ", "5 kilometers", " away"]


@pytest.mark.parametrize("kind", ["digits", "cardinal", "ordinal", "fraction", "date", "time", "telephone", "unit"])
def test_what_cannot_be_read_so_is_ordinary_text(kind: InstructionKind) -> None:
    text = "banana & co"
    assert [span.text for span in instructed(text, whole(text, kind, "dmy"))] == ["banana ", "and", " co"]


def test_an_instruction_outside_the_text_or_over_another_is_passed_over() -> None:
    first = Instruction(char_start=0, char_end=3, kind="sub", value="one")
    second = Instruction(char_start=2, char_end=5, kind="sub", value="two")
    beyond = Instruction(char_start=90, char_end=95, kind="sub", value="three")
    assert [span.text for span in instructed("abc def", first, second, beyond)] == ["one", " def"]
