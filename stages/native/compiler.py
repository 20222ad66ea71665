"""Compiling the operators with the machine's C compiler. Standard library only: setup.py runs this file by its path."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

COMPILERS: Final = ("cc", "gcc", "clang")
COMPILE_TIMEOUT_S: Final = 120.0
# Sums may be contracted to fused multiply-adds and rounded results are not looked at by exceptions; NaN stays NaN.
FLAGS: Final = ("-std=c11", "-O3", "-ffp-contract=fast", "-fno-trapping-math", "-fno-math-errno")
LIBRARY_FLAGS: Final = ("-fPIC", "-shared", "-fvisibility=hidden")
FOR_THIS_PROCESSOR: Final = (("-march=native",), ("-mcpu=native",), ())
"""One after another until the compiler takes one: clang for ARM wants the second, old compilers know neither."""
FOR_ANY_PROCESSOR: Final = (("-DUTTERD_PORTABLE",), ())
"""Compilers that cannot compile a function several times do it once."""


class NativeUnavailable(Exception):
    """There can be no native operators here; the message says why in a sentence."""


def sources() -> list[Path]:
    """Every file that the library is made of, in a fixed order."""
    folder = Path(__file__).parent
    return sorted([*folder.glob("*.c"), *folder.glob("*.h")])


def named(folder: Path, name: str) -> list[Path]:
    """What `compile_library` has left in this folder under this name, whatever has become of it."""
    return sorted(folder.glob(f"{name}.*.so"))


def is_whole(library: Path) -> bool:
    """Whether it is as it was made: its name tells its hash. What is not kills the process that loads it."""
    try:
        return library.name.endswith(f".{_hash(library)}.so")
    except OSError:
        return False


def compile_library(folder: Path, name: str, *, portable: bool) -> Path:
    """Make `NAME.HASH.so` in this folder, whole or not at all; who runs it at the same time makes the same.

    Args:
        folder: made if it is not there.
        name: how the file's name begins.
        portable: for any processor of this architecture, else for this very one.

    Raises:
        NativeUnavailable: no compiler, or none that succeeds, or nowhere to write.
    """
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        raise NativeUnavailable(
            f"no C compiler is installed ({', '.join(COMPILERS)}); with one, native operators make Kokoro faster"
        )
    complaint = ""
    with _unfinished(folder, name) as made:
        for flags in FOR_ANY_PROCESSOR if portable else FOR_THIS_PROCESSOR:
            complaint = _compile(compiler, flags, made)
            if not complaint:
                return _keep(made, name)
    raise NativeUnavailable(f"{compiler} cannot compile the native operators: {complaint}")


@contextmanager
def _unfinished(folder: Path, name: str) -> Iterator[Path]:
    """A file beside the one that is to be made; gone behind the block."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, path = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
        os.close(descriptor)
    except OSError as error:
        raise NativeUnavailable(f"native operators cannot be put in {folder}: {error.strerror}") from error
    try:
        yield Path(path)
    finally:
        with suppress(OSError):
            os.unlink(path)


def _compile(compiler: str, flags: Sequence[str], target: Path) -> str:
    """What the compiler has to say against it; empty if it succeeds."""
    units = [str(path) for path in sources() if path.suffix == ".c"]
    command = [compiler, *FLAGS, *flags, *LIBRARY_FLAGS, "-o", str(target), *units, "-lm"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise NativeUnavailable(f"{compiler} was still compiling after {COMPILE_TIMEOUT_S:.0f} s") from None
    except OSError as error:
        raise NativeUnavailable(f"{compiler} cannot be run: {error.strerror or error}") from error
    if run.returncode == 0:
        return ""
    said = (run.stderr or run.stdout).strip().splitlines()
    return next((line for line in said if "error" in line), said[0] if said else f"exit code {run.returncode}")


def _keep(made: Path, name: str) -> Path:
    """Give it its name."""
    try:
        with made.open("rb") as file:
            os.fsync(file.fileno())  # half a library, after a power cut, is none
            os.fchmod(file.fileno(), 0o755)
        return made.replace(made.with_name(f"{name}.{_hash(made)}.so"))
    except OSError as error:
        raise NativeUnavailable(f"native operators cannot be put in {made.parent}: {error.strerror}") from error


def _hash(library: Path) -> str:
    """The first 16 hexadecimal digits of its sha256."""
    return hashlib.sha256(library.read_bytes()).hexdigest()[:16]
