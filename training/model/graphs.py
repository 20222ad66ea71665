"""The two graphs that are shipped: text to frames, and frames to sound."""

import torch
from torch import Tensor, nn

from training.model.decoder import Decoder
from training.model.level import Level
from training.model.regulate import phase_cycles
from training.model.student import Student, token_mask
from training.model.vocoder import LEFT_FRAMES, RIGHT_FRAMES, Vocoder
from training.parameters import CEPSTRUM_ORDER, FRAME_SAMPLES

CONTEXT_LEFT = Decoder.REACH + -(-LEFT_FRAMES // 2)
CONTEXT_RIGHT = Decoder.REACH + -(-RIGHT_FRAMES // 2)
"""10 ms frames that a window needs beside its own."""
SILENCE = -40.0
"""Nepers: what a row of a batch that has ended sounds like to its own last frames."""
LEAST_TOKEN = 0.7
"""5 ms frames: what is expected to last less does not last at all."""


class AcousticGraph(nn.Module):
    """`acoustic.onnx`: tokens (b, n), style (b, 256), speed (b) → durations (b, n) in 5 ms, frames (b, t, features).

    A frame is 10 ms. Its features are the decoder's input, and seven columns: 1 where the row has not ended, log F0
    and phase of either half, the frame's number, and what is to be added to c0.
    """

    def __init__(self, student: Student, level: Level, *, exponent: float) -> None:
        super().__init__()
        self.student = student
        self.level = level
        self.exponent = exponent

    def forward(self, tokens: Tensor, style: Tensor, speed: Tensor) -> tuple[Tensor, Tensor]:
        mask = token_mask(tokens)
        said, knots, features = self.student.acoustic(tokens, style, mask)
        durations = self.durations(said, mask[..., 0], speed)
        halves = torch.div(durations.sum(1), 2, rounding_mode="floor")
        frames = torch.arange(2 * halves.amax())[None]  # type: ignore[call-overload]  # torch takes a tensor, too
        frames = torch.minimum(frames, 2 * halves[:, None] - 1).clamp(min=0)  # a row that has ended stays where it was
        spread, log_f0 = self.student.spread(knots, features, durations, frames)
        phase = phase_cycles(log_f0)
        batch = tokens.shape[0]
        number = torch.arange(halves.amax())  # type: ignore[call-overload]  # as above
        valid = (number[None] < halves[:, None]).float()
        halved = log_f0.reshape(batch, -1, 2)
        extras = [valid[..., None], halved, phase.reshape(batch, -1, 2)]
        extras.append(number.float()[None, :, None].expand(batch, -1, 1))
        level = self.level(spread, halved, valid[..., None])
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
