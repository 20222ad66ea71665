from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.g2p_reader import Reader, unit_chunk

from utterd.stages.chunks import Dropped, Instruction, PhonemeChunk, SpokenWord
from utterd.stages.g2p.detect import LanguageDetector, UnitLanguages
from utterd.stages.g2p.dropped import MARKS
from utterd.stages.g2p.languages import LANGUAGES, UnknownLanguage
from utterd.stages.g2p.phonemizer import LetterPhonemizer
from utterd.stages.g2p.stage import G2p
from utterd.stages.g2p.symbols import phonemes_of
from utterd.stages.reports import Report, UnitPhonemized

PARTS = st.sampled_from(
    [
        *"abcABC0123456789 .,;:!?-–—'\"()[]{}<>/\\@#$%^&*_+=~`|\n\t€£°½²éñ“”’…",
        *[
            "http://a.b ",
            "e.g. ",
            "Dr. ",
            "3:45",
            "$5 ",
            " the ",
            " read ",
            " don't ",
            "--",
            "😀",
            "❤️",
            "\u0301",
            "\u200b",
        ],
        *[
            "漢",
            "п",
            "ש",
            "ا",
            "한",
            "あ",
            "ß",
            "ﬁ",
            "①",
            "क्",
            "\u202e",
            "５",
            "🇩🇪",
            "ก",
            "𝐇",
            "\x00",
            "II",
            "it's",
            "2nd",
        ],
    ]
)
TEXTS = st.one_of(st.text(max_size=150), st.lists(PARTS, max_size=100).map("".join))


@pytest.fixture
def letters() -> G2p:
    """A stage that spells."""
    return G2p(lambda language: LetterPhonemizer())


def process(stage: G2p, text: str, **kwargs: object) -> PhonemeChunk:
    (chunk,) = stage.process(unit_chunk(text, **kwargs))  # type: ignore[arg-type]
    return chunk


def check_account(text: str, chunks: list[PhonemeChunk]) -> None:
    """Every character is a space, a mark, in a word, or dropped with a reason; words and pieces are in order."""
    told: set[int] = set()
    last_end = 0
    for chunk in chunks:
        for piece in chunk.pieces:
            assert 1 <= len(piece.tokens) <= 510
            token_end = 0
            for word in piece.words:
                assert last_end <= word.char_start < word.char_end <= len(text)
                assert token_end <= word.token_start < word.token_end <= len(piece.tokens)
                last_end, token_end = word.char_end, word.token_end
                told.update(range(word.char_start, word.char_end))
        for dropped in chunk.dropped:
            assert dropped.reason
            assert 0 <= dropped.char_start < dropped.char_end <= len(text)
            told.update(range(dropped.char_start, dropped.char_end))
    lost = [c for index, c in enumerate(text) if not (index in told or c.isspace() or c in MARKS)]
    assert lost == []


