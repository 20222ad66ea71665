"""JSON files that are there whole, or as they were before."""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any


def replace_json(path: Path, values: Any) -> None:
    """Have these values in `path`, on the disk when this returns.

    Raises:
        OSError: it cannot be written; what was there still is.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(values, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
