"""One at a time: who prepares a model holds its lock, and the system lets go of it however that process ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from utterd.stages.models.preparing.errors import Busy, PreparingError

LOCK = "lock"
"""In the folder of the parts. It stays: a lock that is deleted can be held twice."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Alone with this folder of parts, which is made if it is not there.

    Raises:
        Busy: somebody else is.
        PreparingError: the folder cannot be written to.
    """
    try:
        folder.mkdir(exist_ok=True)
        file = (folder / LOCK).open("ab")
    except OSError as error:
        raise PreparingError(f"cannot write to {folder}: {error.strerror or error}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"{folder.parent} is being prepared or tuned already; wait for that to end") from error
        yield
