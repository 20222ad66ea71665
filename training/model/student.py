"""The whole student: for training with a teacher's durations, and for the two graphs that are shipped."""

import torch
from torch import Tensor, nn

from training.model.acoustic import Acoustic, Widths
from training.model.decoder import Decoder
from training.model.level import Level
from training.model.regulate import Regulator, phase_cycles
from training.model.vocoder import LEFT_FRAMES, RIGHT_FRAMES, Vocoder
from training.parameters import CEPSTRUM_ORDER, FRAME_SAMPLES

CONTEXT_LEFT = Decoder.REACH + -(-LEFT_FRAMES // 2)
CONTEXT_RIGHT = Decoder.REACH + -(-RIGHT_FRAMES // 2)
"""10 ms frames that a window needs beside its own."""
SILENCE = -40.0
"""Nepers: what a row of a batch that has ended sounds like to its own last frames."""
LEAST_TOKEN = 0.7
"""5 ms frames: what is expected to last less does not last at all."""


class Student(nn.Module):
    """Acoustic model, regulator and decoder."""

    def __init__(self, widths: Widths, speakers: int) -> None:
        super().__init__()
        self.widths = widths
        self.acoustic = Acoustic(widths, speakers)
        self.regulator = Regulator()
        self.decoder = Decoder(widths)
        self.level = Level(widths.token)

    def spread(self, knots: Tensor, features: Tensor, durations: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Over time: decoder input (batch, t/2, frame) and log F0 (batch, t) of `frames`, an even count of numbers."""
        token, into, length = self.regulator.places(durations, frames)
        width = self.widths.frame
        first, second = features[..., :width], features[..., width:]
        place = self.regulator.place_features(into, length)
        place = place.reshape(place.shape[0], -1, 2 * place.shape[2])
        pairs = _flat_rows(token, features.shape[1]).reshape(token.shape[0], -1, 2)
        spread = _rows(first, pairs[:, :, 0]) + _rows(second, pairs[:, :, 1]) + self.acoustic.place(place)
        return spread, self.regulator.log_f0(knots, token, into, length)

    def learn(
        self, tokens: Tensor, durations: Tensor, speaker: Tensor, frames: int
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """With the teacher's durations.

        Returns:
            log of durations (batch, n), log F0 (batch, frames), normalised parameters (batch, frames, 31), and what
            is to be added to c0, in nepers (batch,).
        """
        mask = token_mask(tokens)
        style = self.acoustic.speakers(speaker)
        said, knots, features, trunk = self.acoustic(tokens, style, mask)
        spread, log_f0 = self.spread(knots, features, durations, torch.arange(frames, device=tokens.device))
        halves = torch.div(durations.sum(1) + 1, 2, rounding_mode="floor")
        valid = (torch.arange(frames // 2, device=tokens.device)[None] < halves[:, None]).float()[..., None]
        return said, log_f0, self.decoder(spread, valid), self.level(trunk, style, mask)


def token_mask(tokens: Tensor) -> Tensor:
    """(batch, n, 1): 1 up to the pad behind the last token that is not 0; what is behind that fills the batch."""
    place = torch.arange(1, tokens.shape[1] + 1, device=tokens.device)
    last = ((tokens != 0).long() * place).amax(dim=1, keepdim=True)
    return (place[None] <= last + 1).float()[..., None]


def _flat_rows(token: Tensor, tokens: int) -> Tensor:
    """Row numbers in a batch laid end to end: one plain gather serves all of it."""
    return token + torch.arange(token.shape[0], device=token.device)[:, None] * tokens


def _rows(table: Tensor, rows: Tensor) -> Tensor:
    """table (batch, n, width), rows (batch, t) as `_flat_rows` numbers them → (batch, t, width)."""
    return table.reshape(-1, table.shape[2])[rows]


class AcousticGraph(nn.Module):
    """`acoustic.onnx`: tokens (b, n), style (b, 256), speed (b) → durations (b, n) in 5 ms, frames (b, t, features).

    A frame is 10 ms. Its features are the decoder's input, and seven columns: 1 where the row has not ended, log F0
    and phase of either half, the frame's number, and what is to be added to c0.
    """

    def __init__(self, student: Student, *, exponent: float) -> None:
        super().__init__()
        self.student = student
        self.exponent = exponent

    def forward(self, tokens: Tensor, style: Tensor, speed: Tensor) -> tuple[Tensor, Tensor]:
        mask = token_mask(tokens)
        said, knots, features, trunk = self.student.acoustic(tokens, style, mask)
        durations = self.durations(said, mask[..., 0], speed)
        halves = torch.div(durations.sum(1), 2, rounding_mode="floor")
        frames = torch.arange(2 * halves.amax())[None]  # type: ignore[call-overload]  # torch takes a tensor, too
        frames = torch.minimum(frames, 2 * halves[:, None] - 1).clamp(min=0)  # a row that has ended stays where it was
        spread, log_f0 = self.student.spread(knots, features, durations, frames)
        phase = phase_cycles(log_f0)
        batch = tokens.shape[0]
        number = torch.arange(halves.amax())  # type: ignore[call-overload]  # as above
        valid = (number[None] < halves[:, None]).float()
        extras = [valid[..., None], log_f0.reshape(batch, -1, 2), phase.reshape(batch, -1, 2)]
        extras.append(number.float()[None, :, None].expand(batch, -1, 1))
        level = self.student.level(trunk, style, mask)
        extras.append(level[:, None, None].expand(-1, number.shape[0], 1))
        return durations, torch.cat([spread, *extras], dim=2)

    def durations(self, said: Tensor, mask: Tensor, speed: Tensor) -> Tensor:
        """Whole 5 ms frames that add up to the sentence's length at this speed, an even number.

        Speed shortens what is long more than what is short, as people do: d' = c * d ** p with p = speed ** -exponent
        and c such that the sum is sum(d) / speed. A plosive survives double speed; a vowel and a pause give way.
        Slow speech is stretched evenly.
        """
        plain = torch.exp(said) * mask
        plain = plain * (plain >= LEAST_TOKEN).float()
        power = torch.exp(-self.exponent * torch.log(speed).clamp(min=0))[:, None]
        bent = torch.exp(torch.log(plain.clamp(min=0.5)) * power) * (plain > 0).float()
        scale = plain.sum(1, keepdim=True) / (speed[:, None] * bent.sum(1, keepdim=True)).clamp(min=1e-3)
        ends = torch.floor(torch.cumsum(bent * scale, dim=1) + 0.5).long()
        total = ends[:, -1:]
        last = (torch.cumsum(mask, dim=1) >= mask.sum(1, keepdim=True)).long()
        ends = ends + last * (total - 2 * torch.div(total, 2, rounding_mode="floor"))
        return ends - torch.cat([torch.zeros_like(ends[:, :1]), ends[:, :-1]], dim=1)


class VocoderGraph(nn.Module):
    """`vocoder.onnx`: a window of frames (b, w, features) → samples (b, 240 w)."""

    def __init__(self, student: Student, vocoder: Vocoder) -> None:
        super().__init__()
        self.student = student
        self.vocoder = vocoder
        self.level: Tensor
        """c0 alone."""
        self.register_buffer("level", torch.eye(CEPSTRUM_ORDER)[:1], persistent=False)

    def forward(self, frames: Tensor) -> Tensor:
        width = self.student.widths.frame
        batch = frames.shape[0]
        valid = frames[..., width : width + 1]
        said = self.student.decoder(frames[..., :width], valid)
        voicing, cepstrum, strengths = self.student.decoder.physical(said)
        shift = frames[..., width + 6 :] + SILENCE * (1 - valid)
        cepstrum = cepstrum + shift.repeat_interleave(2, 1) * self.level
        log_f0 = frames[..., width + 1 : width + 3].reshape(batch, -1)
        phase = frames[..., width + 3 : width + 5].reshape(batch, -1)
        number = frames[..., width + 5 : width + 6]
        index = torch.cat([2 * number, 2 * number + 1], dim=2).reshape(batch, -1)
        samples: Tensor = self.vocoder(log_f0, phase, index, voicing, cepstrum, strengths)
        return samples * valid.expand(-1, -1, 2 * FRAME_SAMPLES).reshape(batch, -1)
