from pathlib import Path

import pytest

from utterd.stages.scheduling.cores import find_quick_cores, parse_core_list


def sysfs(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / "devices" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def each_core(name: str, *numbers: int) -> dict[str, str]:
    return {f"system/cpu/cpu{core}/{name}": f"{number}\n" for core, number in enumerate(numbers)}


@pytest.mark.parametrize(
    ("text", "cores"),
    [("0-3,8\n", {0, 1, 2, 3, 8}), ("5", {5}), ("0-1,4-5", {0, 1, 4, 5}), ("", set()), ("\n", set()), ("none", set())],
)
def test_the_kernels_lists_are_read(text: str, cores: set[int]) -> None:
    assert parse_core_list(text) == cores


def test_intels_performance_cores_are_named_by_the_kernel(tmp_path: Path) -> None:
    root = sysfs(tmp_path, {"cpu_core/cpus": "0-11\n", "cpu_atom/cpus": "12-19\n"})
    quick = find_quick_cores(root)
    assert quick is not None
    assert quick.cores == set(range(12))
    assert quick.source == "devices/cpu_core/cpus"


def test_an_intel_machine_with_one_kind_has_no_quick_cores(tmp_path: Path) -> None:
    assert find_quick_cores(sysfs(tmp_path, {"cpu_core/cpus": "0-7\n"})) is None


@pytest.mark.parametrize("name", ["cpu_capacity", "cpufreq/cpuinfo_max_freq"])
def test_of_big_middle_and_little_cores_the_little_ones_are_slow(tmp_path: Path, name: str) -> None:
    root = sysfs(tmp_path, each_core(name, 400, 400, 400, 900, 900, 1024))
    quick = find_quick_cores(root)
    assert quick is not None
    assert quick.cores == {3, 4, 5}
    assert quick.source.endswith(name)


def test_the_cores_of_a_third_even_slower_kind_are_slow(tmp_path: Path) -> None:
    root = sysfs(tmp_path, {"cpu_core/cpus": "0-5\n", "cpu_lowpower/cpus": "6-7\n"})
    quick = find_quick_cores(root)
    assert quick is not None
    assert quick.cores == set(range(6))


def test_where_there_are_no_clocks_the_firmware_is_asked(tmp_path: Path) -> None:
    quick = find_quick_cores(sysfs(tmp_path, each_core("acpi_cppc/highest_perf", 64, 64, 38, 38)))
    assert quick is not None
    assert quick.cores == {0, 1}
    assert quick.source == "devices/system/cpu/cpu*/acpi_cppc/highest_perf"


def test_where_there_are_clocks_a_ranking_of_equal_cores_is_not_believed(tmp_path: Path) -> None:
    ranked = each_core("acpi_cppc/highest_perf", 231, 226, 171, 166)
    clocks = each_core("cpufreq/cpuinfo_max_freq", 5_100_000, 5_100_000, 4_900_000, 4_900_000)
    assert find_quick_cores(sysfs(tmp_path, ranked | clocks)) is None


def test_turbo_clocks_do_not_make_two_kinds(tmp_path: Path) -> None:
    assert find_quick_cores(sysfs(tmp_path, each_core("cpufreq/cpuinfo_max_freq", 5_100_000, 5_300_000))) is None


def test_equal_cores_and_an_empty_sys_say_nothing(tmp_path: Path) -> None:
    assert find_quick_cores(tmp_path) is None
    assert find_quick_cores(tmp_path / "missing") is None
    assert find_quick_cores(sysfs(tmp_path, each_core("cpu_capacity", 1024, 1024))) is None


def test_files_that_make_no_sense_are_passed_over(tmp_path: Path) -> None:
    root = sysfs(tmp_path, {**each_core("cpu_capacity", 400, 1024), "system/cpu/cpu2/cpu_capacity": "unknown\n"})
    quick = find_quick_cores(root)
    assert quick is not None
    assert quick.cores == {1}
