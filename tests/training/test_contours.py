"""What is edited into a teacher's takes: pauses, melody, loudness; and what is left as it was."""

import numpy as np
import pytest
from rig.takes import take_of

from training import contours
from training.loudness import TARGET_LUFS, estimate_lufs
from training.parameters import CEPSTRUM, LOG_F0, VOICING
from training.phrases import phrases_of
from utterd.stages.g2p.symbols import SYMBOL_IDS


def silence_at(take, mark: str) -> int:
    """Frames from the last sound before the mark to the first after it."""
    place = int(np.flatnonzero(take.tokens == SYMBOL_IDS[mark])[0])
    first = int(take.durations[:place].sum())
    voiced = take.parameters[:, VOICING] > 0.5
    before = first - 1 - np.argmax(voiced[:first][::-1])
    return int(first + np.argmax(voiced[first:]) - before - 1)


def melody(text: str) -> tuple[np.ndarray, np.ndarray]:
    """log F0 of voiced frames, before and after."""
    take, line = take_of(text)
    voiced = take.parameters[:, VOICING] > 0.5
    edited = contours.with_melody(take, phrases_of(line))
    return take.parameters[voiced, LOG_F0], edited.parameters[voiced, LOG_F0]


@pytest.mark.parametrize("teacher_pause", [0, 4, 20, 200])
@pytest.mark.parametrize(("mark", "ms"), contours.PAUSE_MS.items())
def test_every_mark_inside_a_line_has_its_pause_whatever_the_teacher_did(mark, ms, teacher_pause):
    take, _ = take_of(f"One{mark if mark != '—' else ' —'} two.", mark=teacher_pause)
    edited = contours.with_pauses(take)
    assert silence_at(edited, mark) == ms // 5
    assert edited.durations.sum() == len(edited.parameters)


def test_a_pause_belongs_to_its_mark_and_sounds_keep_their_length():
    take, _ = take_of("“Well,” (she said) — no.")
    edited = contours.with_pauses(take)
    sounding = take.durations == 14
    assert (edited.durations[sounding] == 14).all()
    assert edited.durations[take.tokens == SYMBOL_IDS[" "]].sum() == 0


def test_a_pause_made_from_nothing_fades_in_and_out():
    take, _ = take_of("One: two.", mark=0)
    level = contours.with_pauses(take).parameters[:, CEPSTRUM.start]
    steps = np.flatnonzero(np.abs(np.diff(level)) > 5)
    assert list(steps) == [7, len(level) - 9], "only where the teacher's own sound begins and ends"


def test_the_end_of_a_line_is_left_as_it_was():
    take, _ = take_of("One, two.")
    edited = contours.with_pauses(take)
    assert list(edited.durations[-2:]) == list(take.durations[-2:])


def test_a_yes_no_question_ends_higher_than_it_was_going():
    before, after = melody("Can you see the keys?")
    assert after[-1] - before[-1] > 0.2
    assert np.allclose(after[: len(after) // 3], before[: len(before) // 3])


def test_a_wh_question_is_raised_on_its_question_word_and_half_as_much_at_its_end():
    before, after = melody("Where did you put the keys?")
    raised = np.flatnonzero(after - before > 0.05)
    assert raised[0] < len(before) // 4
    assert not ((raised > len(before) // 3) & (raised < len(before) // 2)).any()
    assert 0.05 < after[-1] - before[-1] < 0.25


def test_an_exclamation_moves_more_and_higher():
    before, after = melody("Stop right now!")
    assert after.std() > 1.2 * before.std()
    assert after.mean() > before.mean()


def test_a_statement_is_said_as_the_teacher_said_it():
    before, after = melody("The keys are here.")
    assert (before == after).all()


def test_only_the_sentence_that_asks_is_raised():
    before, after = melody("Are they here? They are here.")
    assert after[-1] == before[-1]
    assert (after - before).max() > 0.2


def test_all_lines_are_as_loud_as_each_other():
    for text in ("One.", "A somewhat longer sentence, with a pause in it."):
        take, line = take_of(text)
        assert estimate_lufs(contours.edit(take, line).parameters) == pytest.approx(TARGET_LUFS, abs=0.01)
    louder = contours.edit(take, line, louder_lu=2)
    assert estimate_lufs(louder.parameters) == pytest.approx(TARGET_LUFS + 2, abs=0.01)
