"""Normalised text that remembers where every character came from, with single spaces and none at the ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from utterd.stages.g2p.normalize import Span


@dataclass(frozen=True, slots=True)
class SpokenText:
    """What is to be said, and its places in the original."""

    text: str
    starts: tuple[int, ...]
    """For each character of `text`: where the stretch of the original begins that it stands for."""
    ends: tuple[int, ...]
    """And where that ends."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that `text[start:end]`, not empty, stands for."""
        return min(self.starts[start:end]), max(self.ends[start:end])


def join_spans(spans: Sequence[Span]) -> SpokenText:
    """Put the spans together, white space made plain."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for span in spans:
        one_for_one = span.kind == "spoken"
        for index, character in enumerate(span.text):
            if character.isspace():
                if not characters or characters[-1] == " ":
                    continue
                character = " "
            characters.append(character)
            starts.append(span.char_start + index if one_for_one else span.char_start)
            ends.append(span.char_start + index + 1 if one_for_one else span.char_end)
    length = len(characters) - (characters[-1:] == [" "])
    return SpokenText("".join(characters[:length]), tuple(starts[:length]), tuple(ends[:length]))
