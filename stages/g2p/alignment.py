"""Which written words made which spoken ones: eSpeak joins some ("est-ce que") and splits others ("42")."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

_MOST_SPOKEN: Final = 4
"""Spoken words that one written word may make …"""
_MOST_SPOKEN_DIGITS: Final = 40
"""… and that one with digits may."""
_MOST_WRITTEN: Final = 4
"""Written words that may be joined into one spoken word."""
_BAND: Final = 30
"""How far the words may be out of step with the sounds, in symbols."""
_STRESS: Final = str.maketrans("", "", "ˈˌː ")


class Group(NamedTuple):
    """Written words `[first, last)` are said as spoken words `[spoken_first, spoken_last)`."""

    first: int
    last: int
    spoken_first: int
    spoken_last: int


def align(written: Sequence[str], spoken: Sequence[str], say_alone: Callable[[str], str]) -> list[Group]:
    """Groups that cover both sequences in order; of `spoken`, a group may have none.

    Args:
        written: words of a phrase.
        spoken: the phonemes of the phrase, cut at spaces.
        say_alone: the phonemes of one word said by itself.
    """
    has_digits = [any(map(str.isdigit, word)) for word in written]
    if len(written) == len(spoken) and not any(has_digits):
        return [Group(index, index + 1, index, index + 1) for index in range(len(written))]
    alone = [say_alone(word).translate(_STRESS) or "?" for word in written]
    sounds = [word.translate(_STRESS) for word in spoken]
    head, tail = _alike(alone, sounds)
    last, sounds_last = len(alone) - tail, len(sounds) - tail
    middle = _cheapest(alone[head:last], sounds[head:sounds_last], has_digits[head:last])
    return [
        *(Group(index, index + 1, index, index + 1) for index in range(head)),
        *(Group(*(place + head for place in group)) for group in middle),
        *(Group(last + n, last + n + 1, sounds_last + n, sounds_last + n + 1) for n in range(tail)),
    ]


def _alike(alone: Sequence[str], sounds: Sequence[str]) -> tuple[int, int]:
    """How many words at the head and at the tail are said in the phrase as they are alone."""
    shorter = min(len(alone), len(sounds)) - 1  # one word at least is left to be aligned, with one sound
    head = 0
    while head < shorter and alone[head] == sounds[head]:
        head += 1
    tail = 0
    while tail < shorter - head and alone[-1 - tail] == sounds[-1 - tail]:
        tail += 1
    return max(head, 0), tail


def _cheapest(alone: Sequence[str], spoken: Sequence[str], has_digits: Sequence[bool]) -> list[Group]:
    """Dynamic programming over the ends of groups, near the diagonal that the lengths of the sounds give."""
    lengths = _running_total(spoken)
    expected = _running_total(alone)
    scale = lengths[-1] / expected[-1]
    best: dict[tuple[int, int], tuple[float, Group | None]] = {(0, 0): (0.0, None)}
    for first in range(len(alone)):
        most = _MOST_SPOKEN_DIGITS if has_digits[first] else _MOST_SPOKEN
        for start in [end for (words, end) in list(best) if words == first]:
            cost = best[first, start][0]
            for group in _groups(first, start, len(alone), len(spoken), most):
                out_of_step = abs(lengths[group.spoken_last] - expected[group.last] * scale)
                if group.last < len(alone) and out_of_step > _BAND:
                    continue
                total = cost + _cost(group, alone, spoken, lengths)
                key = (group.last, group.spoken_last)
                if key not in best or total < best[key][0]:
                    best[key] = (total, group)
    return _trace_back(best, len(alone), len(spoken))


def _running_total(words: Sequence[str]) -> list[int]:
    totals = [0]
    for word in words:
        totals.append(totals[-1] + len(word))
    return totals


def _groups(first: int, start: int, words: int, sounds: int, most: int) -> Iterator[Group]:
    if first + 1 == words:
        yield Group(first, words, start, sounds)
        return
    for end in range(start, min(sounds, start + most) + 1):
        yield Group(first, first + 1, start, end)
    for last in range(first + 2, min(words, first + _MOST_WRITTEN) + 1):
        if start < sounds:
            yield Group(first, last, start, start + 1)


def _cost(group: Group, alone: Sequence[str], spoken: Sequence[str], lengths: Sequence[int]) -> float:
    """How unlike the sounds are: their lengths, first and last symbols."""
    wanted = "".join(alone[group.first : group.last])
    said = "".join(spoken[group.spoken_first : group.spoken_last])
    if not said:
        return len(wanted) + 4.0
    cost = abs(len(wanted) - (lengths[group.spoken_last] - lengths[group.spoken_first]))
    return cost + 2.0 * (wanted[0] != said[0]) + 1.0 * (wanted[-1] != said[-1]) + 0.5 * (group.last - group.first - 1)


def _trace_back(best: dict[tuple[int, int], tuple[float, Group | None]], words: int, sounds: int) -> list[Group]:
    groups: list[Group] = []
    key = (words, sounds)
    if key not in best:  # hopelessly out of step: one group, nothing lost
        return [Group(0, words, 0, sounds)]
    while group := best[key][1]:
        groups.append(group)
        key = (group.first, group.spoken_first)
    return groups[::-1]
