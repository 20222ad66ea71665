"""Which languages can be spoken, and what people call them.

The daemon imports this to refuse an unknown language at once, so it stays light: no phonemes, no libraries.
"""

from typing import Final

LANGUAGES: Final = ("en-us", "en-gb", "es", "fr-fr", "it", "pt-br", "hi")
"""The names used everywhere behind `normalise_language`."""

AUTO: Final = "auto"
"""In place of one of them: g2p finds out, unit by unit, see `detect.py`."""

_NAMES: Final = {
    "en": "en-us",
    "english": "en-us",
    "american": "en-us",
    "british": "en-gb",
    "es": "es",
    "spanish": "es",
    "español": "es",
    "castellano": "es",
    "fr": "fr-fr",
    "french": "fr-fr",
    "français": "fr-fr",
    "it": "it",
    "italian": "it",
    "italiano": "it",
    "pt": "pt-br",
    "portuguese": "pt-br",
    "português": "pt-br",
    "hi": "hi",
    "hindi": "hi",
    "हिन्दी": "hi",
    "हिंदी": "hi",
}
"""First subtag, or a language's name → language. The region decides only in English."""

_AMERICAN_REGIONS: Final = frozenset({"us", "ca", "ph", "pr", "usa"})
"""English of any other region is nearer to British."""


class UnknownLanguage(ValueError):
    """A language nobody here can speak."""

    def __init__(self, language: str, guess: str | None) -> None:
        hint = f"did you mean '{guess}'?" if guess else f"known are {', '.join(LANGUAGES)}"
        super().__init__(f"no language '{language[:40]}'; {hint}")
        self.language = language
        self.guess = guess
        """The nearest language we can speak, if any is near."""


def normalise_language(tag: str) -> str:
    """One of `LANGUAGES` for a BCP 47 tag, a POSIX locale or a plain name: `EN_us`, `pt`, `fr_FR.UTF-8`, `hi-IN`.

    Raises:
        UnknownLanguage: it is none of ours.
    """
    plain = tag.strip().partition(".")[0].partition("@")[0].replace("_", "-").casefold()
    if plain in LANGUAGES:
        return plain
    name, *subtags = plain.split("-")
    language = _NAMES.get(name)
    if language is None or not all(subtag.isalnum() and len(subtag) <= 8 for subtag in subtags):
        raise UnknownLanguage(tag, _nearest(plain))
    region = next((subtag for subtag in subtags if len(subtag) in (2, 3)), "us")
    if language == "en-us" and region not in _AMERICAN_REGIONS:
        return "en-gb"
    return language


def _nearest(plain: str) -> str | None:
    import difflib  # only on the way to an error

    near = difflib.get_close_matches(plain, [*LANGUAGES, *_NAMES], n=1)
    return _NAMES.get(near[0], near[0]) if near else None
