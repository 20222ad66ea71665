"""Memory that was freed, back to the system: the C library keeps it for the next allocation, which may never come."""

import ctypes
import functools
from collections.abc import Callable


def give_back_freed_memory() -> None:
    """Some milliseconds; without glibc, nothing."""
    if (trim := _malloc_trim()) is not None:
        trim(0)


@functools.cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return None
    trim.argtypes = [ctypes.c_size_t]
    return trim