@given(TEXTS, st.sampled_from(LANGUAGES))
@settings(max_examples=300, deadline=None)
def test_every_character_is_accounted_for(reader: Reader, text: str, language: str) -> None:
    check_account(text, reader.read(text, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_words_are_all_said(reader: Reader, language: str) -> None:
    text = "Alfa bravo charlie, delta: echo-foxtrot (golf) hotel's 12 indigo juliet3 KILO Lima."
    chunks = reader.read(text, language)
    check_account(text, chunks)
    assert [dropped for chunk in chunks for dropped in chunk.dropped] == []


PATHOLOGICAL = [
    "9" * 400,
    "9 " * 200,
    "W" * 400,
    "www." * 100,
    "&" * 400,
    "½" * 400,
    "%€$" * 133,
    "mississippi " * 33,
    "http://" + "w.x/" * 95,
    "…" * 400,
    "漢" * 400,
    "١" * 400,
]


@pytest.mark.parametrize("text", PATHOLOGICAL)
@pytest.mark.parametrize("language", ["en-us", "es", "hi"])
def test_a_piece_never_has_more_than_510_tokens(reader: Reader, text: str, language: str) -> None:
    chunk = reader.chunk(text, language)
    check_account(text, [chunk])


def test_one_chunk_makes_one_chunk_under_the_same_header(letters: G2p) -> None:
    chunk = unit_chunk("hello", pause="sentence", sequence=5)
    (made,) = letters.process(chunk)
    assert (made.header, made.speaking, made.pause, made.first_frame) == (chunk.header, chunk.speaking, "sentence", 0)


def test_places_are_those_of_the_utterance(letters: G2p) -> None:
    made = process(letters, "go ܀ on", char_start=1000)
    assert made.pieces[0].words == (
        SpokenWord(char_start=1000, char_end=1002, token_start=0, token_end=2),
        SpokenWord(char_start=1005, char_end=1007, token_start=3, token_end=5),
    )
    assert made.dropped == (Dropped(char_start=1003, char_end=1004, reason="symbol without a spoken form"),)


def test_an_expansion_is_one_word_in_its_own_place(letters: G2p) -> None:
    made = process(letters, "at 3:45 pm!")
    assert [(word.char_start, word.char_end) for word in made.pieces[0].words] == [(0, 2), (3, 10)]


def test_what_the_phonemizer_cannot_say_is_dropped(letters: G2p) -> None:
    made = process(letters, "go ⟂ on ܀܀")
    assert [(d.char_start, d.char_end) for d in made.dropped] == [(3, 4), (8, 10)]


def test_a_word_that_cannot_be_said_keeps_its_neighbours_apart(letters: G2p) -> None:
    (piece,) = process(letters, "go܀ on").pieces
    assert phonemes_of(piece.tokens) == "ɡo on"


@pytest.mark.parametrize("text", ["", " \n", "...", "— “” ()", "܀", "***"])
def test_a_unit_without_sound_has_no_pieces(letters: G2p, text: str) -> None:
    assert process(letters, text, pause="sentence").pieces == ()


@pytest.mark.parametrize(
    ("text", "pause", "last"),
    [
        ("go", "none", "o"),
        ("go", "clause", ","),
        ("go", "sentence", "."),
        ("go", "paragraph", "."),
        ("go!", "sentence", "!"),
        ("go?”", "sentence", "”"),
        ("go (on)", "sentence", "."),
        ("go:", "clause", ":"),
        ("go…", "paragraph", "…"),
    ],
)
def test_a_unit_ends_with_a_mark_that_suits_its_pause(letters: G2p, text: str, pause: str, last: str) -> None:
    (piece,) = process(letters, text, pause=pause).pieces
    assert phonemes_of(piece.tokens)[-1] == last


def test_a_unit_does_not_begin_with_a_pause(letters: G2p) -> None:
    (piece,) = process(letters, "— , go").pieces
    assert phonemes_of(piece.tokens) == "ɡo"


def test_the_trace_is_kept_and_goes_on(letters: G2p) -> None:
    chunk = unit_chunk("go")
    chunk.trace["received"] = 1
    (made,) = letters.process(chunk)
    assert list(made.trace) == ["received", "g2p_start", "g2p_end"]
    assert 0 < made.trace["g2p_start"] <= made.trace["g2p_end"]
    assert chunk.trace == {"received": 1}


def test_a_unit_is_reported_with_what_was_dropped(letters: G2p) -> None:
    reports: list[Report] = []
    list(letters.process(unit_chunk("܀", sequence=4), reports.append))
    assert reports == [
        UnitPhonemized(
            lane="live",
            utterance_id=7,
            sequence=4,
            dropped=(Dropped(char_start=0, char_end=1, reason="symbol without a spoken form"),),
            is_silent=True,
        )
    ]


def test_a_phonemizer_is_made_once_for_each_language() -> None:
    made: list[str] = []

    def make(language: str) -> LetterPhonemizer:
        made.append(language)
        return LetterPhonemizer()

    stage = G2p(make)
    for language in ("es", "it", "es"):
        process(stage, "a", language=language)
    assert made == ["es", "it"]


def test_an_unknown_language_cannot_be_opened() -> None:
    with pytest.raises(UnknownLanguage):
        G2p.open("klingon")


# --- instructions, projects, and languages that are found out ---------------------------------------------------------


def words_of(chunk: PhonemeChunk, text: str) -> list[tuple[str, str]]:
    return [
        (
            text[word.char_start - 1000 : word.char_end - 1000],
            phonemes_of(piece.tokens[word.token_start : word.token_end]),
        )
        for piece in chunk.pieces
        for word in piece.words
    ]


def instructed(stage: G2p, text: str, *stretches: tuple[str, str, str], language: str = "en-us") -> PhonemeChunk:
    """The unit at 1000, with an instruction (kind, value) on the first place of each of these stretches of it."""
    instructions = tuple(
        Instruction(
            char_start=1000 + text.index(written),
            char_end=1000 + text.index(written) + len(written),
            kind=kind,
            value=value,
        )  # type: ignore[arg-type]
        for written, kind, value in stretches
    )
    chunk = replace(unit_chunk(text, language=language, char_start=1000), instructions=instructions)
    (made,) = stage.process(chunk)
    return made


@pytest.mark.parametrize(
    ("text", "written", "words"),
    [
        ("eat a tomato now", "tomato", ["eat", "a", "tomato", "now"]),
        ("at 5 km or so", "5", ["at", "5", "km", "or", "so"]),
        ("a *** b", "***", ["a", "***", "b"]),
        ("two whole words here", "whole words", ["two", "whole words", "here"]),
        ("the GitHub", "GitHub", ["the", "GitHub"]),
    ],
)
def test_a_stretch_with_phonemes_is_said_with_them_as_one_word(
    stage: G2p, text: str, written: str, words: list[str]
) -> None:
    made = instructed(stage, text, (written, "phoneme", "təˈmɑːtəʊ"))
    assert [word for word, _ in words_of(made, text)] == words
    assert dict(words_of(made, text))[written] == "təmˈɑtO"
    assert made.dropped == ()


@pytest.mark.parametrize("text", ["/0", "-0", "$0", "10:30", "0.5"])
def test_no_rule_reads_across_the_edge_of_a_stretch_with_phonemes(stage: G2p, text: str) -> None:
    instruction = Instruction(char_start=len(text) - 1, char_end=len(text), kind="phoneme", value="ˈaɪ piː")
    (chunk,) = stage.process(replace(unit_chunk(text), instructions=(instruction,)))
    said = [phonemes_of(p.tokens[w.token_start : w.token_end]) for p in chunk.pieces for w in p.words]
    assert sum(phonemes.count("I pi") for phonemes in said) == 1


def test_phonemes_are_in_the_spelling_of_the_units_language(stage: G2p) -> None:
    for language, said in (("en-gb", "təmˈɑːtQ"), ("fr-fr", "təmˈɑːtQ"), ("en-us", "təmˈɑtO")):
        made = instructed(stage, "la tomato", ("tomato", "phoneme", "təˈmɑːtəʊ"), language=language)
        assert dict(words_of(made, "la tomato"))["tomato"] == said


def test_wrong_phonemes_are_as_if_not_marked(stage: G2p) -> None:
    made = instructed(stage, "a tomato", ("tomato", "phoneme", "@"))
    assert dict(words_of(made, "a tomato"))["tomato"] == "təmˈATO"


def test_emphasis_gives_a_word_its_stress_and_takes_it(stage: G2p) -> None:
    text = "give it to the happy 5 km man"
    plain = dict(words_of(instructed(stage, text), text))
    assert (plain["the"], plain["happy"]) == ("ðə", "hˈæpi")
    made = instructed(
        stage, text, ("the", "emphasis", "strong"), ("happy", "emphasis", "reduced"), ("5 km", "emphasis", "none")
    )
    assert words_of(made, text) == [*(plain | {"the": "ðˈə", "happy": "hˌæpi"}).items()]


INSTRUCTIONS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from(["phoneme", "emphasis", "emphasis"])), max_size=4
)


