from utterd.stages.g2p.stretches import Stretch, set_code_apart


def parts(text: str) -> list[tuple[str, str]]:
    _, stretches = set_code_apart(text, [Stretch(0, len(text), "chat")])
    return [(text[start:end], profile) for start, end, profile in stretches]


def test_inline_code_is_a_stretch_of_its_own() -> None:
    assert parts("call `f(x)` now") == [("call ", "chat"), ("f(x)", "code"), (" now", "chat")]


def test_a_fenced_block_is_code() -> None:
    assert parts("so:\n```py\nx = 1\n```\nok") == [("so:\n", "chat"), ("x = 1\n", "code"), ("\nok", "chat")]


def test_a_fence_that_names_a_language_opens_code_to_the_end() -> None:
    assert parts("```py\nx = 1") == [("x = 1", "code")]


def test_a_fence_without_a_name_and_a_partner_may_be_the_end_of_an_earlier_unit() -> None:
    assert parts("```\nand so on") == [("and so on", "chat")]


def test_marks_are_claimed_and_nothing_else() -> None:
    text = "a `b` c"
    claims, _ = set_code_apart(text, [Stretch(0, len(text), "chat")])
    assert [text[claim.start : claim.end] for claim in claims] == ["`", "`"]
