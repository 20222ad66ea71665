"""TextChunk → PhonemeChunk: the work of the g2p process, without any I/O."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from utterd.stages.chunks import Chunk, Dropped, Pause, PhonemeChunk, TextChunk
from utterd.stages.g2p.dropped import find_dropped
from utterd.stages.g2p.languages import normalise_language
from utterd.stages.g2p.normalize import normalize
from utterd.stages.g2p.phonemizer import Phonemizer, Word
from utterd.stages.g2p.pieces import Saying, pack
from utterd.stages.g2p.spoken import SpokenText, join_spans
from utterd.stages.reports import UnitPhonemized
from utterd.stages.work import Reporter

PhonemizerMaker = Callable[[str], Phonemizer]
"""Makes the phonemizer of a language."""

_FINAL_MARK: Final[dict[Pause, str]] = {"none": "", "clause": ",", "sentence": ".", "paragraph": "."}
"""What a unit without a mark at its end is said with, so that its melody suits the pause behind it."""
_MELODIC: Final = frozenset(",.;:!?…—")
_PAUSES: Final = frozenset(",.;:!?—")
_CLOSING: Final = frozenset('"”)')
_WARM_UP: Final = "Xyzzy says: hello, world."


class G2p:
    """A `Stage`. Keeps a phonemizer for each language it has met. One thread only."""

    def __init__(self, make_phonemizer: PhonemizerMaker) -> None:
        self._make_phonemizer = make_phonemizer
        self._phonemizers: dict[str, Phonemizer] = {}

    @classmethod
    def open(cls, language: str = "en-us") -> "G2p":
        """A stage that has spoken `language` once already, so that the first unit finds everything loaded.

        Raises:
            UnknownLanguage: see `languages`.
        """
        stage = cls(Phonemizers())
        spoken = normalise_language(language)
        stage._phonemizer(spoken).phonemize(join_spans(normalize(_WARM_UP, spoken)).text)
        return stage

    def process(self, chunk: TextChunk, report: Reporter | None = None) -> Iterator[PhonemeChunk]:
        """Exactly one PhonemeChunk, under the same header; it is reported first."""
        trace = {**chunk.trace, "g2p_start": time.monotonic_ns()}
        sayings, dropped = self._say(chunk)
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
            speaking=chunk.speaking,
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

    def _say(self, chunk: TextChunk) -> tuple[list[Saying], tuple[Dropped, ...]]:
        """What is said of the unit, and what is not, with their places in the utterance."""
        language = chunk.speaking.language
        spans = normalize(chunk.text, language)
        spoken = join_spans(spans)
        sayings = list(_place(self._phonemizer(language).phonemize(spoken.text), spoken))
        dropped = find_dropped(chunk.text, spans, sayings)
        sayings = _without_lead(_without_silence(sayings))
        _end_with_mark(sayings, chunk.pause)
        start = chunk.char_start
        return (
            [replace(s, char_start=s.char_start + start, char_end=s.char_end + start) for s in sayings],
            tuple(replace(d, char_start=d.char_start + start, char_end=d.char_end + start) for d in dropped),
        )


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


def _place(words: list[Word], spoken: SpokenText) -> Iterator[Saying]:
    """The words with their places in the original; those that stand for one place are said as one."""
    pending: Saying | None = None
    for word in words:
        start, end = spoken.original(word.char_start, word.char_end)
        saying = Saying(
            phonemes=word.phonemes,
            char_start=start,
            char_end=end,
            is_word=word.is_heard,
            space_after=word.space_after,
        )
        if pending and start < pending.char_end:
            pending = _join(pending, saying)
            continue
        if pending:
            yield pending
        pending = saying
    if pending:
        yield pending


def _join(first: Saying, second: Saying) -> Saying:
    gap = " " if first.space_after else ""
    return Saying(
        phonemes=f"{first.phonemes}{gap}{second.phonemes}",
        char_start=first.char_start,
        char_end=max(first.char_end, second.char_end),
        is_word=first.is_word or second.is_word,
        space_after=second.space_after,
    )


def _without_silence(sayings: list[Saying]) -> list[Saying]:
    """Those that have phonemes; a space behind one that has none still keeps its neighbours apart."""
    kept: list[Saying] = []
    for saying in sayings:
        if saying.phonemes:
            kept.append(saying)
        elif kept and saying.space_after:
            kept[-1] = replace(kept[-1], space_after=True)
    return kept


def _without_lead(sayings: list[Saying]) -> list[Saying]:
    """Without the marks that would be a pause before the first word."""
    first = next((index for index, saying in enumerate(sayings) if saying.phonemes not in _PAUSES), len(sayings))
    return sayings[first:]


def _end_with_mark(sayings: list[Saying], pause: Pause) -> None:
    """Give the unit the mark that its pause calls for, if it ends without any."""
    last = next((s.phonemes.rstrip() for s in reversed(sayings) if not set(s.phonemes) <= _CLOSING), "")
    mark = _FINAL_MARK[pause]
    if not last or not mark or last[-1] in _MELODIC or last.rstrip('"”)')[-1:] in _MELODIC:
        return
    end = sayings[-1].char_end
    sayings[-1] = replace(sayings[-1], space_after=False)
    sayings.append(Saying(phonemes=mark, char_start=end, char_end=end, is_word=False, space_after=False))
