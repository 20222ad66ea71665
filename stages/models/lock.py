"""One at a time: who prepares or tunes a model holds its lock; the system lets go of it however that process ends."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from utterd.stages.models.errors import Busy, WorkError

LOCK = "lock"
"""In the folder of the parts. It stays: a lock that is deleted can be held twice."""
WORKSPACE = ".work"


@contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Alone with this folder of parts, which is made if it is not there.

    Gives a folder in it, for files on their way: empty, whatever a killed owner left there, and gone behind the block.

    Raises:
        Busy: somebody else is.
        WorkError: the folder cannot be written to.
    """
    try:
        folder.mkdir(exist_ok=True)
        file = (folder / LOCK).open("ab")
    except OSError as error:
        raise WorkError(f"cannot write to {folder}: {error.strerror or error}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"{folder.parent} is being prepared or tuned already; wait for that to end") from error
        workspace = folder / WORKSPACE
        try:
            shutil.rmtree(workspace, ignore_errors=True)
            workspace.mkdir()
        except OSError as error:
            raise WorkError(f"cannot write to {folder}: {error.strerror or error}") from error
        try:
            yield workspace
        finally:
            shutil.rmtree(workspace, ignore_errors=True)