@given(TEXTS, INSTRUCTIONS, st.sampled_from(LANGUAGES))
@settings(max_examples=150, deadline=None)
def test_every_character_is_accounted_for_whatever_is_instructed(
    stage: G2p, text: str, places: list[tuple[int, int, str]], language: str
) -> None:
    instructions: list[Instruction] = []
    end = 0
    for one, other, kind in sorted(places):
        if end <= one < other <= len(text):
            value = "strong" if kind == "emphasis" else "ˈaɪ piː"
            instructions.append(Instruction(char_start=one, char_end=other, kind=kind, value=value))  # type: ignore[arg-type]
            end = other
    chunk = replace(unit_chunk(text, language=language), instructions=tuple(instructions))
    made = list(stage.process(chunk))
    check_account(text, made)
    said = [phonemes_of(p.tokens[w.token_start : w.token_end]) for c in made for p in c.pieces for w in p.words]
    wanted = sum(instruction.kind == "phoneme" for instruction in instructions)
    assert sum(phonemes.count("I pi") for phonemes in said) >= wanted


def test_the_lexicon_of_a_project_counts_in_its_units_alone(stage: G2p, tmp_path: Path) -> None:
    (tmp_path / ".utterd.toml").write_text('[lexicon]\ngizmo = {ipa = "ˈzaʊ"}')
    chunk = unit_chunk("gizmo", char_start=1000)
    (made,) = stage.process(replace(chunk, speaking=replace(chunk.speaking, project=str(tmp_path / "src"))))
    assert words_of(made, "gizmo") == [("gizmo", "zˈW")]
    (made,) = stage.process(chunk)
    assert words_of(made, "gizmo") == [("gizmo", "ɡˈɪzmO")]


