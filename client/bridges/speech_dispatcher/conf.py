"""The text of a speechd.conf: what it says of modules, and our lines in it, which leave without a trace. No I/O."""

import re
from collections.abc import Sequence
from typing import Final

BEGIN: Final = "# >>> utterd >>> `utterd service uninstall --speech-dispatcher` removes these lines"
END: Final = "# <<< utterd <<<"

_BLOCK: Final = re.compile(rf"\n{re.escape(BEGIN)}\n.*?{re.escape(END)}\n", re.DOTALL)
"""With the line feed before it, which is ours too: it ends a last line that has none."""

_LISTS_MODULES: Final = re.compile(r"^\s*AddModule\b", re.IGNORECASE | re.MULTILINE)

_INCLUDE: Final = re.compile(r'^\s*Include\s+"?([^"\n]+?)"?\s*$', re.IGNORECASE | re.MULTILINE)

_OF_A_LANGUAGE: Final = re.compile(
    r'^\s*LanguageDefaultModule\s+"?([\w-]+)"?\s+"?([\w-]+)"?', re.IGNORECASE | re.MULTILINE
)


def lists_modules(text: str) -> bool:
    """Does it name its modules? Then speech-dispatcher looks for no other ones."""
    return bool(_LISTS_MODULES.search(text))


def includes(text: str) -> list[str]:
    """Files, or patterns of files, that it takes in."""
    return _INCLUDE.findall(text)


def modules_of_languages(text: str) -> list[tuple[str, str]]:
    """Languages that have a module of their own, whatever the default is."""
    return _OF_A_LANGUAGE.findall(text)


def with_block(text: str, lines: Sequence[str]) -> str:
    """The text with our lines at its end, where they have the last word, in place of those of ours that it had."""
    rest = without_block(text)
    return "".join((rest, f"\n{BEGIN}\n", *(f"{line}\n" for line in lines), f"{END}\n")) if lines else rest


def without_block(text: str) -> str:
    """The text as it was before, and what has been added since."""
    found = _BLOCK.search(text)
    if found is None:
        return text
    before, behind = text[: found.start()], text[found.end() :]
    is_torn = before and not before.endswith("\n") and behind
    return f"{before}\n{behind}" if is_torn else before + behind
