"""Where downloaded models are kept: a folder each, which one command at a time may change."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from utterd.client.models.catalogue import NAME
from utterd.client.models.description import DESCRIPTION
from utterd.client.models.errors import ModelBusy, ModelUnfetched, UnknownModel
from utterd.client.models.prepared import PREPARED, PREPARED_LOCK
from utterd.client.models.sizes import readable_size
from utterd.config.bundles import TONE, BundleError, bundles_in, load_bundle, shipped_bundles
from utterd.config.paths import PathError, make_private

SPARE_BYTES = 64 * 1024 * 1024
"""Left free on the disk."""


class Store:
    """The models in one folder, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def folder_of(self, name: str) -> Path:
        """
        Raises:
            UnknownModel: no model can have this name.
        """
        if not NAME.fullmatch(name):
            raise UnknownModel(
                f"{name[:40]!r} is no name for a model: letters, digits, dots, dashes and underscores are"
            )
        if name == TONE.name or name in shipped_bundles():
            raise UnknownModel(
                f"{name!r} comes with utterd: it is neither fetched nor removed, nor is another of its name"
            )
        return self.folder / name

    def names(self) -> list[str]:
        """Of whole models and of those that are not whole yet."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if path.is_dir() and NAME.fullmatch(path.name))

    def with_file(self, sha256: str) -> Path | None:
        """The file of a whole model that is said to have this hash."""
        for folder in bundles_in(self.folder).values():
            try:
                bundle = load_bundle(folder)
            except BundleError:
                continue
            for file, its_sha256 in bundle.files.items():
                if its_sha256 == sha256 and bundle.file(file).is_file():
                    return bundle.file(file)
        return None

    @contextmanager
    def lock(self, name: str) -> Iterator[Path]:
        """The folder of this model, made if it is not there; nobody else may change it meanwhile, or prepare it.

        The folder itself is the lock, so that none is left lying about.

        Raises:
            ModelBusy: somebody does.
            ModelUnfetched: it cannot be made.
        """
        folder = self.folder_of(name)
        with ExitStack() as stack:
            descriptor = self._open(folder)
            stack.callback(os.close, descriptor)
            # Whoever held it before may have removed the folder, and somebody made another of its name.
            if not _is_locked(descriptor) or not os.path.samestat(folder.stat(), os.fstat(descriptor)):
                raise ModelBusy(f"another `utterd models` is at work on {name}; wait until it ends, or end it")
            with suppress(OSError):  # it was never prepared
                prepared = os.open(folder / PREPARED / PREPARED_LOCK, os.O_RDWR | os.O_CLOEXEC)
                stack.callback(os.close, prepared)
                if not _is_locked(prepared):
                    raise ModelBusy(f"{name} is being prepared or tuned; wait until that ends, or end it")
            try:
                yield folder
            finally:
                with suppress(OSError):  # there is something in it, or it is no more
                    folder.rmdir()

    def _open(self, folder: Path) -> int:
        try:
            make_private(self.folder)
            folder.mkdir(mode=0o700, exist_ok=True)
            return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except PathError as error:
            raise ModelUnfetched(str(error)) from error
        except OSError as error:
            raise ModelUnfetched(f"cannot make the folder {folder}: {error.strerror or error}") from error

    def check_space(self, needed_bytes: int) -> None:
        """
        Raises:
            ModelUnfetched: so much does not fit on the disk.
        """
        free_bytes = shutil.disk_usage(self.folder).free
        if free_bytes < needed_bytes + SPARE_BYTES:
            raise ModelUnfetched(
                f"{readable_size(needed_bytes)} are to come to {self.folder}, with {readable_size(free_bytes)} free; "
                "make room, or set UTTERD_HOME to a folder on a larger disk"
            )


def _is_locked(descriptor: int) -> bool:
    """Lock it for as long as it is open, if nobody else has."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise ModelUnfetched(f"files cannot be locked here: {error.strerror or error}") from error
    return True


def size_of(folder: Path) -> int:
    """Bytes of all files in it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def remove_folder(folder: Path) -> None:
    """Remove a model with all that was made of it; if that is interrupted, what is left is no model.

    Raises:
        ModelUnfetched: something of it stays.
    """
    try:
        if folder.is_symlink():
            return folder.unlink()  # what is elsewhere was put there by somebody
        (folder / DESCRIPTION).unlink(missing_ok=True)
        shutil.rmtree(folder)
    except OSError as error:
        raise ModelUnfetched(f"cannot remove {error.filename or folder}: {error.strerror or error}") from error
