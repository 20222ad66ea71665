"""Voices as `say` names and lists them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

LOCALES: Final = {
    "en-us": "en_US",
    "en-gb": "en_GB",
    "es": "es_ES",
    "fr-fr": "fr_FR",
    "it": "it_IT",
    "pt-br": "pt_BR",
    "hi": "hi_IN",
}
"""Languages of the protocol, as `say -v '?'` writes them."""

_MACOS_NAMES: Final = {
    "en-us": "Agnes Alex Allison Ava Bruce Evan Fred Joelle Junior Kathy Nathan Nicky Noelle Ralph Samantha Susan Tom "
    "Vicki Victoria Zoe",
    "en-gb": "Arthur Daniel Fiona Jamie Karen Kate Lee Martha Matilda Moira Oliver Rishi Serena Stephanie Tessa Veena",
    "es": "Angélica Carlos Diego Francisca Jimena Jorge Juan Marisol Mónica Paulina Soledad",
    "fr-fr": "Amélie Audrey Aurélie Chantal Jacques Marie Nicolas Thomas",
    "it": "Alice Emma Federica Luca Paola",
    "pt-br": "Felipe Fernanda Luciana",
    "hi": "Kiyara Lekha Neel",
}
"""macOS 14's voices of our languages, under the nearest of these."""


def _folded(name: str) -> str:
    import unicodedata

    plain = unicodedata.normalize("NFD", name.partition("(")[0].strip()).casefold()
    return "".join(char for char in plain if not unicodedata.combining(char))


def language_of_macos_voice(name: str) -> str | None:
    """The language of a voice that macOS has: `Samantha`, `amelie`, `Ava (Premium)`; None if it is none of those."""
    wanted = _folded(name)
    for language, names in _MACOS_NAMES.items():
        if wanted in map(_folded, names.split()):
            return language
    return None


def list_voices(voices: Iterable[Mapping[str, Any]]) -> str:
    """As `say -v '?'`: name, locale, and behind a # what can be said of it."""
    return "\n".join(
        f"{voice.get('name', ''):<19} {LOCALES.get(voice.get('language', ''), voice.get('language', '')):<8} "
        f"# {voice.get('description', '')}"
        for voice in voices
    )
