import string

import pytest

from utterd.stages.g2p.languages import LANGUAGES
from utterd.stages.g2p.sign_names import name_character


@pytest.mark.parametrize("character", string.punctuation + string.ascii_letters + string.digits + "€…–’👍")
def test_every_sign_of_a_keyboard_has_an_english_name(character: str) -> None:
    assert name_character(character, "en-us")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_signs_of_addresses_have_names_in_every_language(language: str) -> None:
    assert all(name_character(sign, language) for sign in "./-_@,!?:;")


def test_white_space_and_marks_have_none() -> None:
    assert [name_character(sign, "en-us") for sign in " \n\u200b\u0301"] == [""] * 4
