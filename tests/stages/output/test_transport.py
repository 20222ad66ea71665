"""Back, forth and along in one utterance's sound: nothing lost, nothing made twice, the clock tells what was heard."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.chunks import AudioChunk, ChunkHeader, Passing
from utterd.stages.output.part import LEAD_FRAMES
from utterd.stages.output.track import Track
from utterd.stages.pcm import FADE_FRAMES

WORD = 1000
"""Frames of each word in these tests; its characters are [10 n, 10 n + 9)."""
UNIT = 4 * WORD


def chunk(sequence: int, first_word: int, words: int, *, is_last=False, ends_unit=True, generation=0, start=0):
    """Word n of the utterance is WORD frames that count up from 1000 n (in ten-thousandths)."""
    first_frame = start
    samples = np.arange(first_word * WORD, (first_word + words) * WORD, dtype=np.float32) / 1e4
    passings = tuple(
        Passing(frame=first_frame + n * WORD, char_start=10 * (first_word + n), char_end=10 * (first_word + n) + 9)
        for n in range(words)
    )
    header = ChunkHeader(utterance_id=1, generation=generation, sequence=sequence, is_last=is_last)
    return AudioChunk(
        header=header, first_frame=first_frame, ends_unit=ends_unit, pcm=samples.tobytes(), passings=passings
    )


def three_units(**options) -> Track:
    track = Track(1, **options)
    for sequence in range(3):
        track.add(chunk(sequence, 4 * sequence, 4, is_last=sequence == 2), lambda: None)
    return track


def places(samples: np.ndarray) -> np.ndarray:
    return np.rint(samples * 1e4).astype(int)


def next_place(track: Track) -> int:
    return int(places(track.take(1).samples)[0])


def test_frames_that_were_not_heard_are_taken_again_to_the_sample():
    track = three_units()
    track.take(UNIT + 300)
    assert track.turn_back(500) == 500
    assert track.taken_frames == UNIT - 200
    assert next_place(track) == UNIT - 200


def test_one_cannot_turn_back_behind_the_beginning():
    track = three_units()
    track.take(100)
    assert track.turn_back(500) == 100
    assert next_place(track) == 0


@pytest.mark.parametrize(("char", "word"), [(0, 0), (8, 0), (9, 1), (10, 1), (55, 5), (118, 11)])
def test_a_seek_goes_to_the_first_word_that_ends_behind_its_place(char, word):
    track = three_units()
    track.take(2 * UNIT)
    assert track.seek(char)
    assert next_place(track) == max(0, word * WORD - LEAD_FRAMES)


def test_a_seek_does_not_change_the_clock():
    track = three_units()
    track.take(UNIT)
    track.seek(0)
    assert track.taken_frames == UNIT


def test_behind_the_last_word_is_the_end():
    track = three_units()
    assert track.seek(1000)
    assert track.is_played_out


def test_what_has_not_come_yet_cannot_be_found():
    track = Track(1)
    track.add(chunk(0, 0, 4), lambda: None)
    assert not track.seek(55)
    assert track.seek(15)


def test_what_is_no_longer_kept_cannot_be_found():
    track = three_units(kept_frames=UNIT)
    track.take(3 * UNIT - 1)
    assert not track.seek(5)
    assert track.seek(55)


def test_the_room_in_the_ring_is_given_back_once_whatever_happens():
    counts = [0, 0, 0]
    track = Track(1)
    for sequence in range(3):

        def release(sequence=sequence):
            counts[sequence] += 1

        track.add(chunk(sequence, 4 * sequence, 4, is_last=sequence == 2), release)
    track.take(UNIT)
    track.seek(0)
    track.take(UNIT)
    track.seek(85)
    track.drop()
    assert counts == [1, 1, 1]


def test_the_last_frames_are_heard_again():
    track = three_units()
    track.take(UNIT + 500)
    track.seek_back(1000)
    assert next_place(track) == UNIT - 500
    track.seek_back(10**9)
    assert next_place(track) == 0


def test_words_are_passed_again_when_they_are_heard_again():
    track = three_units()
    assert [p.char_start for _, p in track.take(UNIT).passings] == [0, 10, 20, 30]
    track.seek(20)
    taken = track.take(LEAD_FRAMES + 1)
    assert [(place, p.char_start) for place, p in taken.passings] == [(LEAD_FRAMES, 20)]


def test_trimmed_sound_ends_before_a_word_and_goes_on_with_it_in_its_new_shape():
    track = three_units()
    track.take(500)
    assert track.trim(1200) == (0, 20)
    before = track.take(10**6).samples
    assert len(before) == 2 * WORD - LEAD_FRAMES - 500
    assert np.array_equal(places(before)[:-FADE_FRAMES], np.arange(500, 2 * WORD - LEAD_FRAMES - FADE_FRAMES))
    assert abs(before[-1]) < 0.001 * 1.76  # faded
    track.add(chunk(0, 2, 2, generation=1, start=777), lambda: None)
    after = track.take(10**6).samples
    assert len(after) == 2 * WORD
    assert abs(after[0]) < 0.001 * 2
    assert np.array_equal(places(after)[FADE_FRAMES:], np.arange(2 * WORD + FADE_FRAMES, 4 * WORD))
    assert not track.is_complete


def test_between_two_units_nothing_need_be_trimmed():
    track = Track(1)
    track.add(chunk(0, 0, 4), lambda: None)
    assert track.trim(10_000) == (1, 0)
    assert track.buffered_frames == UNIT


def test_little_that_is_complete_is_played_as_it_is():
    track = three_units()
    track.take(3 * UNIT - WORD)
    assert track.trim(2 * WORD) is None


def test_in_the_middle_of_a_word_with_nothing_behind_it_the_word_is_said_once_more():
    track = Track(1)
    track.add(chunk(0, 0, 2, ends_unit=False), lambda: None)
    track.take(WORD + 500)
    assert track.trim(5000) == (0, 10)


def test_after_a_seek_the_first_chunk_of_the_unit_says_where_it_begins():
    track = Track(1, sequence=2, frame=None)
    late = chunk(3, 12, 4)
    assert track.add(late, lambda: None) == []
    assert track.add(chunk(1, 4, 4), lambda: None) == []
    assert track.add(chunk(2, 10, 2, start=1234), lambda: None) == [2, 3]
    assert track.take(1).frame_end == 1235


VERBS = st.one_of(
    st.tuples(st.just("take"), st.integers(1, 3000)),
    st.tuples(st.just("turn_back"), st.integers(0, 3000)),
    st.tuples(st.just("seek"), st.integers(0, 130)),
    st.tuples(st.just("seek_back"), st.integers(0, 5000)),
)


@given(st.lists(VERBS, max_size=30))
def test_whatever_one_does_the_rest_is_played_without_gap_and_the_books_are_right(verbs):
    track = three_units(kept_frames=2 * UNIT)
    heard = 0
    for verb, amount in verbs:
        if verb == "take":
            if taken := track.take(amount):
                heard += len(taken.samples)
                assert (np.diff(places(taken.samples)) == 1).all()
        elif verb == "turn_back":
            heard -= track.turn_back(min(amount, heard))
        else:
            getattr(track, verb)(amount)
        assert track.taken_frames == heard
        assert track.buffered_frames == sum(part.left for part in track._parts[track._at :])
    rest = track.take(10**6)
    assert track.is_played_out
    if rest is not None and len(rest.samples):
        assert places(rest.samples)[-1] == 3 * UNIT - 1
        assert (np.diff(places(rest.samples)) == 1).all()
