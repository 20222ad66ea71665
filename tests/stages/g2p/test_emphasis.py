import pytest

from utterd.stages.chunks import Instruction
from utterd.stages.g2p.emphasis import emphasise, stress
from utterd.stages.g2p.pieces import Saying


@pytest.mark.parametrize(
    ("phonemes", "strong", "reduced"),
    [
        ("ðə", "ðˈə", "ðə"),
        ("ˌɪts", "ˈɪts", "ˌɪts"),
        ("həlˈO", "həlˈO", "həlˌO"),
        ("ˌʌndəɹstˈænd", "ˌʌndəɹstˈænd", "ʌndəɹstˌænd"),
        ("fˈIv kəlˈɑməTəɹz ʌv", "fˈIv kəlˈɑməTəɹz ˈʌv", "fˌIv kəlˌɑməTəɹz ʌv"),
        ("stɹɛŋθs", "stɹˈɛŋθs", "stɹɛŋθs"),
        ("ps", "ps", "ps"),
    ],
)
def test_stress_is_raised_and_lowered(phonemes: str, strong: str, reduced: str) -> None:
    assert stress(phonemes, "strong") == stress(phonemes, "moderate") == strong
    assert stress(phonemes, "reduced") == reduced
    assert stress(phonemes, "none") == stress(phonemes, "unheard-of") == phonemes


def saying(phonemes: str, start: int, end: int, *, is_word: bool = True) -> Saying:
    return Saying(phonemes=phonemes, char_start=start, char_end=end, is_word=is_word, space_after=True)


def test_only_words_within_the_stretch_are_stressed() -> None:
    level = Instruction(char_start=2, char_end=6, kind="emphasis", value="strong")
    sayings = [saying("ə", 0, 1), saying("ə", 2, 3), saying(",", 3, 4, is_word=False), saying("ə", 5, 7)]
    sayings.append(saying("ə", 8, 9))
    assert [one.phonemes for one in emphasise(sayings, [level])] == ["ə", "ˈə", ",", "ˈə", "ə"]


def test_other_instructions_are_no_emphasis() -> None:
    mark = Instruction(char_start=0, char_end=1, kind="phoneme", value="ˈə")
    assert emphasise([saying("ə", 0, 1)], [mark]) == [saying("ə", 0, 1)]
