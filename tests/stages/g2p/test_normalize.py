import time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.chunks import PROFILES, Instruction, InstructionKind, Profile
from utterd.stages.g2p.kinds import kinds_in
from utterd.stages.g2p.languages import LANGUAGES
from utterd.stages.g2p.normalize import Span, normalize
from utterd.stages.g2p.rules import rules_for, rules_of

PIECES = st.sampled_from(
    [
        *"abzAIV019 .,;:!?-–—'\"()[]{}<>/\\@#$%^&*_+=~`|\n\t\f€£°½²éñß“”’…★■",
        *["http://", "a.com", "3:45", "$5", "e.g.", "&amp;", "--", "```", "1/2", "10-15", "St.", "IV", "aB", "5 km"],
        *["\u0301", "\u200b", "😀", "❤️", "👍🏽", "👩\u200d💻", "🇫🇷", "1️⃣", "漢", "п", "क्", "①", "ﬁ", "５", "\x00"],
        *["\ud800", "\udc00", "\u202e", "\u2066", "\u200f", "\ufe0f", "\u200d", "\u00ad", "\ue000", "\ufeff"],
        *["<a b='c'>", "</p>", "<!--", "]]>", "<?xml?>", "&#x41;", ":smile:", "|---|", "0x1F", "2024-01-02", "ex-\nam"],
    ]
)
TEXTS = st.one_of(
    st.text(max_size=120),
    st.text(st.characters(categories=["Cs", "Cf", "Mn", "Nd", "Sm", "So", "Zs", "Lu"]), max_size=60),
    st.lists(PIECES, max_size=80).map("".join),
)
KINDS = st.sampled_from(get_args(InstructionKind))
VALUES = st.sampled_from(["", "dmy", "ymd", "my", "other words", "$5 & 😀", "\ud800"])


@st.composite
def instructed_texts(draw: st.DrawFn) -> tuple[str, list[Instruction]]:
    """A text, and instructions for stretches of it, in order."""
    text = draw(TEXTS)
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    edges = zip(places[::2], places[1::2], strict=False)
    return text, [
        Instruction(char_start=start, char_end=end, kind=draw(KINDS), value=draw(VALUES)) for start, end in edges
    ]


def said(text: str, language: str = "en-us") -> str:
    return " ".join("".join(span.text for span in normalize(text, language)).split())


def dropped(text: str) -> list[tuple[str, str]]:
    return [(text[s.char_start : s.char_end], s.reason) for s in normalize(text, "en-us") if s.kind == "dropped"]


@given(TEXTS, st.sampled_from(LANGUAGES), st.sampled_from(PROFILES))
def test_spans_cover_the_text_without_gaps_or_overlap(text: str, language: str, profile: Profile) -> None:
    check_spans(text, normalize(text, language, profile=profile))


@given(instructed_texts(), st.sampled_from(LANGUAGES), st.sampled_from(PROFILES))
def test_instructions_leave_no_gap_and_no_span_over_an_edge(
    instructed: tuple[str, list[Instruction]], language: str, profile: Profile
) -> None:
    text, instructions = instructed
    spans = normalize(text, language, profile=profile, instructions=instructions)
    check_spans(text, spans)
    edges = {edge for i in instructions if i.char_start < i.char_end for edge in (i.char_start, i.char_end)}
    for span in spans:
        if span.kind == "expanded":
            assert not edges & set(range(span.char_start + 1, span.char_end))


def check_spans(text: str, spans: list[Span]) -> None:
    """In order, without a gap or an overlap, each with what its kind promises."""
    ends = [0, *(span.char_end for span in spans)]
    assert [span.char_start for span in spans] == ends[:-1]
    assert ends[-1] == len(text)
    for span in spans:
        assert span.char_start < span.char_end
        if span.kind == "spoken":
            assert len(span.text) == span.char_end - span.char_start
        elif span.kind == "dropped":
            assert span.text in ("", " ")
        else:
            assert span.text
        assert (span.kind == "dropped") == bool(span.reason)


@given(TEXTS, st.sampled_from(LANGUAGES), st.sampled_from(PROFILES))
def test_no_rule_reads_anything_in_a_text_that_lacks_what_it_needs(text: str, language: str, profile: Profile) -> None:
    tried = rules_for(language, profile, kinds_in(text))
    for rule in rules_of(language, profile):
        if rule not in tried:
            assert not any(map(rule.read, rule.pattern.finditer(text))), rule.pattern.pattern


def test_a_megabyte_of_digits_is_read_digit_by_digit() -> None:
    (span,) = normalize("7" * 1_000_000, "en-us")
    assert (span.char_start, span.char_end) == (0, 1_000_000)
    assert span.text.startswith("7 7 7, 7 7 7, ")


def test_plain_words_are_one_span() -> None:
    text = "Plain words, nothing else."
    assert normalize(text, "en-us") == [Span(text=text, char_start=0, char_end=len(text), kind="spoken")]


