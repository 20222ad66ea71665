"""The files that a model is made of, each from where it is to come: a server, this machine, or raw voices."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from utterd.client.models.catalogue import RemoteFile
from utterd.client.models.errors import UnknownModel
from utterd.client.models.partial import PartialFile
from utterd.client.models.store import Store
from utterd.client.models.transfer import Watcher, copy_file, hash_file
from utterd.client.models.voice_files import to_npz

if TYPE_CHECKING:
    from utterd.client.models.download import Downloader

_NO_GRAPHS: Final = {
    b"PK\x03\x04": "a ZIP file, as PyTorch and NumPy write them",
    b"\x80": "a file of PyTorch's",
    b"version https://git-lfs": "a pointer to a file, as Git LFS leaves it",
    b"<": "a web page",
}
"""How files begin that people take for a model; an ONNX file has no mark of its own."""


class Ingredient(Protocol):
    """A file, whole and known to the byte."""

    @property
    def sha256(self) -> str: ...

    @property
    def size_bytes(self) -> int: ...

    @property
    def source(self) -> str:
        """For people."""

    def bring(self, partial: PartialFile) -> None:
        """Have it in `partial`, whole. Raises ModelError."""


@dataclass(frozen=True, slots=True)
class FromServer:
    """A file of the catalogue; taken from another model of the store if that has it already."""

    remote: RemoteFile
    store: Store
    watcher: Watcher
    open_downloader: "Callable[[], Downloader]"

    @property
    def sha256(self) -> str:
        return self.remote.sha256

    @property
    def size_bytes(self) -> int:
        return self.remote.size_bytes

    @property
    def source(self) -> str:
        return self.remote.url()

    def bring(self, partial: PartialFile) -> None:
        if there := self.store.with_file(self.sha256):
            try:
                return copy_file(there, partial, self.sha256, self.watcher)
            except UnknownModel:  # it is damaged there
                pass
        with self.open_downloader() as downloader:
            return downloader.fetch(self.remote, partial)


class FromFile:
    """A file of this machine. Raises UnknownModel if it cannot be read."""

    def __init__(self, path: Path, watcher: Watcher) -> None:
        self._path = path
        self._watcher = watcher
        self.source = f"{path.name}, given by its path"
        self.sha256 = hash_file(path)
        self.size_bytes = path.stat().st_size

    def bring(self, partial: PartialFile) -> None:
        copy_file(self._path, partial, self.sha256, self._watcher)


class FromRaw:
    """Raw voices of this machine, put together. Raises UnknownModel if one cannot be read."""

    def __init__(self, raw: Mapping[str, Path], path: Path) -> None:
        self._content = to_npz(raw)  # half a megabyte a voice
        self.source = f"raw voices in {path.name}, given by its path"
        self.sha256 = hashlib.sha256(self._content).hexdigest()
        self.size_bytes = len(self._content)

    def bring(self, partial: PartialFile) -> None:
        partial.restart()
        partial.append(self._content)


def check_graph(path: Path) -> None:
    """Refuse what is taken for a model by mistake. Whether an ONNX file is one that speaks, inference says.

    Raises:
        UnknownModel: with what it is instead.
    """
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe can be read once, a device without end
        raise UnknownModel(f"{path} is a pipe or a device; an ONNX file is wanted")
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise UnknownModel(f"cannot read {path}: {error.strerror or error}") from error
    if not start:
        raise UnknownModel(f"{path} is empty; an ONNX file is wanted")
    for mark, kind in _NO_GRAPHS.items():
        if start.startswith(mark):
            raise UnknownModel(f"{path} is {kind}; an ONNX file is wanted, such as kokoro-v1.0.onnx")
