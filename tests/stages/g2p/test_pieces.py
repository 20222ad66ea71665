from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.g2p.pieces import LONGEST_PIECE, Saying, pack
from utterd.stages.g2p.symbols import phonemes_of


def saying(phonemes: str, start: int = 0, *, space_after: bool = True, is_word: bool = True) -> Saying:
    return Saying(
        phonemes=phonemes,
        char_start=start,
        char_end=start + len(phonemes),
        is_word=is_word,
        space_after=space_after,
    )


def words_in_a_row(count: int, length: int, mark_every: int = 0) -> list[Saying]:
    sayings = []
    for index in range(count):
        marked = mark_every and (index + 1) % mark_every == 0
        sayings.append(saying("a" * length, index * 100, space_after=not marked))
        if marked:
            sayings.append(saying(",", index * 100 + 99, is_word=False))
    return sayings


def test_words_are_parted_by_single_spaces_and_none_at_the_ends() -> None:
    (piece,) = pack([saying(" ab  c ", 0), saying("d", 10), saying(".", 20, is_word=False)])
    assert phonemes_of(piece.tokens) == "ab c d ."
    assert [(word.token_start, word.token_end) for word in piece.words] == [(0, 4), (5, 6)]


def test_marks_alone_make_no_piece() -> None:
    assert pack([saying("—", is_word=False), saying(".", is_word=False)]) == ()
    assert pack([]) == ()


def test_a_long_unit_is_cut_behind_a_clause() -> None:
    first, second = pack(words_in_a_row(60, 10, mark_every=25))
    assert phonemes_of(first.tokens).endswith("a,")
    assert len(first.words) == 25
    assert second.words[0].token_start == 0


def test_without_clauses_it_is_cut_between_words() -> None:
    pieces = pack(words_in_a_row(120, 10))
    assert [len(piece.words) for piece in pieces] == [46, 46, 28]
    assert all(phonemes_of(piece.tokens).strip() == phonemes_of(piece.tokens) for piece in pieces)


def test_a_word_too_long_for_a_piece_is_cut_and_named_once() -> None:
    pieces = pack([saying("a" * 1200)])
    assert [len(piece.tokens) for piece in pieces] == [510, 510, 180]
    assert [len(piece.words) for piece in pieces] == [1, 0, 0]
    assert pieces[0].words[0].token_end == 510


@given(st.lists(st.tuples(st.text("ab ,.ˈ", max_size=700), st.booleans(), st.booleans()), max_size=12))
def test_pieces_are_full_at_most_and_words_lie_within_them(parts: list[tuple[str, bool, bool]]) -> None:
    sayings = [
        saying(text + "a" * is_word, index * 1000, space_after=space, is_word=is_word)
        for index, (text, space, is_word) in enumerate(parts)
    ]
    pieces = pack(sayings)
    for piece in pieces:
        assert 1 <= len(piece.tokens) <= LONGEST_PIECE
        ends = [0, *(word.token_end for word in piece.words)]
        assert all(end <= word.token_start < word.token_end for end, word in zip(ends, piece.words, strict=False))
        assert ends[-1] <= len(piece.tokens)
    words = [word.char_start for piece in pieces for word in piece.words]
    assert words == [s.char_start for s in sayings if s.is_word and pieces]
    kept = "".join(phonemes_of(piece.tokens) for piece in pieces).replace(" ", "")
    assert kept == ("".join(s.phonemes for s in sayings).replace(" ", "") if pieces else "")
