"""Where sentences and clauses end, in plain text of any language.

Pure functions of a text and a position. Each looks only a bounded distance around the position, so that walking
through a text costs time in proportion to its length, whatever it holds.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from utterd.stages.chunks import Pause

_CLOSERS: Final = "\"'”’»)\\]}›」』】〉》*_"
"""May follow a full stop and still belong to its sentence (the last two are Markdown)."""

_SENTENCE: Final = re.compile(
    rf"""(?P<stop> (?<![.!?…؟۔])[.!?…؟۔]++ ) (?:\[\d{{1,3}}\])*+ [{_CLOSERS}]*+ (?=\s|\Z)   # [12] is a footnote
       | (?P<wide> [。！？．｡।॥]++ ) [{_CLOSERS}]*+                        # scripts that need no space after it
       | (?P<line> \r\n | [\n\r\v\f\x85\u2028\u2029] )""",
    re.VERBOSE,
)
_CLAUSE: Final = re.compile(
    rf"""(?:[;:،؛] | ,(?!\s*\d) | (?<!\d),)++ [{_CLOSERS}]*+ (?=\s)
       | (?:[!?…] | \.\.+ | \.(?=["'”’»]))++ [{_CLOSERS}]*+ (?=\s)       # "Go!" he said … and went
       | [、，；：]++ [{_CLOSERS}]*+
       | (?<=\s)[-–—]{{1,3}} (?=\s)
       | (?<=\w)—++
       | [)\]] (?=\s)
       | (?<=\S)(?=\s[(\[]\w)                                          # before a bracket""",
    re.VERBOSE,
)
_BLANK_LINE: Final = re.compile(r"(?:\r\n|[\n\r\v\x85\u2028])[^\S\n\r]*+(?:\r\n|[\n\r\v\f\x85\u2028\u2029])|[\f\u2029]")
_LIST_MARK: Final = re.compile(r"(?:[-*+•‣◦▪–]|\(?\d{1,3}[.)]|\(?[A-Za-z]\)|#{1,6})[ \t]")
_MARKDOWN_HEADING: Final = re.compile(r"\s*#{1,6}\s")
_RULE: Final = re.compile(r"(?:[-=~*_#][ \t]?){3,}\s")
_OPENERS: Final = "\"'“‘«([{¿¡‹「『【*_"

_TITLES: Final = frozenset(
    "mr mrs ms mx dr prof gen sen rep gov capt cpt lt col maj sgt cpl rev hon pres fr st mt ft messrs mme mlle sra sr "
    "dra vs v viz cf approx fig figs eq ed eds al ca aka resp incl excl e.g i.e p.ej dept est bldg tel ext".split()
)
"""Never the end of a sentence: a name, a number or the rest of the phrase follows."""
_BEFORE_NUMBERS: Final = frozenset("no nos nr núm art sec ch chap vol p pp pg pt par ver op min max".split())
"""Abbreviations before a number, and otherwise words or ends of sentences."""
_OFTEN_LAST: Final = frozenset(
    "etc inc ltd co corp jr sr ave rd blvd sq jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu "
    "thur thurs fri sat sun bros assn univ govt intl".split()
)
"""Abbreviations that may stand at the end of a sentence."""
_NEXT_WORD: Final = re.compile(r"[^\W_]*")
_ITEM_NUMBER: Final = re.compile(r"\d{1,3}[a-z]?|[\d.]{1,5}|[A-Za-z]|[IVXLC]+")
_DOTTED: Final = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
STARTERS: Final = frozenset(
    "The A An This That These Those It He She We They I You There Here Then But And So In On At By For From With When "
    "While After Before If As However Now What Who Why How Where My Our His Her Their Its Your Let Not No Yes Please "
    "Once Since Although Because Both Each Every Some Many Most All One Two Or Nor Also Later Today".split()
)
"""Words whose capital, after an abbreviation, says that a sentence begins."""
LETTERED: Final = frozenset(
    "plan vitamin type grade hepatitis group class option section part appendix exhibit point team block gate level "
    "drive column row answer question step phase figure table".split()
)
"""Behind one of these a single letter is a name of its own, not an initial."""
_RUNNING_ON: Final = frozenset(
    "a an the and or but of in on at by for from with to into as is are was were be been that which who his her its "
    "their my your our this these those y o de la el los las en que e il lo di da le les des du et ou à um uma "
    "do da".split()
)
"""Last words of a line that cannot be the last of anything else."""
_VOWELS: Final = frozenset("aeiouyáéíóúàèìòùâêôãõäöü")


class Boundary(NamedTuple):
    """The end of a sentence."""

    end: int
    """Behind its last mark or closing quote, before any whitespace."""
    pause: Pause


def find_sentence_end(text: str, start: int, limit: int) -> Boundary | None:
    """The first end of a sentence, heading or list item after `start`, if it is found before `limit`."""
    position = start
    while match := _SENTENCE.search(text, position, limit):
        begin, end = match.span()
        if match["line"]:
            if pause := _line_pause(text, begin, end):
                return Boundary(begin, pause)
        elif end == limit < len(text) and not text[end].isspace():
            return None  # the run of marks goes on behind the limit
        elif match["wide"] or _ends_sentence(text, match.span("stop"), end):
            return Boundary(end, "paragraph" if _BLANK_LINE.search(text, end, _skip_space(text, end)) else "sentence")
        position = end
    return None


def find_clause_ends(text: str, start: int, limit: int) -> Iterator[int]:
    """Where a clause of the sentence at `start` may be cut off, in order, all of them before `limit`."""
    for match in _CLAUSE.finditer(text, start, limit):
        if match.end() > start:
            yield match.end()


def _skip_space(text: str, position: int, reach: int = 100) -> int:
    """The first position from `position` on that is not whitespace; at most `reach` further."""
    end = min(len(text), position + reach)
    while position < end and text[position].isspace():
        position += 1
    return position


def _ends_sentence(text: str, stop: tuple[int, int], end: int) -> bool:
    """Do the marks `stop` and the closing quotes up to `end`, with whitespace after them, end a sentence?"""
    following = _skip_space(text, end)
    while following < len(text) and following < end + 110 and text[following] in _OPENERS:
        following += 1
    if following >= len(text):
        return True
    marks = text[slice(*stop)]
    follows_small = text[following].islower()
    if (follows_small and end > stop[1]) or text[following] in ".…":
        return False  # “Go!” he said. Or dots with spaces between
    if "!" in marks or "?" in marks:
        return True
    if len(marks) > 1 or marks == "…":
        return not follows_small
    return marks != "." or _dot_ends_sentence(text, stop[0], following)


def _dot_ends_sentence(text: str, dot: int, following: int) -> bool:
    word = _word_before(text, dot)
    name = word.casefold()
    next_word = _NEXT_WORD.match(text, following, following + 20)
    assert next_word is not None
    starts_sentence = next_word[0] in STARTERS and text[next_word.end() : next_word.end() + 1] != "."
    if not word:
        return not text[following].islower()
    if _ITEM_NUMBER.fullmatch(word) and _begins_line(text, dot - len(word)):
        return False  # of a list
    if name in _TITLES:
        return name == "st" and starts_sentence
    if name in _BEFORE_NUMBERS:
        return not text[following].isdigit() and (name == "no" or not text[following].islower())
    if name in _OFTEN_LAST and (word[0].isupper() or name in ("etc", "inc", "ltd", "co", "corp", "ave", "rd")):
        return starts_sentence or (name == "etc" and text[following].isupper())
    if len(word) == 1 and _word_before(text, dot - 2).casefold() in LETTERED:
        return True
    if _DOTTED.fullmatch(word) or (len(word) == 1 and word.isalpha() and word != "I"):
        return starts_sentence
    if text[following].islower():
        return word.isalpha() and len(word) > 1 and not _VOWELS.isdisjoint(name)
    return True


def _word_before(text: str, position: int) -> str:
    """The run of characters before `position`, back to a space, quote or bracket; its last 20 at most."""
    return re.split(r"[\s\"'“‘«(\[{/—–]", text[max(0, position - 20) : position])[-1]


def _begins_line(text: str, position: int) -> bool:
    """Is there only whitespace between `position` and the start of its line?"""
    before = text[max(0, position - 20) : position].rstrip(" \t")
    return before[-1] in "\n\r" if before else position < 20


def _line_pause(text: str, begin: int, end: int) -> Pause | None:
    """What the line break `[begin, end)` means: None for a line that only wrapped."""
    following = _skip_space(text, end)
    if following >= len(text) or text[following].isspace():
        return None
    if _BLANK_LINE.search(text, begin, following):
        return "paragraph"
    line, next_line = _line_ending_at(text, begin), text[following : following + 100].splitlines()[0]
    if not line:
        return None
    if _MARKDOWN_HEADING.match(line) or _RULE.match(text, following, following + 100):
        return "paragraph"
    if _LIST_MARK.match(next_line):
        return "sentence"
    if _is_wrapped(line, next_line):
        return None
    return "paragraph" if _is_heading(text, begin - len(line), line) else "sentence"


def _line_ending_at(text: str, end: int) -> str:
    """The line that ends at `end`: its last 100 characters at most."""
    lines = text[max(0, end - 100) : end].splitlines()
    return lines[-1] if lines else ""


def _is_wrapped(line: str, next_line: str) -> bool:
    """Does a sentence run on from `line` into `next_line`?"""
    plain = line.strip()
    if len(plain) > 60 or not next_line or next_line[0].islower() or plain[-1:] in ",;:-–—(/\\&":
        return True
    last_word = plain.rpartition(" ")[2].casefold()
    if last_word in _RUNNING_ON:
        return True
    # A line was filled if the next word would not have fitted; too narrow a column was not filled at all.
    width = max(len(plain), len(next_line.rstrip()))
    return width >= 30 and len(plain) + 1 + len(next_line.split(None, 1)[0]) > width


def _is_heading(text: str, begin: int, line: str) -> bool:
    """Is the short line at `begin` alone above its paragraph, without a mark at its end?"""
    before = text[max(0, begin - 100) : begin]
    stands_first = not before.strip() and begin < 100
    return (stands_first or bool(_BLANK_LINE.search(before[-4:]))) and line.rstrip()[-1:].isalnum()
