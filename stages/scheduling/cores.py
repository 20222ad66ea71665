"""Which cores are the quick ones, from what the Linux kernel says in /sys."""

from dataclasses import dataclass
from pathlib import Path

SYSFS = Path("/sys")

_AS_QUICK_AS = 0.75
"""Cores within a quarter of the quickest one count as quick: turbo clocks differ by a few percent between equal cores,
efficiency cores by half and more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickCores:
    """The performance cores of a machine that has two kinds."""

    cores: frozenset[int]
    source: str
    """Where that is written, relative to /sys."""


def find_quick_cores(sysfs: Path = SYSFS) -> QuickCores | None:
    """The performance cores; None if all cores are equal, or nothing is known of them."""
    return _intel_hybrid(sysfs) or _by_number(sysfs, "cpu_capacity") or _by_clock(sysfs)


def parse_core_list(text: str) -> frozenset[int]:
    """`0-3,8` as the kernel writes it. Empty for what is not a list."""
    cores: set[int] = set()
    try:
        for part in text.strip().split(","):
            first, _, last = part.partition("-")
            cores.update(range(int(first), int(last or first) + 1))
    except ValueError:
        return frozenset()
    return frozenset(cores)


def _intel_hybrid(sysfs: Path) -> QuickCores | None:
    """Intel's performance cores have a folder of their own where there are efficiency cores beside them."""
    quick = parse_core_list(_read(sysfs / "devices/cpu_core/cpus"))
    slow = parse_core_list(_read(sysfs / "devices/cpu_atom/cpus"))
    slow |= parse_core_list(_read(sysfs / "devices/cpu_lowpower/cpus"))
    return QuickCores(cores=quick, source="devices/cpu_core/cpus") if quick and slow else None


def _by_clock(sysfs: Path) -> QuickCores | None:
    """By the highest clock; where there are no clocks, by the highest performance that the firmware tells (ACPI CPPC).

    Not by that where there are clocks: some firmware ranks equal cores with it, a third apart (AMD's preferred cores).
    """
    clock = "cpufreq/cpuinfo_max_freq"
    return _by_number(sysfs, clock if _numbers(sysfs, clock) else "acpi_cppc/highest_perf")


def _by_number(sysfs: Path, name: str) -> QuickCores | None:
    """The cores with the highest number in a file each core has; None if they differ little."""
    numbers = _numbers(sysfs, name)
    highest = max(numbers.values(), default=0)
    quick = frozenset(core for core, number in numbers.items() if number >= _AS_QUICK_AS * highest)
    return QuickCores(cores=quick, source=f"devices/system/cpu/cpu*/{name}") if len(quick) < len(numbers) else None


def _numbers(sysfs: Path, name: str) -> dict[int, int]:
    """By core; without the cores that have none."""
    numbers: dict[int, int] = {}
    for path in (sysfs / "devices/system/cpu").glob(f"cpu[0-9]*/{name}"):
        core, number = path.relative_to(sysfs / "devices/system/cpu").parts[0].removeprefix("cpu"), _read(path).strip()
        if core.isdecimal() and number.isdecimal():
            numbers[int(core)] = int(number)
    return numbers


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""
