"""English: misaki's dictionary and rules, eSpeak for what they do not know, and an eye on every character."""

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from utterd.stages.g2p.espeak_voices import EspeakVoices
from utterd.stages.g2p.heteronyms import sound_alikes
from utterd.stages.g2p.misaki_english import EnglishG2P
from utterd.stages.g2p.phonemizer import Given, Word
from utterd.stages.g2p.symbols import is_sound, speakable
from utterd.stages.g2p.tagger import tag_words
from utterd.stages.g2p.tokenizer import Token, tokenize

SPACY_MODEL: Final = "en_core_web_sm"
_APOSTROPHE_S: Final = ("'s", "’s", "'S", "’S")
Pipeline = Callable[[str], list[Token]]
"""Tokens with their parts of speech, as spaCy makes them."""


@dataclass(slots=True)
class GivenToken(Token):
    """A token whose phonemes are known beforehand."""

    phonemes: str = ""


class EnglishPhonemizer:
    """A `GivenPhonemizer` for American or British English."""

    def __init__(self, espeak: EspeakVoices, *, british: bool, pipeline: Pipeline | None = None) -> None:
        self._espeak = espeak
        self._british = british
        self._pipeline = pipeline or find_pipeline()
        self._given: Sequence[Given] = ()
        self._g2p = EnglishG2P(self._tokens, espeak, british=british)

    def phonemize_given(self, text: str, given: Sequence[Given]) -> list[Word]:
        """The given words take part in the sentence: "the" before one that begins with a vowel is said as such."""
        self._given = given
        try:
            return self.phonemize(text)
        finally:
            self._given = ()

    def phonemize(self, text: str) -> list[Word]:
        _, tokens = self._g2p(text, preprocess=False)  # preprocessing would eat Markdown links
        return list(self._words(text, tokens))

    def _tokens(self, text: str) -> list[Token]:
        tokens = self._pipeline(text)
        return list(self._with_given(text, tokens)) if self._given else tokens

    def _with_given(self, text: str, tokens: list[Token]) -> Iterator[Token]:
        """One token for each given stretch, with the tag of its last word; what sticks out of it stays apart."""
        index = 0
        for given in self._given:
            tag = ""
            while index < len(tokens) and tokens[index].char_start < given.char_end:
                token = tokens[index]
                end = token.char_start + len(token.text)
                if end <= given.char_start:
                    yield token
                else:
                    if token.char_start < given.char_start:
                        yield _part(text, token, token.char_start, given.char_start)
                    tag = token.tag_
                if end > given.char_end:
                    tokens[index] = _part(text, token, given.char_end, end)
                    break
                index += 1
            phonemes, end = given.phonemes, given.char_end
            if index < len(tokens) and tokens[index].char_start == end and tokens[index].text in _APOSTROPHE_S:
                phonemes, end, index = self._g2p.add_s(phonemes), end + 2, index + 1
            yield GivenToken(
                text[given.char_start : end], _space_at(text, end), given.char_start, tag or "NN", phonemes=phonemes
            )
        yield from tokens[index:]

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


def _part(text: str, token: Token, start: int, end: int) -> Token:
    """`text[start:end]`, cut out of a token."""
    return replace(token, text=text[start:end], whitespace_=_space_at(text, end), char_start=start, alias=None)


def _space_at(text: str, place: int) -> str:
    return " " if text[place : place + 1].isspace() else ""


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
