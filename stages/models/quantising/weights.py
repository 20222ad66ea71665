"""How many bits of an 8-bit weight this processor can multiply without overflow."""

import platform
from functools import cache
from pathlib import Path

from utterd.stages.models.vocoder.integers import FULL_WEIGHT_LEVELS, SAFE_WEIGHT_LEVELS

_EIGHT_BITS = frozenset({"avx_vnni", "avx512_vnni", "avxvnniint8", "amx_int8"})
"""Flags of x86 processors that add products of bytes in 32 bits; the others add pairs of them in 16, which saturate."""


@cache
def weight_levels() -> int:
    """The largest integer weight: 127, or 63 where weights have to do with 7 bits. ARM's kernels widen first."""
    if platform.machine().lower() not in ("x86_64", "amd64", "i686", "i386"):
        return FULL_WEIGHT_LEVELS
    try:
        is_enough = has_eight_bits(Path("/proc/cpuinfo").read_text("utf-8", "replace"))
    except OSError:  # macOS on Intel: most of them have not
        is_enough = False
    return FULL_WEIGHT_LEVELS if is_enough else SAFE_WEIGHT_LEVELS


def has_eight_bits(cpuinfo: str) -> bool:
    """Of a text as /proc/cpuinfo: whether every processor in it has one of the flags."""
    flags = [set(line.partition(":")[2].split()) for line in cpuinfo.splitlines() if line.startswith("flags")]
    return bool(flags) and all(each & _EIGHT_BITS for each in flags)
