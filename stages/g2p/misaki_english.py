"""misaki's English, adapted: nothing heavy imported, nothing downloaded, its dictionary not copied.

Import this only to speak English: it takes a fifth of a second.
"""

import importlib.resources
import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from utterd.stages.g2p.espeak_voices import EspeakVoices
from utterd.stages.g2p.stand_ins import standing_in
from utterd.stages.g2p.tokenizer import Token

# spaCy: its place is taken by a function of ours, and misaki would download a model for it. numpy: unused by us.
with standing_in("spacy", "numpy"):
    from misaki import data, en


class EnglishG2P(en.G2P):  # type: ignore[misc]  # misaki has no annotations
    """misaki's rules over our tokens, with eSpeak for words outside the dictionary.

    A token with `phonemes` is said with them.
    """

    def __init__(self, nlp: Callable[[str], Sequence[Token]], espeak: EspeakVoices, *, british: bool) -> None:
        # Not super().__init__(): it loads, or downloads, a spaCy model.
        self.version = None
        self.british = british
        self.nlp = nlp
        self.lexicon = _Lexicon(british)
        self.fallback = _Fallback(self.lexicon, espeak, british=british)
        self.unk = ""

    def tokenize(self, text: str, tokens: Sequence[str], features: dict[int, Any]) -> list[Any]:
        """misaki's tokens for ours, aliases included."""
        return [
            en.MToken(
                text=token.text,
                tag=token.tag_,
                whitespace=token.whitespace_,
                phonemes=getattr(token, "phonemes", None),
                _=en.MToken.Underscore(is_head=True, num_flags="", prespace=False, alias=token.alias),
            )
            for token in self.nlp(text)
        ]

    def add_s(self, phonemes: str) -> str:
        """With the ending that "s" behind an apostrophe has here: z, s or a syllable of its own."""
        said: str = self.lexicon._s(phonemes)
        return said


class _Lexicon(en.Lexicon):  # type: ignore[misc]
    def __init__(self, british: bool) -> None:
        # Not super().__init__(): it copies both dictionaries and checks every entry, which takes 0.25 s and 50 MB.
        self.british = british
        self.cap_stresses = (0.5, 2)
        dialect = "gb" if british else "us"
        self.golds = _load_dictionary(f"{dialect}_gold.json")
        self.silvers = _load_dictionary(f"{dialect}_silver.json")


def _load_dictionary(name: str) -> "_Dictionary":
    return _Dictionary(json.loads(importlib.resources.files(data).joinpath(name).read_bytes()))


class _Dictionary(dict[str, Any]):
    """A word is found in lower case and with a capital, whichever of them is listed: misaki's `grow_dictionary`."""

    def __missing__(self, word: str) -> Any:
        other = self._other_case(word)
        if other is None or not dict.__contains__(self, other):
            raise KeyError(word)
        return dict.__getitem__(self, other)

    def __contains__(self, word: object) -> bool:
        return dict.__contains__(self, word) or (
            isinstance(word, str) and (other := self._other_case(word)) is not None and dict.__contains__(self, other)
        )

    def get(self, word: str, default: Any = None) -> Any:
        try:
            return self[word]
        except KeyError:
            return default

    @staticmethod
    def _other_case(word: str) -> str | None:
        if len(word) < 2:
            return None
        if word == word.lower():
            return word.capitalize()
        return word.lower() if word == word.capitalize() else None


class _Fallback:
    """What misaki calls for a word that is neither in its dictionary nor derived from one that is."""

    def __init__(self, lexicon: _Lexicon, espeak: EspeakVoices, *, british: bool) -> None:
        self._lexicon = lexicon
        self._espeak = espeak
        self._british = british

    def __call__(self, token: Any) -> tuple[str | None, int | None]:
        word = token._.alias or token.text
        if plain := _without_accents(word):
            said, rating = self._lexicon(replace(token, text=plain), en.TokenContext())
            if said:
                return said, rating
        said = self._espeak.say_foreign_word(word)
        if said is None:
            said = self._espeak.say_english_word(word, british=self._british)
        return (said, 2) if said else (None, None)


def _without_accents(word: str) -> str | None:
    """ "façade" as "facade"; but not "rosé" as "rose": a final é is a syllable, as eSpeak knows."""
    if word.isascii() or word.casefold().endswith(("é", "és", "ée", "ées")):
        return None
    plain = "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
    return plain if plain.isascii() else None
