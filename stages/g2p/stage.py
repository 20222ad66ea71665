"""TextChunk → PhonemeChunk: the work of the g2p process, without any I/O."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from utterd.stages.chunks import Chunk, Dropped, Instruction, PhonemeChunk, Speaking, TextChunk
from utterd.stages.g2p.detect import UnitLanguages
from utterd.stages.g2p.dropped import find_dropped
from utterd.stages.g2p.emphasis import emphasise
from utterd.stages.g2p.languages import AUTO, normalise_language
from utterd.stages.g2p.lexicon import Lexicon
from utterd.stages.g2p.lexicon_reading import Reading, read_unit
from utterd.stages.g2p.normalize import Span, normalize
from utterd.stages.g2p.phonemizer import Phonemizer, phonemize_given
from utterd.stages.g2p.pieces import Saying, pack
from utterd.stages.g2p.sayings import end_with_mark, place, without_lead, without_silence
from utterd.stages.g2p.spoken import join_spans
from utterd.stages.reports import UnitPhonemized
from utterd.stages.work import Reporter

PhonemizerMaker = Callable[[str], Phonemizer]
"""Makes the phonemizer of a language."""

_WARM_UP: Final = "Xyzzy says: hello, world."


class G2p:
    """A `Stage`. Keeps a phonemizer for each language it has met. One thread only."""

    def __init__(
        self,
        make_phonemizer: PhonemizerMaker,
        lexicon: Lexicon | None = None,
        languages: UnitLanguages | None = None,
    ) -> None:
        self._make_phonemizer = make_phonemizer
        self._phonemizers: dict[str, Phonemizer] = {}
        self._lexicon = lexicon or Lexicon()
        self._languages = languages or UnitLanguages()

    @classmethod
    def open(cls, language: str = "en-us", lexicon_file: Path | None = None) -> "G2p":
        """A stage that has spoken `language` once already, so that the first unit finds everything loaded.

        Args:
            language: `auto` makes it ready to detect languages, and to speak English.
            lexicon_file: the user's own; may be absent.

        Raises:
            UnknownLanguage: see `languages`.
        """
        stage = cls(Phonemizers(), Lexicon(lexicon_file))
        if language == AUTO:
            stage._languages.load()
        spoken = normalise_language("en-us" if language == AUTO else language)
        stage._lexicon.for_unit(spoken)
        stage._phonemizer(spoken).phonemize(join_spans(normalize(_WARM_UP, spoken)).text)
        return stage

    def process(self, chunk: TextChunk, report: Reporter | None = None) -> Iterator[PhonemeChunk]:
        """Exactly one PhonemeChunk, under the same header; it is reported first."""
        trace = {**chunk.trace, "g2p_start": time.monotonic_ns()}
        speaking = self._speaking(chunk)
        sayings, dropped = self._say(chunk, speaking)
        pieces = pack(sayings)
        trace["g2p_end"] = time.monotonic_ns()
        if report:
            report(
                UnitPhonemized(
                    lane=chunk.speaking.lane,
                    utterance_id=chunk.header.utterance_id,
                    sequence=chunk.header.sequence,
                    dropped=dropped,
                    is_silent=not pieces,
                )
            )
        yield PhonemeChunk(
            header=chunk.header,
            speaking=speaking,
            pieces=pieces,
            dropped=dropped,
            pause=chunk.pause,
            first_frame=chunk.first_frame,
            from_char=chunk.from_char,
            pause_ms=chunk.pause_ms,
            marks=chunk.marks,
            trace=trace,
        )

    def resume(self, chunk: TextChunk, sent: Chunk | None) -> TextChunk:
        """A unit is said in one go: after an interruption, again."""
        return chunk

    def interrupt(self) -> None:
        """Nothing to abort: a unit takes a millisecond."""

    def _phonemizer(self, language: str) -> Phonemizer:
        if language not in self._phonemizers:
            self._phonemizers[language] = self._make_phonemizer(language)
        return self._phonemizers[language]

    def _speaking(self, chunk: TextChunk) -> Speaking:
        """As the chunk says; where the language is to be found out, with it and its voice."""
        speaking = chunk.speaking
        if speaking.language != AUTO:
            return speaking
        if not speaking.voices:
            return replace(speaking, language="en-us")
        language = self._languages.language_of(chunk)
        return replace(speaking, language=language, voice=dict(speaking.voices)[language])

    def _say(self, chunk: TextChunk, speaking: Speaking) -> tuple[list[Saying], tuple[Dropped, ...]]:
        """What is said of the unit, and what is not, with their places in the utterance."""
        start = chunk.char_start
        instructions = [_moved(instruction, -start) for instruction in chunk.instructions]
        reading = self._read(chunk.text, speaking, instructions)
        words = phonemize_given(self._phonemizer(speaking.language), reading.spoken.text, reading.given)
        sayings = emphasise(list(place(words, reading.spoken)), instructions)
        dropped = find_dropped(chunk.text, reading.spans, sayings)
        sayings = without_lead(without_silence(sayings))
        end_with_mark(sayings, chunk.pause)
        return (
            [replace(s, char_start=s.char_start + start, char_end=s.char_end + start) for s in sayings],
            tuple(replace(d, char_start=d.char_start + start, char_end=d.char_end + start) for d in dropped),
        )

    def _read(self, text: str, speaking: Speaking, instructions: list[Instruction]) -> Reading:
        """Args: instructions: in code points of `text`."""
        language = speaking.language
        others = [instruction for instruction in instructions if instruction.kind != "emphasis"]

        def normalize_unit(text: str) -> list[Span]:
            return normalize(text, language, profile=speaking.profile, instructions=others)

        index = self._lexicon.for_unit(language, speaking.project)
        return read_unit(text, language, index, instructions, normalize_unit)


class Phonemizers:
    """Makes the real phonemizers; all of them share one eSpeak."""

    def __init__(self) -> None:
        from utterd.stages.g2p.espeak_voices import EspeakVoices  # not before it is needed: 0.1 s

        self._espeak = EspeakVoices()

    def __call__(self, language: str) -> Phonemizer:
        if language.startswith("en"):
            from utterd.stages.g2p.english import EnglishPhonemizer

            return EnglishPhonemizer(self._espeak, british=language == "en-gb")
        from utterd.stages.g2p.espeak import EspeakPhonemizer

        return EspeakPhonemizer(self._espeak, language)


def _moved(instruction: Instruction, characters: int) -> Instruction:
    return replace(
        instruction,
        char_start=instruction.char_start + characters,
        char_end=instruction.char_end + characters,
    )
