"""Why work on a model, `utterd models prepare` or `tune`, ends without being done: a sentence for people, an exit code.

WorkError
├── Busy             4  another one is at work on the same model
└── PreparingError   5
    ├── WrongInput   2  the model, its voices, or what is asked of them
    └── NoRoom       5  the disk is full, or will be
"""

from typing import ClassVar

from utterd.client.cli.exits import Exit


class WorkError(Exception):
    """What is wrong, where, and what to do, in one sentence."""

    code: ClassVar[Exit] = Exit.FAILED


class Busy(WorkError):
    """The lock of this model is held."""

    code = Exit.REFUSED


class PreparingError(WorkError):
    """The model is not prepared."""


class WrongInput(PreparingError):
    """Nothing was done."""

    code = Exit.USAGE


class NoRoom(PreparingError):
    """What was there before is still whole, and what was finished is kept."""
