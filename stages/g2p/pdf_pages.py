"""What pages add to the text on them: hyphens at line ends, page numbers, running heads. Only what one unit shows."""

import re
from typing import Final

from utterd.stages.g2p.kinds import DIGIT
from utterd.stages.g2p.readings import Reading, Rule, drop, rule

_KEEP_HYPHEN: Final = frozenset(
    "well self non ex half all cross high low long short twenty thirty forty fifty sixty seventy eighty ninety multi "
    "ill far near old new part full first second third two three four five six seven eight nine ten anti pre post semi "
    "mid so must would much".split()
)
"""In front of a line's end, these words keep their hyphen."""
_HYPHEN: Final = Reading("", dropped_because="hyphen at a line's end", joins=True)
_NUMBER: Final = "page number"
_HEAD: Final = "page header"
_PAGE: Final = r"(?:[Pp]age|[Pp]\.|[Ss]eite|[Pp]ágina|[Pp]agina)"

_GAP: Final = r"[ \t]{0,40}"
_LINE: Final = r"(?m:^)[ \t\f]{0,40}"
_END: Final = rf"{_GAP}(?m:$)"


def _read_hyphen(match: re.Match[str]) -> Reading:
    """A word cut in two, or a compound that happens to end a line."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    word = re.split(r"[\W_]", before)[-1].casefold()
    if word in _KEEP_HYPHEN:
        return Reading("-", joins=True)
    return _HYPHEN


def pdf_rules() -> tuple[Rule, ...]:
    """The rules that come before all others in a text out of pages."""
    return (
        rule(
            r"[-‐\u00ad](?<=[^\W\d_]{2}.)[ \t]{0,40}(?:\r\n|\n)[ \t]{0,40}(?=[^\W\d_])(?![A-Z])",
            _read_hyphen,
            "-‐\u00ad",
        ),
        drop(rf"{_LINE}{_PAGE}?{_GAP}\d{{1,4}}{_GAP}(?:of|de|von|/|sur){_GAP}\d{{1,4}}{_END}", _NUMBER, DIGIT),
        drop(rf"{_LINE}(?:{_PAGE}{_GAP}\d{{1,4}}|[-–—]{_GAP}\d{{1,4}}{_GAP}[-–—]|\[\d{{1,4}}\]){_END}", _NUMBER, DIGIT),
        drop(rf"(?:(?m:^)|\f){_GAP}(?!(?:19|20)\d\d)(?:\d{{1,4}}|[ivxl]{{1,6}}(?<!\bi)){_END}", _NUMBER),
        drop(rf"{_LINE}\d{{1,4}}[ \t|·•—–]{{1,9}}(?=[^\na-z]{{3,80}}(?m:$))[A-Z][^\na-z]{{2,79}}(?m:$)", _HEAD, DIGIT),
        drop(rf"{_LINE}(?=[^\na-z]{{3,90}}\d{_END})[A-Z][^\na-z\d]{{2,79}}[ \t|·•—–]\d{{1,4}}{_END}", _HEAD, DIGIT),
        drop(r"(?m:^)\f?[ \t]{0,40}arXiv:\d{4}\.\d{4,5}[^\n]{0,60}(?m:$)", _HEAD, ":"),
        drop(rf"\f(?=[^\n]{{3,80}}\n)[A-Z][^\n.!?]{{2,79}}[ \t|·•—–]\d{{1,4}}{_END}", _HEAD, "\f"),
    )
