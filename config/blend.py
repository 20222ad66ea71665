"""Blends of voices, as people write them: `af_slt*0.6+am_rms*0.4`."""

import re
from typing import Final

MOST_PARTS: Final = 8
LONGEST_BLEND: Final = 400
"""In code points."""

_WEIGHT: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}")
"""Bounded: finite, and never negative."""


class BlendError(ValueError):
    """A blend that is none; one sentence that says what is wrong and what would be right."""


def parse_blend(text: str) -> tuple[tuple[str, float], ...] | None:
    """The voices of a blend with their shares, in order; None if `text` has neither `*` nor `+`, and so is one name.

    A voice without a weight has weight 1, and shares sum to 1 (`a*3+b` is `a*0.75+b*0.25`). A voice that is there twice
    counts with both weights. Whether there are such voices is not asked here.

    Raises:
        BlendError: for a part without a name, a weight that is no number from 0 up, more than 8 parts, or nothing but
            zeros.
    """
    if "*" not in text and "+" not in text:
        return None
    if len(text) > LONGEST_BLEND:
        raise BlendError(f"a blend of voices has at most {LONGEST_BLEND} characters; this one has {len(text):,}")
    parts = text.split("+")
    if len(parts) > MOST_PARTS:
        raise BlendError(f"a blend has at most {MOST_PARTS} voices; this one has {len(parts)}")
    weights: dict[str, float] = {}
    for part in parts:
        name, weight = _parse_part(part)
        weights[name] = weights.get(name, 0.0) + weight
    total = sum(weights.values())
    if total == 0:
        raise BlendError("every weight of the blend is 0; at least one voice has to be heard, as in af_slt*0.6")
    return tuple((name, weight / total) for name, weight in weights.items())


def _parse_part(part: str) -> tuple[str, float]:
    name, star, weight = (piece.strip() for piece in part.partition("*"))
    if not name:
        raise BlendError("a part of the blend has no voice; write it like af_slt*0.6+am_rms*0.4")
    if not star:
        return name, 1.0
    if not _WEIGHT.fullmatch(weight):
        raise BlendError(
            f"the weight of voice {name[:40]!r} is {weight[:20]!r}; it has to be a number from 0 up, such as 0.6"
        )
    return name, float(weight)
