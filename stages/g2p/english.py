"""English: misaki's dictionary and rules, eSpeak for what they do not know, and an eye on every character."""

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from utterd.stages.g2p.espeak_voices import EspeakVoices
from utterd.stages.g2p.heteronyms import sound_alikes
from utterd.stages.g2p.misaki_english import EnglishG2P
from utterd.stages.g2p.phonemizer import Word
from utterd.stages.g2p.symbols import is_sound, speakable
from utterd.stages.g2p.tagger import tag_words
from utterd.stages.g2p.tokenizer import Token, tokenize

SPACY_MODEL: Final = "en_core_web_sm"
Pipeline = Callable[[str], list[Token]]
"""Tokens with their parts of speech, as spaCy makes them."""


class EnglishPhonemizer:
    """A `Phonemizer` for American or British English."""

    def __init__(self, espeak: EspeakVoices, *, british: bool, pipeline: Pipeline | None = None) -> None:
        self._espeak = espeak
        self._british = british
        self._g2p = EnglishG2P(pipeline or find_pipeline(), espeak, british=british)

    def phonemize(self, text: str) -> list[Word]:
        _, tokens = self._g2p(text, preprocess=False)  # preprocessing would eat Markdown links
        return list(self._words(text, tokens))

    def _words(self, text: str, tokens: Sequence[Any]) -> Iterator[Word]:
        position = 0
        for token in tokens:
            start, position = _locate(text, token.text, position)
            phonemes = speakable(token.phonemes or "")
            written = text[start:position]
            if not is_sound(phonemes) and any(map(str.isalnum, written)):
                phonemes = self._rescue(written)
            yield Word(phonemes=phonemes, char_start=start, char_end=position, space_after=bool(token.whitespace))

    def _rescue(self, written: str) -> str:
        """misaki had nothing to say: eSpeak has the last word, letter by letter if need be."""
        for attempt in (written, " ".join(written)):
            said = self._espeak.say_foreign_word(attempt)
            if said is None:
                said = self._espeak.say_english_word(attempt, british=self._british)
            if is_sound(said):
                return said
        return ""


def _locate(text: str, written: str, position: int) -> tuple[int, int]:
    """Where the next token stands: misaki keeps the order, but may lose an apostrophe or the width of a space."""
    start = -1
    for character in written:
        if character.isspace():
            continue
        position = text.index(character, position) + 1
        start = position - 1 if start < 0 else start
    return max(start, 0), position


def find_pipeline() -> Pipeline:
    """spaCy with its small English model where both are installed; else a light stand-in. Nothing is downloaded."""
    if importlib.util.find_spec("spacy") and importlib.util.find_spec(SPACY_MODEL):
        return _spacy_pipeline()
    return light_pipeline


def light_pipeline(text: str) -> list[Token]:
    """Our own tokens, tags and heteronyms."""
    tokens = tokenize(text)
    tags = tag_words([token.text for token in tokens], [bool(token.whitespace_) for token in tokens])
    for token, tag in zip(tokens, tags, strict=True):
        token.tag_ = tag
    return _with_aliases(tokens)


def _spacy_pipeline() -> Pipeline:
    import spacy

    nlp = spacy.load(SPACY_MODEL, enable=["tok2vec", "tagger"])

    def pipeline(text: str) -> list[Token]:
        tokens = [Token(t.text, t.whitespace_, t.idx, t.tag_) for t in nlp(text) if not t.text.isspace()]
        return _with_aliases(tokens)

    return pipeline


def _with_aliases(tokens: list[Token]) -> list[Token]:
    for index, alias in sound_alikes([token.text.lower() for token in tokens]).items():
        tokens[index].alias = alias
    return tokens
