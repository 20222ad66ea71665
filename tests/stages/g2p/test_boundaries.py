"""Where sentences end, told by hand: "|" marks each end within the text."""

import pytest

from utterd.stages.g2p.boundaries import find_clause_ends, find_sentence_end

SENTENCES = [
    # plain
    "One.| Two!| Three?| Four",
    "What?!| No way!!!| Really?!?| Yes.",
    "hi there!| how are you?| i am fine.| thanks",
    # titles and names
    "Dr. Smith met Mr. and Mrs. Jones.| Prof. Lee came too.",
    "J. R. R. Tolkien wrote it.| George W. Bush did not.| F. Scott Fitzgerald did.",
    "Take plan B.| Then go.",
    "He got vitamin C.| John got none.",
    "So am I.| Then we went.",
    "St. Mary lives in St. Louis.| Mt. Everest is high.",
    "Messrs. Black vs. White, et al. in the U.S. Army.| End.",
    # abbreviations that may end a sentence
    "Bring pens, paper, etc.| The rest is here.",
    "Pens, paper, etc. are here.",
    "He works for Acme Inc. and lives well.| Acme Inc.| The company.",
    "She came at 5 p.m.| The train was late.",
    "It is 10 a.m. now.| At 5 p.m. Monday it ends.",
    "From the U.S. to the U.K. and back.| In the U.S.| They vote.",
    "On Jan. 5 and Feb. 6 it rained.| In Dec.| It snowed.",
    "See e.g. this, i.e. that, cf. those.| Fine.",
    "She has a Ph.D. in physics.",
    # numbers
    "Pi is 3.14 or so.| It costs $3.50.| Version v1.2.3 is out.",
    "In 1999.| Then 2000.",
    "See No. 5 and Fig. 3 on p. 7 of vol. 2.| No.| Nothing.",
    "He loves art.| Then he paints.",
    "At 12.30 we left.",
    # addresses
    "Go to www.example.com or mail me@example.com.| Thanks.",
    "Run main.py in src/.| Then read README.md.| Done.",
    "It is at https://example.com/a.b?c=d.e.| Look.",
    # ellipses
    "Wait...| What?",
    "Well... maybe not.",
    "Well… maybe.| Or…| Not.",
    "And so on . . . and on.| Then. . . not.",
    # quotes and brackets
    'He said "Go."| Then he left.',
    '"Go!" he said.| "Why?" she asked.',
    "“Stop.”| ‘Why?’| (Because.)| [Good.]",
    "It was (by the way!) fine.",
    "Known since 1990.[12]| Later forgotten.",
    "**Bold.**| Next.",
    # other scripts
    "你好。|我是学生！|你呢？|好",
    "「行こう。」|彼は言った。|そう",
    "नमस्ते।| आप कैसे हैं?| ठीक",
    "كيف حالك؟| بخير۔| نعم",
]


@pytest.mark.parametrize("marked", SENTENCES)
def test_sentences_end_where_a_reader_would_say(marked: str) -> None:
    text = marked.replace("|", "")
    found = []
    position = 0
    while (boundary := find_sentence_end(text, position, len(text))) and boundary.end < len(text):
        found.append(boundary.end)
        position = boundary.end
    shown = "".join("|" * (index in found) + character for index, character in enumerate(text))
    assert shown == marked


LINES = [
    ("One\n\nTwo", "paragraph"),
    ("One.\n\nTwo", "paragraph"),
    ("One.\r\n\r\nTwo", "paragraph"),
    ("One.\n  \t\nTwo", "paragraph"),
    ("One\u2029Two", "paragraph"),
    ("One.\nTwo", "sentence"),
    ("# Heading\ntext goes on", "paragraph"),
    ("Heading\n=====\ntext", "paragraph"),
    ("A Short Heading\nThe text of the chapter begins here, and it is long enough.", "paragraph"),
    ("intro:\n- one thing\n- two", "sentence"),
    ("and so\n1. First\n2. Second", "sentence"),
    ("and\n\n\nBuy milk\nCall Bob", "paragraph"),
    ("milk and\nBread", None),
    ("this line was wrapped by a program at some\ncolumn or other", None),
    ("This line was wrapped by some program, just before\nJohn, whose name would not have fitted in", None),
    ("red,\nGreen", None),
]


@pytest.mark.parametrize(("text", "pause"), LINES)
def test_a_line_break_is_a_pause_only_where_it_was_meant(text: str, pause: str | None) -> None:
    boundary = find_sentence_end(text, 0, text.index("\n" if "\n" in text else "\u2029") + 2)
    assert (boundary.pause if boundary else None) == pause


CLAUSES = [
    "one,| two;| three:| four",
    "3,000 men,| 5 women,| no children",
    "on May 5, 2024,| he| (by chance)| came",
    'he said "no,"| and left',
    "well —| that—|is -| good",
    "Go!| he said",
    "well…| maybe...| so",
    "甲、|乙，|丙；|丁",
]


@pytest.mark.parametrize("marked", CLAUSES)
def test_clauses_end_behind_their_marks(marked: str) -> None:
    text = marked.replace("|", "")
    ends = set(find_clause_ends(text, 0, len(text)))
    assert "".join("|" * (index in ends) + character for index, character in enumerate(text)) == marked
