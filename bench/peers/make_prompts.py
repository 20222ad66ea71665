"""Write the prompts: texts for engines that read, phonemes for those that take them, units for ours."""

import itertools
import string
from collections.abc import Iterator
from typing import Final

from bench.peers.prompts import CLAUSE, FIVE, LANGUAGE, MEMORY, SENTENCE, VOICE, WORDS, Prompt, opening
from bench.phonemes import SENTENCES
from bench.texts import sentences
from utterd.stages.chunks import ChunkHeader, PhonemeChunk, Speaking, TextChunk
from utterd.stages.g2p.segment import Segmenter
from utterd.stages.g2p.stage import G2p
from utterd.stages.g2p.symbols import phonemes_of

_LONG_WORDS: Final = 500
_MEMORY_TOKENS: Final = 500


def make_prompts() -> tuple[dict[str, Prompt], dict[str, str]]:
    """Prompts by name, and how each of their words is said, in lower case."""
    g2p = G2p.open(LANGUAGE)
    long = _long_text()
    said: dict[str, str] = {}
    prompts = {}
    openings = {opening(number): SENTENCES[number:] + SENTENCES[:number] for number in range(len(SENTENCES))}
    for name, text in {
        CLAUSE: SENTENCES[0][: SENTENCES[0].index(",") + 1],
        SENTENCE: SENTENCES[0],
        FIVE: " ".join(SENTENCES),
        **{name: " ".join(turned) for name, turned in openings.items()},
        WORDS: long,
    }.items():
        units = []
        for chunk in _phoneme_chunks(g2p, text):
            units.append("".join(phonemes_of(piece.tokens) for piece in chunk.pieces).strip())
            said |= _words(text, chunk)
        prompts[name] = Prompt(name=name, text=text, phonemes=" ".join(units), units=tuple(units))
    prompts[MEMORY] = _one_piece(prompts[WORDS])
    return prompts, said


def _one_piece(long: Prompt) -> Prompt:
    """As many sentences as make one run of the model of so many tokens, the last one cut off."""
    phonemes = long.phonemes[:_MEMORY_TOKENS]
    text = long.text[: round(len(long.text) * _MEMORY_TOKENS / len(long.phonemes))].rpartition(" ")[0]
    return Prompt(name=MEMORY, text=text, phonemes=phonemes, units=(phonemes,))


def _long_text() -> str:
    """Begins with the five sentences; without digits, which every engine reads in its own way."""
    supply = (each for each in sentences(seed=500) if not any(character.isdigit() for character in each))
    words = list(
        itertools.islice(
            (word for each in (*SENTENCES, *itertools.islice(supply, 100)) for word in each.split()), _LONG_WORDS
        )
    )
    return " ".join(words).rstrip(string.punctuation) + "."


def _phoneme_chunks(g2p: G2p, text: str) -> Iterator[PhonemeChunk]:
    speaking = Speaking(voice=VOICE, speed=1.0, language=LANGUAGE, lane="live")
    for unit in Segmenter(text):
        header = ChunkHeader(utterance_id=1, generation=0, sequence=unit.index, is_last=unit.is_last)
        yield from g2p.process(
            TextChunk(header=header, speaking=speaking, text=unit.text, char_start=unit.char_start, pause=unit.pause)
        )


def _words(text: str, chunk: PhonemeChunk) -> Iterator[tuple[str, str]]:
    for piece in chunk.pieces:
        for word in piece.words:
            written = text[word.char_start : word.char_end].strip(string.punctuation).lower()
            said = phonemes_of(piece.tokens[word.token_start : word.token_end]).strip(string.punctuation + " ")
            if written and said:
                yield written, said
