"""Are a model's parts what their manifest says? Hashed once; after that a file that was not touched is not read again.

Hundreds of megabytes take longer to hash than to load. What was found is kept in checked.json beside the parts, with
each file's size and time of change; where that cannot be written, files are hashed at every start.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from utterd.stages.models.parts import PartsError
from utterd.stages.models.whole_files import replace_json

CHECKED = "checked.json"


def check_files(folder: Path, sha256_of: Mapping[str, str], names: Iterable[str]) -> None:
    """Check these files of a folder.

    Args:
        sha256_of: file name -> sha256, in hexadecimal.
        names: which of them.

    Raises:
        PartsError: naming the first that is missing or has another content.
    """
    known = _read(folder)
    found: dict[str, Any] = {}
    for name in sorted(set(names)):
        path = folder / name
        try:
            status = path.stat()
            state = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, sha256_of[name]]
            if known.get(name) != state and _sha256(path) != sha256_of[name]:
                raise PartsError(
                    f"{path} is damaged (its sha256 is not its manifest's); run `utterd models prepare` anew"
                )
        except OSError as error:
            raise PartsError(f"{path} cannot be read: {error.strerror}; run `utterd models prepare` anew") from error
        found[name] = state
    if any(known.get(name) != state for name, state in found.items()):
        _write(folder, known | found)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(folder: Path) -> dict[str, Any]:
    try:
        values = json.loads((folder / CHECKED).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _write(folder: Path, values: Mapping[str, Any]) -> None:
    with suppress(OSError):
        replace_json(folder / CHECKED, values)