ENGLISH = [
    # times and dates
    ("at 3:45 or 3:05", "at 3 45 or 3 oh 5"),
    ("3:45 pm, 10:00 a.m. sharp", "3 45 P.M., 10 A.M. sharp"),
    ("12:00, 15:00, 00:30, 07:30:05", "12 o'clock, 15 hundred, 0 30, 7 30 oh 5"),
    ("on 2024-01-02", "on January 2nd, 2024"),
    ("on 1/2/2024", "on January 2nd, 2024"),
    ("Jan. 5, 2024 and May 21", "January 5th, 2024 and May 21st"),
    ("5 May 2020, the 11 June", "the 5th of May 2020, the 11th of June"),
    ("May 5.5 percent", "May 5 point 5 percent"),
    # money
    ("$3.50 $3.5 $1", "3 dollars and 50 cents 3 dollars and 50 cents 1 dollar"),
    ("$0.99 $1.01 £1.01", "99 cents 1 dollar and 1 cent 1 pound and 1 penny"),
    ("$1,234.56 -$5 $5.00", "1,234 dollars and 56 cents minus 5 dollars 5 dollars"),
    ("$5 million $100k $1.5bn", "5 million dollars 100 thousand dollars 1 point 5 billion dollars"),
    ("$5-10 $5–$10 $5/month", "5 to 10 dollars 5 to 10 dollars 5 dollars per month"),
    ("20 € 3,50€ €20 ¥500", "20 euros 3 euros and 50 cents 20 euros 500 yen"),
    ("100 €/month, 5%/year", "100 euros per month, 5 percent per year"),
    ("$HOME", "dollar HOME"),
    # numbers
    ("1999 4096 1000 1,000,000", "1999 4,096 1,000 1,000,000"),
    ("007 3.14 1.50 0.5 .5", "0 0 7 3 point 1 4 1 point 5 0 0 point 5 point 5"),
    ("1,2,3", "1, 2, 3"),
    ("1.000.000 and 1.234,50", "1,000,000 and 1,234 point 5 0"),
    ("12345678901234567890", "1 2 3, 4 5 6, 7 8 9, 0 1 2, 3 4 5, 6 7 8, 9 0"),
    ("2nd 21st 1,000th 90s 1990s", "2nd 21st 1,000th 90s 1990s"),
    ("1/2 3/4 2 1/2 8/10 24/7 1½ ½", "1 half 3 quarters 2 and 1 half 8 out of 10 24 7 1 and a half one half"),
    ("10-15 10–15% 5 - 3 -5 −5 ~5", "10 to 15 10 to 15 percent 5 minus 3 minus 5 minus 5 about 5"),
    ("10^6 x^2 m³ 3**2", "10 to the power of 6 x squared m cubed 3 to the power of 2"),
    ("2*3 2 x 4 0x1F 6.02e23", "2 times 3 2 by 4 hex 1 F 6 point 0 2 times 10 to the power of 23"),
    ("16:9 1:1", "16 to 9 1 to 1"),
    ("v1.2.3 1.2.3 192.168.1.1", "version 1 point 2 point 3 1 point 2 point 3 1 92 dot 1 68 dot 1 dot 1"),
    ("555-1234 (212) 555-1234", "5 5 5, 1 2 3 4 2 1 2, 5 5 5, 1 2 3 4"),
    ("+44 20 7946 0958", "plus 4 4, 2 0, 7 9 4 6, 0 9 5 8"),
    ("#5 #fun C# C++ F#", "number 5 hashtag fun C sharp C plus plus F sharp"),
    # measures
    ("50% 20°C 90° 1°F", "50 percent 20 degrees Celsius 90 degrees 1 degree Fahrenheit"),
    ("5 km 10km 5-km 1 m", "5 kilometers 10 kilometers 5 kilometer 1 meter"),
    ("60 km/h 16GB 5 ms", "60 kilometers per hour 16 gigabytes 5 milliseconds"),
    ("5'6\" tall", "5 feet 6 inches tall"),
    # words
    ("St. John, Main St., vs. them", "Saint John, Main Street, versus them"),
    ("e.g. this, i.e. that, etc.", "for example this, that is that, etc."),
    ("Prof. Lee of Acme Inc. and Jr. staff", "Professor Lee of Acme Incorporated and Junior staff"),
    ("Fig. 3, p. 5, no. 7, No. Not no.", "figure 3, page 5, number 7, No. Not no."),
    ("J. R. R. Tolkien; Plan B. Then", "J R R Tolkien; Plan B. Then"),
    ("World War II, Henry VIII, Chapter IV. John I think", "World War 2, Henry the 8th, Chapter 4. John I think"),
    ("I/O, and/or, black/white, w/o, AT&T", "I O, and or, black slash white, without, eh T and T"),
    ("a -> b => c != d && e", "a to b to c is not equal to d and e"),
    ("x < y, a<b, 5 > 3", "x less than y, a less than b, 5 greater than 3"),
    ("on Sat., Dec. 7; on Sun.", "on Saturday, December 7th; on Sunday"),
    ("CO2, H.264, 3x faster, run()", "C O 2, H 264, 3 times faster, run"),
    ("Tom &amp; Jerry", "Tom and Jerry"),
    # addresses
    ("https://example.com/foo_bar", "example dot com slash foo underscore bar"),
    ("me@foo.co.uk", "me at foo dot co dot U K"),
    ("main.py, Node.js and os.path.join", "main dot pie, Node dot J S and O S dot path dot join"),
    ("/usr/bin and ~/a.txt", "slash user slash bin and tilde slash eh dot text"),
    (r"C:\Temp", "C colon backslash Temp"),
    ("snake_case __init__ _so_", "snake case init so"),
    ("end.Next", "end. Next"),
    # characters
    ("“q” ‘s’ — … – ‐", "“q” 's' — … – -"),
    ("ﬁne ５ ① 𝐇i cafe\u0301", "fine 5 1 Hi café"),
    ("non\u00a0breaking\u2028line", "non breaking line"),
    ("wait... no!!!!", "wait… no!"),
    ("one -- two---three", "one — two — three"),
    ("2 + 2 = 4 & 5 @ 6", "2 plus 2 equals 4 and 5 at 6"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "spoken"), ENGLISH)
