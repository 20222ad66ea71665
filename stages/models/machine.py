"""What prepared files hold for: this processor and this release of ONNX Runtime."""

import ctypes
import functools
import hashlib
import importlib.metadata
import platform
import re
from collections.abc import Iterable
from pathlib import Path

_X86 = ("model name",)
_ARM = ("CPU implementer", "CPU architecture", "CPU variant", "CPU part")
"""Keys of /proc/cpuinfo; ARM kernels give numbers in place of a name (Linux, arch/*/kernel/cpu)."""
_INSTRUCTIONS = {
    "flags": re.compile(r"s?sse|avx|fma|f16c|bmi|popcnt|abm|movbe|adx|gfni|amx"),
    "Features": re.compile(""),
}
"""Which of a core's abilities compilers and ONNX Runtime make use of: x86 tells them as flags, ARM as Features."""


@functools.cache
def cpu_name() -> str:
    """The processor as the system calls it, and what tells apart those of one name but other instructions.

    Such as "AMD EPYC 9575F 64-Core Processor (1f0c3a52)". Virtual machines call theirs "AMD EPYC", with AVX-512 or
    without: code that was compiled for one kills a process on the other.
    """
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return _sysctl("machdep.cpu.brand_string") or platform.processor() or platform.machine()
    return name_from_cpuinfo(text) or platform.processor() or platform.machine()


@functools.cache
def onnxruntime_version() -> str:
    """Of the ONNX Runtime that sessions are made by; whichever of its packages it came in."""
    try:
        return importlib.metadata.version("onnxruntime")  # without the 0.1 s of importing it
    except importlib.metadata.PackageNotFoundError:
        # Such as onnxruntime-openvino. Imported from there, its telemetry is off.
        from utterd.stages.inference.onnx_session import onnxruntime

        return str(onnxruntime.__version__)


def name_from_cpuinfo(text: str) -> str:
    """Of /proc/cpuinfo: the names of its kinds of cores, each once, in order, and a hash of their instructions.

    Empty if it tells no names.
    """
    fields = [tuple(part.strip() for part in line.split(":", 1)) for line in text.splitlines() if ":" in line]
    for keys in (_X86, _ARM):
        described = [
            f"{field[1]}" if keys is _X86 else f"{field[0]} {field[1]}" for field in fields if field[0] in keys
        ]
        if described:
            return f"{', '.join(dict.fromkeys(described))} ({_instructions(fields)})"
    return ""


def _instructions(fields: Iterable[tuple[str, ...]]) -> str:
    """Eight hexadecimal digits."""
    able: set[str] = set()
    for key, value in fields:
        if (useful := _INSTRUCTIONS.get(key)) is not None:
            able |= {name for name in value.split() if useful.match(name)}
    return hashlib.sha256(" ".join(sorted(able)).encode()).hexdigest()[:8]


def _sysctl(name: str) -> str:
    """A text of macOS and the BSDs; empty elsewhere."""
    try:
        library = ctypes.CDLL(None)
        size = ctypes.c_size_t(256)
        buffer = ctypes.create_string_buffer(size.value)
        failed = library.sysctlbyname(name.encode(), buffer, ctypes.byref(size), None, ctypes.c_size_t(0))
    except (OSError, AttributeError):
        return ""
    return "" if failed else buffer.value.decode("utf-8", "replace")
