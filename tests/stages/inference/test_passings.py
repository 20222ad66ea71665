"""Word onsets: by the model's durations, each once, whatever windows and pieces the unit is made in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.chunks import ChunkHeader, Mark, PhonemeChunk, Piece, Speaking, SpokenWord
from utterd.stages.inference.passings import Passings, token_onsets
from utterd.stages.inference.stage import Inference
from utterd.stages.inference.synthesizer import LEAD_FRAMES, ToneSynthesizer
from utterd.stages.inference.unit import TAIL_FRAMES

TOKEN = ToneSynthesizer.FRAMES_PER_TOKEN
HEADER = ChunkHeader(utterance_id=1, generation=0, sequence=0, is_last=True)


def unit(*pieces, first_frame=0, from_char=0, marks=(), pause_ms=None) -> PhonemeChunk:
    """Each piece a list of (char_start, char_end, tokens)."""
    made = []
    for words in pieces:
        spoken, tokens = [], []
        for char_start, char_end, count in words:
            spoken.append(
                SpokenWord(
                    char_start=char_start, char_end=char_end, token_start=len(tokens), token_end=len(tokens) + count
                )
            )
            tokens += [50] * count
        made.append(Piece(tokens=tuple(tokens), words=tuple(spoken)))
    return PhonemeChunk(
        header=HEADER, speaking=Speaking(voice="tone", speed=1.0, language="en-us", lane="live"), pieces=tuple(made),
        dropped=(), pause="none", first_frame=first_frame, from_char=from_char, marks=tuple(marks), pause_ms=pause_ms,
    )  # fmt: skip


def said(chunk: PhonemeChunk):
    chunks = list(Inference(ToneSynthesizer()).process(chunk, lambda report: None))
    assert [c.ends_unit for c in chunks] == [False] * (len(chunks) - 1) + [True]
    place = chunks[0].first_frame
    for c in chunks:
        assert c.first_frame == place
        place += len(c.pcm) // 4
        for passing in c.passings:
            assert c.first_frame <= passing.frame < max(place, c.first_frame + 1) or c.ends_unit
    return chunks, [passing for c in chunks for passing in c.passings]


WORDS = [(0, 5, 3), (6, 8, 4), (9, 20, 2)]


def test_a_word_begins_where_its_first_token_does():
    _, passings = said(unit(WORDS))
    assert [p.frame for p in passings] == [0, 3 * TOKEN, 7 * TOKEN]
    assert [(p.char_start, p.char_end) for p in passings] == [(0, 5), (6, 8), (9, 20)]


def test_words_of_later_pieces_lie_behind_those_of_earlier_ones():
    _, passings = said(unit(WORDS, [(21, 25, 5)]))
    assert passings[-1].frame == 9 * TOKEN + TAIL_FRAMES


def test_a_seek_begins_shortly_before_its_word():
    chunks, passings = said(unit(WORDS, from_char=7))
    assert chunks[0].first_frame == 3 * TOKEN - LEAD_FRAMES
    assert [p.char_start for p in passings] == [6, 9]


def test_a_seek_into_a_later_piece_makes_nothing_of_the_earlier():
    chunks, passings = said(unit(WORDS, [(21, 25, 5)], from_char=21))
    assert chunks[0].first_frame == 9 * TOKEN + TAIL_FRAMES
    assert [p.char_start for p in passings] == [21]


def test_a_seek_behind_the_last_word_still_ends_the_unit():
    chunks, passings = said(unit(WORDS, from_char=20))
    assert not passings
    assert len(chunks) == 1


def test_what_was_passed_before_a_restart_is_not_passed_again():
    _, passings = said(unit(WORDS, first_frame=3 * TOKEN + 1))
    assert [p.char_start for p in passings] == [9]
    _, passings = said(unit(WORDS, first_frame=3 * TOKEN))
    assert [p.char_start for p in passings] == [6, 9]


def test_marks_are_passed_with_the_word_behind_them_and_the_last_ones_at_the_end():
    marks = [Mark(char_start=6, name="middle"), Mark(char_start=20, name="end")]
    _, passings = said(unit(WORDS, marks=marks))
    assert [(p.mark, p.char_start) for p in passings] == [("", 0), ("middle", 6), ("", 6), ("", 9), ("end", 20)]


def test_a_pause_asked_for_in_milliseconds_is_that_long():
    chunks, _ = said(unit(WORDS, pause_ms=1000))
    sound_frames = sum(len(c.pcm) // 4 for c in chunks)
    assert sound_frames == 9 * TOKEN + 24_000


def test_a_model_without_durations_gives_each_token_the_same_time():
    assert token_onsets(4, None, 1000).tolist() == [0, 250, 500, 750, 1000]
    assert token_onsets(2, np.array([10, 20, 30, 5]), 65).tolist() == [10, 30, 60]


@given(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=5), min_size=1, max_size=3), st.data())
def test_each_word_is_passed_once_and_in_order_wherever_one_begins(counts, data):
    pieces, char = [], 0
    for piece in counts:
        pieces.append([(char + 3 * i, char + 3 * i + 2, count) for i, count in enumerate(piece)])
        char += 3 * len(piece)
    from_char = data.draw(st.integers(0, char))
    _, passings = said(unit(*pieces, from_char=from_char))
    words = [word for piece in pieces for word in piece]
    assert [p.char_start for p in passings] == [start for start, end, _ in words if end > from_char or from_char == 0]
    assert sorted(p.frame for p in passings) == [p.frame for p in passings]


def test_nothing_is_taken_twice():
    passed = Passings(unit(WORDS))
    assert passed.take(100, is_last=True) == ()


def test_a_long_pause_comes_in_windows_that_fit_into_a_slot():
    chunks, _ = said(unit(WORDS, pause_ms=10_000))
    assert max(len(c.pcm) for c in chunks) <= 96_000
    assert sum(len(c.pcm) // 4 for c in chunks) == 9 * TOKEN + 240_000


def test_a_break_where_nothing_is_said_is_silence():
    chunks, _ = said(unit(pause_ms=1500))
    assert sum(len(c.pcm) // 4 for c in chunks) == 36_000
