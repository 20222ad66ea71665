import pytest

from utterd.stages.g2p.languages import LANGUAGES, UnknownLanguage, normalise_language


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en-us"),
        ("EN_us", "en-us"),
        ("en-GB", "en-gb"),
        ("en-AU", "en-gb"),
        ("en-CA", "en-us"),
        ("en_US.UTF-8", "en-us"),
        ("en-Latn-GB", "en-gb"),
        ("English", "en-us"),
        ("british", "en-gb"),
        (" es-419 ", "es"),
        ("español", "es"),
        ("fr", "fr-fr"),
        ("fr-CA", "fr-fr"),
        ("it_IT@euro", "it"),
        ("pt", "pt-br"),
        ("pt-PT", "pt-br"),
        ("hi-IN", "hi"),
        ("हिन्दी", "hi"),
    ],
)
def test_a_language_is_known_by_many_names(tag: str, language: str) -> None:
    assert normalise_language(tag) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_normalised_language_stays_as_it_is(language: str) -> None:
    assert normalise_language(language) == language


@pytest.mark.parametrize(
    ("tag", "guess"), [("enlish", "en-us"), ("brittish", "en-gb"), ("portugese", "pt-br"), ("xx", None), ("ja", None)]
)
def test_an_unknown_language_is_refused_with_a_guess(tag: str, guess: str | None) -> None:
    with pytest.raises(UnknownLanguage) as caught:
        normalise_language(tag)
    assert caught.value.guess == guess
    assert (guess or "en-us, en-gb, es") in str(caught.value)


@pytest.mark.parametrize("tag", ["", "-", "en-!!", "x" * 10_000, "\x00", "en us please"])
def test_nonsense_is_refused_in_a_short_sentence(tag: str) -> None:
    with pytest.raises(UnknownLanguage) as caught:
        normalise_language(tag)
    assert len(str(caught.value)) < 150
