"""Every language but English: eSpeak, phrase by phrase, in misaki's spelling of its sounds.

A phrase is what stands between two marks: eSpeak binds its words together (les amis → lez ami), and the marks, which
it would swallow, are put back as they were.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from utterd.stages.g2p.alignment import align
from utterd.stages.g2p.espeak_voices import EspeakVoices
from utterd.stages.g2p.phonemizer import Word
from utterd.stages.g2p.scripts import LATIN, script_runs
from utterd.stages.g2p.symbols import PUNCTUATION

_MARKS: Final = ';:,.!?—–…"()“”'
_TOKEN: Final = re.compile(
    rf"""(?P<word> (?<![\d.,]) \d{{1,3}} (?:[ ]\d{{3}})+ (?![\w.,]\d|\w)           # 1 000 000
                 | (?: [^\s{_MARKS}] | (?<=\d)[.,:](?=\d) | (?<=[^\W\d_])\.(?=[^\W\d_]) )+ )
       | (?P<mark> \S )""",
    re.VERBOSE,
)
_VOICES_SCRIPT: Final = {"hi": "hi"}
"""Voices whose own letters are not Latin, and the script they read."""


class EspeakPhonemizer:
    """A `Phonemizer` for the language of one eSpeak voice."""

    def __init__(self, espeak: EspeakVoices, voice: str) -> None:
        self._espeak = espeak
        self._voice = voice
        self._own_scripts = (LATIN, _VOICES_SCRIPT.get(voice, LATIN))
        self._quote_is_open = False

    def phonemize(self, text: str) -> list[Word]:
        self._quote_is_open = False
        words: list[Word] = []
        phrase: list[re.Match[str]] = []
        for match in _TOKEN.finditer(text):
            if match["word"] and any(map(str.isalnum, match[0])) and self._is_own(match[0]):
                phrase.append(match)
                continue
            words += self._say_phrase(phrase)
            phrase = []
            words.append(self._say_foreign(match) if match["word"] else self._say_mark(match))
        words += self._say_phrase(phrase)
        return words

    def _is_own(self, written: str) -> bool:
        return written.isascii() or all(script in self._own_scripts for script, _ in script_runs(written))

    def _say_mark(self, match: re.Match[str]) -> Word:
        mark = "—" if match[0] == "–" else match[0]
        if mark == '"':
            mark = "”" if self._quote_is_open else "“"
            self._quote_is_open = not self._quote_is_open
        return _word([match], mark if mark in PUNCTUATION else "")

    def _say_foreign(self, match: re.Match[str]) -> Word:
        """A word in other letters, or a sign without any."""
        if match[0] in ("-", "–"):
            return _word([match], "—")
        return _word([match], self._espeak.say_foreign_word(match[0]) or self._espeak.say(match[0], self._voice))

    def _say_phrase(self, phrase: Sequence[re.Match[str]]) -> Iterator[Word]:
        if not phrase:
            return
        written = [match[0] for match in phrase]
        spoken = self._espeak.say(" ".join(written), self._voice).split()
        for group in align(written, spoken, lambda word: self._espeak.say(word, self._voice)):
            matches = phrase[group.first : group.last]
            phonemes = " ".join(spoken[group.spoken_first : group.spoken_last])
            yield _word(matches, phonemes or self._espeak.say(" ".join(m[0] for m in matches), self._voice))


def _word(matches: Sequence[re.Match[str]], phonemes: str) -> Word:
    end = matches[-1].end()
    text = matches[-1].string
    return Word(
        phonemes=phonemes, char_start=matches[0].start(), char_end=end, space_after=text[end : end + 1].isspace()
    )
