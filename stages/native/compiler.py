"""Compiling the operators with the machine's C compiler. Standard library only: setup.py runs this file by its path."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
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


def compile_library(target: Path, *, portable: bool) -> None:
    """Make `target`, whole or not at all; who runs it at the same time makes the same.

    Args:
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
    for flags in FOR_ANY_PROCESSOR if portable else FOR_THIS_PROCESSOR:
        complaint = _compile(compiler, flags, target)
        if not complaint:
            return
    raise NativeUnavailable(f"{compiler} cannot compile the native operators: {complaint}")


def _compile(compiler: str, flags: Sequence[str], target: Path) -> str:
    """What the compiler has to say against it; empty if it succeeds."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise NativeUnavailable(f"native operators cannot be put in {target.parent}: {error.strerror}") from error
    os.close(descriptor)
    units = [str(path) for path in sources() if path.suffix == ".c"]
    command = [compiler, *FLAGS, *flags, *LIBRARY_FLAGS, "-o", name, *units, "-lm"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_TIMEOUT_S)
        if run.returncode == 0:
            with open(name, "rb") as made:
                os.fsync(made.fileno())  # half a library, after a power cut, would kill every process that maps it
                os.fchmod(made.fileno(), 0o755)
            os.replace(name, target)
            return ""
        said = (run.stderr or run.stdout).strip().splitlines()
        return next((line for line in said if "error" in line), said[0] if said else f"exit code {run.returncode}")
    except subprocess.TimeoutExpired:
        raise NativeUnavailable(f"{compiler} was still compiling after {COMPILE_TIMEOUT_S:.0f} s") from None
    except OSError as error:
        raise NativeUnavailable(f"{compiler} cannot be run: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            os.unlink(name)
