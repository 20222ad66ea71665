"""Finds a loudspeaker by the name a user gave it."""

import difflib
from collections.abc import Sequence
from itertools import zip_longest

from utterd.stages.output.device import DeviceUnusable


def find_named(wanted: str, names: Sequence[str], descriptions: Sequence[str] = ()) -> int:
    """Index of the one called `wanted`, else of the only one that has it somewhere in its name, whatever the case.

    Args:
        descriptions: what people call each of them, where that is something else; searched as well.

    Raises:
        DeviceUnusable: none, or several.
    """
    if wanted in names:
        return names.index(wanted)
    texts = [f"{name}\n{description}" for name, description in zip_longest(names, descriptions, fillvalue="")]
    alike = [at for at, text in enumerate(texts) if wanted.casefold() in text.casefold()]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise DeviceUnusable(
            f"several output devices match {wanted!r}: {_listed([names[at] for at in alike])}; say which"
        )
    guess = difflib.get_close_matches(wanted, names, n=1)
    hint = f"did you mean {guess[0]!r}? " if guess else ""
    raise DeviceUnusable(f"no output device is called {wanted!r}; {hint}there is {_listed(names) or 'none'}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