def test_units_are_spoken_in_their_own_languages_by_their_own_voices(stage: G2p) -> None:
    voices = (("en-us", "ann"), ("es", "ana"), ("fr-fr", "anne"), ("hi", "asha"))
    spoken = []
    texts = ["Good morning, everyone.", "Buenos días a todos.", "OK.", "Je ne sais pas encore.", "सब ठीक है।"]
    for sequence, text in enumerate(texts):
        chunk = unit_chunk(text, language="auto", sequence=sequence)
        (made,) = stage.process(replace(chunk, speaking=replace(chunk.speaking, voices=voices)))
        spoken.append((made.speaking.language, made.speaking.voice))
        assert made.speaking == replace(chunk.speaking, voices=voices, language=spoken[-1][0], voice=spoken[-1][1])
        assert made.pieces
    assert spoken == [("en-us", "ann"), ("es", "ana"), ("es", "ana"), ("fr-fr", "anne"), ("hi", "asha")]


def test_without_voices_to_choose_from_the_voice_stays_and_the_language_is_english() -> None:
    made_for: list[str] = []

    def make(language: str) -> LetterPhonemizer:
        made_for.append(language)
        return LetterPhonemizer()

    made = process(G2p(make), "Buenos días a todos.", language="auto")
    assert (made.speaking.language, made.speaking.voice) == ("en-us", "tone")
    assert made_for == ["en-us"]


def test_a_known_language_is_never_doubted() -> None:
    def refuse(text: str) -> dict[str, float]:
        raise AssertionError("nobody asked")

    stage = G2p(lambda language: LetterPhonemizer(), languages=UnitLanguages(LanguageDetector(refuse)))
    assert process(stage, "Buenos días a todos.").speaking.language == "en-us"
