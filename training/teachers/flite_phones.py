"""A line in flite's phones, each with the symbols of the line that it stands for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from training.lines import Line
from training.teachers.teacher import TeacherRefused
from utterd.stages.g2p.symbols import PUNCTUATION, SYMBOL_IDS, is_sound

# fmt: off
_VOWELS: Final = {
    "A": "ey", "I": "ay", "O": "ow", "W": "aw", "Y": "oy", "Q": "ow", "i": "iy", "u": "uw", "ɑ": "aa", "ɔ": "ao",
    "æ": "ae", "ɛ": "eh", "ɪ": "ih", "ʊ": "uh", "ʌ": "ah", "ə": "ax", "ɐ": "ax", "ᵊ": "ax", "ᵻ": "ih", "ɜ": "er",
    "ɚ": "er", "a": "aa", "ɒ": "aa", "o": "ao", "e": "ey",
}
_CONSONANTS: Final = {
    "b": "b", "d": "d", "f": "f", "h": "hh", "j": "y", "k": "k", "l": "l", "m": "m", "n": "n", "p": "p", "s": "s",
    "t": "t", "v": "v", "w": "w", "z": "z", "ɡ": "g", "ŋ": "ng", "ɹ": "r", "r": "r", "ʃ": "sh", "ʒ": "zh", "ð": "dh",
    "θ": "th", "ʤ": "jh", "ʧ": "ch", "T": "t", "ɾ": "t", "ʔ": "t", "x": "k",
}
# fmt: on
_STRESS: Final = "ˈˌ"
"""flite knows one degree; the secondary stress of the dictionaries is nearer to it than to none."""
_SILENT: Final = "ː\u0303"
_RHOTIC: Final = re.compile("ɜɹ|[əᵊ]ɹ(?![{}{}])".format("".join(_VOWELS), _STRESS))
"""Two symbols for flite's one phone "er". The schwa keeps its own "ax" where the ɹ begins the next syllable."""

_MARKS: Final = {"?": "?", "!": "!", ".": ".", "…": ".", ":": ":", ";": ";", "—": ",", ",": ","}
"""Those that flite pauses at, in the one it knows; the strongest first."""

_MARKS_BEHIND: Final = re.compile(f"[ {re.escape(''.join(PUNCTUATION))}]*")
_PART: Final = re.compile("[^ {0}](?:[^ ]*[^ {0}])?".format(re.escape("".join(PUNCTUATION))))
_NAMELESS: Final = "x"
"""A content word, as far as flite knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWord:
    """One word as flite is told of it."""

    name: str
    """Its spelling, by which flite knows function words."""
    phones: list[str]
    """A vowel ends with its stress, 0 or 1."""
    mark: str
    """The punctuation behind it, of those flite pauses at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One phone, and where its time goes."""

    name: str
    """As flite calls it, without stress."""
    symbols: tuple[int, ...]
    """One or two indices into `Line.phonemes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What flite is to say."""

    words: list[SpokenWord]
    phones: list[Phone]
    """Of all words."""


def write_script(line: Line) -> Script:
    """Raises TeacherRefused if flite has no phone for a symbol, or if there is nothing to say."""
    if strangers := sorted(set(line.phonemes) - SYMBOL_IDS.keys()):
        raise TeacherRefused(f"not in the table of symbols: {' '.join(strangers)}")
    words: list[SpokenWord] = []
    phones: list[Phone] = []
    for name, start, end in _find_words(line):
        spelled = list(_spell(line.phonemes, start, end))
        if not spelled:
            continue
        words.append(
            SpokenWord(name=name, phones=[phone for phone, _ in spelled], mark=_mark_after(line.phonemes, end))
        )
        phones += [Phone(name=phone.rstrip("01"), symbols=symbols) for phone, symbols in spelled]
    if not words:
        raise TeacherRefused("there is nothing to say")
    return Script(words=words, phones=phones)


def _find_words(line: Line) -> Iterator[tuple[str, int, int]]:
    """Name, start and end (in `line.phonemes`) of each word that is heard, without the marks around it."""
    start = 0
    for word in line.words:
        said = word.phonemes.strip()
        start = line.phonemes.index(said, start)
        parts = [part for part in _PART.finditer(said) if is_sound(part[0])]
        name = _name(line.spelling_of(word)) if len(parts) == 1 else _NAMELESS  # "42" is said as two words
        for part in parts:
            yield name, start + part.start(), start + part.end()
        start += len(said)


def _name(spelling: str) -> str:
    return re.sub(r"[^a-z']", "", spelling.lower().replace("’", "'")).strip("'") or _NAMELESS


def _spell(phonemes: str, start: int, end: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """flite's phones for `phonemes[start:end]`, vowels with their stress, and the symbols of each."""
    stress, index = "0", start
    while index < end:
        symbol = phonemes[index]
        if rhotic := _RHOTIC.match(phonemes, index, end):
            yield "er" + stress, (index, rhotic.end() - 1)
            stress, index = "0", rhotic.end() - 1
        elif symbol in _VOWELS:
            yield _VOWELS[symbol] + stress, (index,)
            stress = "0"
        elif symbol in _CONSONANTS:
            yield _CONSONANTS[symbol], (index,)
        elif symbol in _STRESS:
            stress = "1"
        elif symbol not in _SILENT and symbol not in PUNCTUATION:  # "U.S.A.": a mark inside a word is no pause
            raise TeacherRefused(f"flite has no phone for {symbol}")
        index += 1


def _mark_after(phonemes: str, index: int) -> str:
    behind = _MARKS_BEHIND.match(phonemes, index)
    assert behind is not None  # it matches nothing, too
    return next((told for mark, told in _MARKS.items() if mark in behind[0]), "")
