"""Takes voices that nobody wants out of a model: its voices file, and what bundle.toml says of them.

Whenever it is cut short the bundle is a right one: first bundle.toml forgets the voices, and which file they are in,
then the file is replaced, then bundle.toml names it again.
"""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tomlkit

from utterd.stages.inference.voice_files import open_voices
from utterd.stages.models.preparing.arrays import save_arrays
from utterd.stages.models.preparing.kept import sha256_of
from utterd.stages.models.preparing.model import VOICES, Model
from utterd.stages.models.whole_files import replace_text, replacing

ORIGINAL: Final = "voices.original.npz"
"""What was downloaded, beside what is left of it."""
_DESCRIPTION: Final = "bundle.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What became of the voices."""

    voices: tuple[str, ...]
    """That are left."""
    freed_bytes: int
    """Negative if the original was kept."""
    original: Path | None

    def as_json(self) -> dict[str, Any]:
        kept = f"all of them are in {self.original.name}" if self.original else "the others are gone"
        return {"voices": list(self.voices), "freed_bytes": self.freed_bytes, "said": kept}


def prune(model: Model, voices: Collection[str], *, keep_original: bool) -> Pruned:
    """Leave these voices in the model, and no other.

    Raises:
        OSError: the bundle cannot be written to; it is as it was, or as it is to be.
    """
    folder = model.bundle.folder
    path, original = folder / VOICES, folder / ORIGINAL
    before = path.stat().st_size
    left = tuple(name for name in model.voice_names if name in voices)
    if len(left) == len(model.voice_names):
        if VOICES not in model.bundle.files:  # the last thing of a pruning that was cut short
            _describe(model, left, sha256_of(path))
        return Pruned(voices=left, freed_bytes=0, original=original if original.exists() else None)
    tables = open_voices(path, [voice.name for voice in model.bundle.voices])
    with replacing(path) as new:
        save_arrays(new, {name: tables.read(name) for name in left})
        sha256 = sha256_of(new)
        _describe(model, left, None)
        if not keep_original:
            original.unlink(missing_ok=True)
        elif not original.exists():
            _keep(path, original)
    _describe(model, left, sha256)
    return Pruned(
        voices=left, freed_bytes=before - path.stat().st_size, original=original if original.exists() else None
    )


def _keep(path: Path, original: Path) -> None:
    """Have what is at `path` at `original` too: its other name where that can be, else a copy."""
    if path.is_symlink():
        return original.symlink_to(path.readlink())
    try:
        original.hardlink_to(path)
    except OSError:
        with replacing(original) as copy:
            shutil.copyfile(path, copy)


def _describe(model: Model, voices: Collection[str], sha256: str | None) -> None:
    """Have bundle.toml tell of these voices alone, in a file of this hash; None leaves the file unnamed."""
    path = model.bundle.folder / _DESCRIPTION
    description: Any = tomlkit.parse(path.read_text("utf-8"))
    for name in set(description["voices"]) - set(voices):
        del description["voices"][name]
    if description["default_voice"] not in description["voices"]:
        description["default_voice"] = next(iter(description["voices"]))
    spoken = {voice["language"] for voice in description["voices"].values()}
    description["languages"] = [language for language in description["languages"] if language in spoken] or sorted(
        spoken
    )
    if sha256 is None:
        description["files"].pop(VOICES, None)
    else:
        description["files"][VOICES] = sha256
    replace_text(path, tomlkit.dumps(description))
