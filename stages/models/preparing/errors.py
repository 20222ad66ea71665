"""Why `utterd models prepare` ends without having prepared: a sentence for people, and an exit code.

PreparingError
├── WrongInput       2  the model, its voices, or what is asked of them
├── Busy             4  another one is at work on the same model
├── NoRoom           5  the disk is full, or will be
└── MissingPackage   5
"""

from typing import ClassVar

from utterd.client.cli.exits import Exit


class PreparingError(Exception):
    """What is wrong, where, and what to do, in one sentence."""

    code: ClassVar[Exit] = Exit.FAILED


class WrongInput(PreparingError):
    """Nothing was done."""

    code = Exit.USAGE


class Busy(PreparingError):
    """The lock of this model is held."""

    code = Exit.REFUSED


class NoRoom(PreparingError):
    """What was there before is still whole, and what was finished is kept."""


class MissingPackage(PreparingError):
    """A library of the extra `models`."""
