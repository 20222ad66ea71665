"""The selection on macOS: by accessibility, and where a program tells nothing, by way of the clipboard.

Both need a permission that only the person can give. The Services menu does not: there macOS hands the text over.
"""

import sys
from pathlib import Path
from typing import Final

from utterd.client.selection import SelectionUnavailable
from utterd.client.selection.macos_accessibility import ask_focused_element, is_permitted
from utterd.client.selection.macos_frameworks import MacFrameworks
from utterd.client.selection.macos_layout import key_code_of
from utterd.client.selection.macos_pasteboard import ClipboardTooLarge, Pasteboard

_SERVICES: Final = "the Services menu, which needs no permission"


def is_available() -> bool:
    """Is this a Mac? Whether the permission is there, `read` finds out."""
    return sys.platform == "darwin"


def read() -> str:
    """The selected text of the program in front; empty if nothing is selected.

    Raises:
        SelectionUnavailable: see its own docstring.
    """
    if not is_available():
        raise SelectionUnavailable("this is not a Mac")
    return MacSelection(MacFrameworks()).read()


class MacSelection:
    """Reads selections. Not for two threads at once."""

    def __init__(self, frameworks: MacFrameworks, pasteboard: Pasteboard | None = None) -> None:
        self._frameworks = frameworks
        self._pasteboard = pasteboard

    def read(self) -> str:
        """As the module's."""
        if not is_permitted(self._frameworks, ask=True):
            raise SelectionUnavailable(_permission_sentence())
        with self._frameworks.autorelease_pool():
            told = ask_focused_element(self._frameworks)
        if told.text or told.is_certain:
            return told.text
        try:
            return self._general_pasteboard().copy_selection()
        except ClipboardTooLarge:
            raise SelectionUnavailable(
                "this program shows its selection only by copying it, and the clipboard is too full to be put aside; "
                f"copy something small and press the key again, or use {_SERVICES}"
            ) from None

    def _general_pasteboard(self) -> Pasteboard:
        return self._pasteboard or Pasteboard(self._frameworks, key_code_of(self._frameworks, "c"))


def _permission_sentence() -> str:
    program = Path(sys.executable).resolve().name
    return (
        f"macOS does not let utterd read the selection: in System Settings, Privacy and Security, Accessibility, "
        f"switch on {program}, or your terminal if you use one, and press the key again; or use {_SERVICES}"
    )
