"""The whole student, as it learns: with a teacher's durations."""

import torch
from torch import Tensor, nn

from training.model.acoustic import Acoustic, Widths
from training.model.decoder import Decoder
from training.model.regulate import Regulator


class Student(nn.Module):
    """Acoustic model, regulator and decoder."""

    def __init__(self, widths: Widths, speakers: int) -> None:
        super().__init__()
        self.widths = widths
        self.acoustic = Acoustic(widths, speakers)
        self.regulator = Regulator()
        self.decoder = Decoder(widths)

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

    def learn(self, tokens: Tensor, durations: Tensor, speaker: Tensor, frames: int) -> tuple[Tensor, Tensor, Tensor]:
        """With the teacher's durations.

        Returns:
            log of durations (batch, n), log F0 (batch, frames), normalised parameters (batch, frames, 31).
        """
        mask = token_mask(tokens)
        style = self.acoustic.speakers(speaker)
        said, knots, features = self.acoustic(tokens, style, mask)
        spread, log_f0 = self.spread(knots, features, durations, torch.arange(frames, device=tokens.device))
        halves = torch.div(durations.sum(1) + 1, 2, rounding_mode="floor")
        valid = (torch.arange(frames // 2, device=tokens.device)[None] < halves[:, None]).float()[..., None]
        return said, log_f0, self.decoder(spread, valid)


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
