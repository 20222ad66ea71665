"""Which machine this is, by what systems tell of it."""

import re

import onnxruntime

from utterd.stages.models.machine import cpu_name, name_from_cpuinfo, onnxruntime_version

X86 = (
    "processor\t: 0\nmodel name\t: AMD EPYC 9575F\nflags\t\t: fpu vme\n\nprocessor\t: 1\nmodel name\t: AMD EPYC 9575F\n"
)
BIG_AND_LITTLE = (
    "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd05\n\nCPU implementer\t: 0x41\nCPU part\t: 0xd0a\n"
)


def test_a_processor_is_named_once():
    assert re.fullmatch(r"AMD EPYC 9575F \([0-9a-f]{8}\)", name_from_cpuinfo(X86))


def test_cores_without_a_name_are_told_by_their_numbers():
    name = name_from_cpuinfo(BIG_AND_LITTLE)
    assert re.fullmatch(r"CPU implementer 0x41, CPU part 0xd05, CPU part 0xd0a \([0-9a-f]{8}\)", name)


def test_processors_of_one_name_differ_by_their_instructions():
    """Virtual machines call all of theirs "AMD EPYC"."""
    lesser = name_from_cpuinfo(X86.replace("fpu vme", "fpu vme avx2"))
    assert name_from_cpuinfo(X86.replace("fpu vme", "fpu vme avx2 avx512f")) != lesser
    assert name_from_cpuinfo(BIG_AND_LITTLE + "Features\t: asimd asimddp\n") != name_from_cpuinfo(BIG_AND_LITTLE)


def test_what_a_kernel_mitigates_is_no_other_processor():
    assert name_from_cpuinfo(X86.replace("fpu vme", "fpu vme ibrs retbleed")) == name_from_cpuinfo(X86)


def test_what_tells_nothing_is_empty():
    assert name_from_cpuinfo("") == name_from_cpuinfo("processor\t: 0\n") == ""


def test_this_machine_has_a_name_and_a_runtime():
    assert cpu_name()
    assert onnxruntime_version() == onnxruntime.__version__
