"""What a student does with tokens, durations and styles, before anything is exported."""

import pytest
import torch

from training.model.graphs import AcousticGraph
from training.model.level import Level
from training.model.regulate import Regulator
from training.model.student import token_mask
from training.model.style import PROSODY, TIMBRE

TOKENS = torch.tensor([[0, 50, 83, 54, 156, 31, 16, 65, 87, 123, 54, 46, 4, 0]])


def durations_at(student, speed: float, exponent: float = 0.7) -> torch.Tensor:
    style = student.acoustic.speakers.weight[:1]
    with torch.no_grad():
        return AcousticGraph(student, Level.silent(32), exponent=exponent)(TOKENS, style, torch.tensor([speed]))[0][0]


def test_every_frame_belongs_to_the_token_that_lasts_then():
    durations = torch.tensor([[2, 0, 3, 0, 0, 1]])
    token, into, length = Regulator().places(durations, torch.arange(6))
    assert token.tolist() == [[0, 0, 2, 2, 2, 5]]
    assert into.tolist() == [[0, 1, 0, 1, 2, 0]]
    assert length.tolist() == [[2, 2, 3, 3, 3, 1]]


def test_pitch_goes_in_straight_lines_through_a_tokens_knots():
    knots = torch.tensor([[[0.0, 1.0, 2.0, 3.0]]])
    token, into, length = Regulator().places(torch.tensor([[60]]), torch.arange(60))
    line = Regulator().log_f0(knots, token, into, length)[0]
    assert torch.allclose(torch.diff(line[6:-6]), torch.tensor(3 / 60), atol=1e-3)


def test_tokens_behind_the_closing_pad_do_not_count():
    assert token_mask(torch.tensor([[0, 5, 6, 0, 0, 0], [0, 5, 6, 7, 8, 0]]))[..., 0].tolist() == [
        [1, 1, 1, 1, 0, 0],
        [1, 1, 1, 1, 1, 1],
    ]


def test_no_tokens_are_a_pad():
    assert token_mask(torch.zeros(1, 2, dtype=torch.long)).sum() == 1


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.0, 1.7, 3.0])
def test_speed_divides_the_length_and_leaves_an_even_number_of_frames(student, speed):
    plain, changed = durations_at(student, 1.0), durations_at(student, speed)
    assert changed.sum() % 2 == 0
    assert float(changed.sum()) == pytest.approx(float(plain.sum()) / speed, abs=2)
    assert (changed >= 0).all()


def test_double_speed_takes_more_from_long_tokens_than_from_short_ones(student):
    with torch.no_grad():  # one symbol made long
        student.acoustic.embed.weight[31] += 3
    plain, fast = durations_at(student, 1.0), durations_at(student, 2.0)
    share = fast.float() / plain.clamp(min=1)
    order = plain.argsort()
    sounding = order[plain[order] > 0]
    assert share[sounding[-3:]].mean() < share[sounding[:3]].mean()


def test_the_prosody_half_alone_moves_durations_and_pitch_and_the_timbre_half_alone_the_features(student):
    style = student.acoustic.speakers.weight[:1].detach()
    mask = token_mask(TOKENS)

    def said(part: slice | None):
        changed = style.clone()
        if part:
            changed[:, part] += 0.5
        with torch.no_grad():
            return student.acoustic(TOKENS, changed, mask)

    lasting, knots, features = said(None)
    by_prosody, by_timbre = said(PROSODY), said(TIMBRE)
    assert not torch.equal(by_prosody[0], lasting)
    assert not torch.equal(by_prosody[1], knots)
    assert torch.equal(by_prosody[2], features)
    assert torch.equal(by_timbre[0], lasting)
    assert torch.equal(by_timbre[1], knots)
    assert not torch.equal(by_timbre[2], features)