def test_english_is_written_out_as_people_read_it(text: str, spoken: str) -> None:
    assert said(text) == spoken


def test_british_dates_begin_with_the_day() -> None:
    assert said("1/2/2024 and 13/2/2024 and 2/13/2024", "en-gb") == (
        "February 1st, 2024 and February 13th, 2024 and February 13th, 2024"
    )


@pytest.mark.parametrize(
    ("language", "text", "spoken"),
    [
        ("es", "12:30, $5, 50% y a@b.com", "12 30, 5 dólares, 50 por ciento y A arroba B punto com"),
        ("fr-fr", "5 € & www.a.fr", "5 euros et W W W point A point F R"),
        ("pt-br", "R$ 5,50", "5,50 reais"),
        ("it", "20°C", "20 gradi Celsius"),
        ("hi", "३.१४।", "3.14."),
        ("es", "¿Qué? ¡Sí!", "Qué? Sí!"),
    ],
)
def test_other_languages_name_signs_in_their_own_words(language: str, text: str, spoken: str) -> None:
    assert said(text, language) == spoken


DROPPED = [
    ("# Title", [("# ", "heading marker")]),
    ("- item", [("- ", "list marker")]),
    ("> quote", [("> ", "quotation marker")]),
    ("**bold** `code`", [("**", "markup"), ("**", "markup"), ("`", "markup"), ("`", "markup")]),
    ("[text](http://x.y)", [("[", "markup"), ("](http://x.y)", "target of a link")]),
    ("a <b>c</b>", [("<b>", "markup tag"), ("</b>", "markup tag")]),
    ("try --help or -v", [("--", "dashes of an option"), ("-", "dashes of an option")]),
    ("one\n-----\ntwo", [("-----", "line of marks")]),
    ("■ and ◆", [("■ ", "list marker"), ("◆", "picture without a name")]),
    ("a\u200bb\x00", [("\u200b", "invisible character"), ("\x00", "invisible character")]),
    ("\u0301 x", [("\u0301", "combining mark without a letter")]),
    ("\ue000\ud800", [("\ue000\ud800", "not a character of any script")]),
    ("a ※ b", [("※", "symbol without a spoken form")]),
    ("http://a.b/c?d=e f", [("?d=e", "query of a link")]),
]


@pytest.mark.parametrize(("text", "expected"), DROPPED)
def test_what_is_not_said_is_dropped_with_a_reason(text: str, expected: list[tuple[str, str]]) -> None:
    assert dropped(text) == expected


def test_a_dropped_picture_keeps_its_neighbours_apart() -> None:
    assert said("one◆two") == "one two"
    assert said("o\u200bne") == "one"


UNLOCK = " 0Aa. #$%&*+,-/:;<=>?@[\\]^_`{|}~\n\"'()|…–€½²★😀 a.b aB II 10:30 a@b.c http://x.y \f "
"""Something of every kind, so that every rule is tried."""
REPEATED = (
    "x|1|.|a.|a-|1,|1-|/a|_a|[|<|<a |\u0301|$|1:|- |\n|@|a@|#| |'|\"|(|`|\t|*|:|aA|IV|a b |😀|\u200d|e\u0301|1/|--- "
)


@pytest.mark.parametrize("language", ["en-us", "fr-fr"])
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("part", [*REPEATED.split("|"), "|", "| a "])
def test_no_text_takes_more_than_linear_time(part: str, profile: Profile, language: str) -> None:
    text = UNLOCK + part * (10_000 // len(part)) + UNLOCK
    normalize(UNLOCK, language, profile=profile)
    begun = time.process_time()
    normalize(text, language, profile=profile)
    assert time.process_time() - begun < 1  # some 0.03 s; a quadratic rule takes ten
