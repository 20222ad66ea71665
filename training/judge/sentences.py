"""The lists of sentences that systems are judged by, in words that the recogniser's dictionary knows."""

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent
_OPENS_A_QUESTION: Final = frozenset("can do what where who how why".split())

QUICK_SENTENCES: Final = 12


class UnknownList(ValueError):
    """There is no list of this name; the message says which there are."""


def sentences(name: str, *, quick: bool = False) -> tuple[str, ...]:
    """The sentences of a list, with capital and final mark: `held_out` or `selection`.

    Args:
        quick: a dozen of them, taken evenly.
    """
    path = _FOLDER / f"{name}.txt"
    if not path.is_file():
        raise UnknownList(f"no list {name!r}; there is {', '.join(sorted(f.stem for f in _FOLDER.glob('*.txt')))}")
    lines = path.read_text("utf-8").splitlines()
    step = max(1, len(lines) // QUICK_SENTENCES) if quick else 1
    return tuple(punctuate(line) for line in lines[::step] if line)


def punctuate(sentence: str) -> str:
    """With its capital and its mark: "can you see it" → "Can you see it?"."""
    mark = "?" if sentence.split()[0] in _OPENS_A_QUESTION else "."
    return sentence[0].upper() + sentence[1:] + mark
