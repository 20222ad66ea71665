"""Packs words into pieces the model can take: at most 510 tokens each, cut where it is heard least."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from utterd.stages.chunks import Piece, SpokenWord
from utterd.stages.g2p.symbols import SYMBOL_IDS, token_ids

LONGEST_PIECE: Final = 510
"""Tokens: the model's 512 positions less the padding at both ends."""
_SPACE: Final = SYMBOL_IDS[" "]
_SENTENCE_ENDS: Final = frozenset(SYMBOL_IDS[mark] for mark in ".!?…")
_CLAUSE_ENDS: Final = frozenset(SYMBOL_IDS[mark] for mark in ",;:—)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Phonemes for a stretch of the original text."""

    phonemes: str
    """Symbols of the table; spaces within are allowed."""
    char_start: int
    """In code points of the utterance's text."""
    char_end: int
    is_word: bool
    """Not only a mark."""
    space_after: bool


def pack(sayings: Sequence[Saying]) -> tuple[Piece, ...]:
    """The pieces of a unit, in order. None if nothing in it is heard."""
    if not any(saying.is_word for saying in sayings):
        return ()
    tokens, words = _lay_out(sayings)
    return tuple(_cut(tokens, words))


def _lay_out(sayings: Sequence[Saying]) -> tuple[list[int], list[SpokenWord]]:
    """All tokens in a row, single spaces between words and none at the ends; and the words among them."""
    tokens: list[int] = []
    words: list[SpokenWord] = []
    for saying in sayings:
        start = len(tokens)
        for token in token_ids(saying.phonemes):
            if token != _SPACE or (tokens and tokens[-1] != _SPACE):
                tokens.append(token)
        while len(tokens) > start and tokens[-1] == _SPACE:
            tokens.pop()
        if saying.is_word:
            words.append(
                SpokenWord(
                    char_start=saying.char_start, char_end=saying.char_end, token_start=start, token_end=len(tokens)
                )
            )
        if saying.space_after and tokens and tokens[-1] != _SPACE:
            tokens.append(_SPACE)
    while tokens and tokens[-1] == _SPACE:
        tokens.pop()
    return tokens, words


def _cut(tokens: list[int], words: list[SpokenWord]) -> Iterator[Piece]:
    start = 0
    while start < len(tokens):
        end = len(tokens) if len(tokens) - start <= LONGEST_PIECE else _find_cut(tokens, words, start)
        inside = tuple(_word_in_piece(word, start, end) for word in words if start <= word.token_start < end)
        yield Piece(tokens=tuple(tokens[start:end]), words=inside)
        start = end
        while start < len(tokens) and tokens[start] == _SPACE:
            start += 1


def _find_cut(tokens: list[int], words: list[SpokenWord], start: int) -> int:
    """The last good place that leaves a full piece: after a sentence, a clause, a word, a sound."""
    furthest = start + LONGEST_PIECE
    middle = start + LONGEST_PIECE // 2
    for marks in (_SENTENCE_ENDS, _CLAUSE_ENDS):
        for end in range(furthest, middle, -1):
            if tokens[end - 1] in marks and (end == len(tokens) or tokens[end] == _SPACE):
                return end
    if between_words := [word.token_end for word in words if middle < word.token_end <= furthest]:
        return between_words[-1]
    return next((end for end in range(furthest, middle, -1) if tokens[end] == _SPACE), furthest)


def _word_in_piece(word: SpokenWord, start: int, end: int) -> SpokenWord:
    """Its tokens counted from the piece's start. A word too long for a piece is named in its first one alone."""
    return SpokenWord(
        char_start=word.char_start,
        char_end=word.char_end,
        token_start=word.token_start - start,
        token_end=min(word.token_end, end) - start,
    )
