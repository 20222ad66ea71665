"""How many bits a processor's kernels can take."""

import platform
from pathlib import Path

import pytest

from utterd.stages.models.quantising.weights import has_eight_bits, weight_levels

VNNI = "processor\t: 0\nflags\t\t: fpu avx2 avx512f avx512_vnni\n"
OLD = "processor\t: 1\nflags\t\t: fpu sse4_2 avx2\n"


@pytest.mark.parametrize(
    ("cpuinfo", "has"),
    [
        (VNNI, True),
        ("flags\t\t: fpu avx2 avx_vnni\n", True),
        (OLD, False),
        (VNNI + OLD, False),
        ("", False),
        ("model name\t: avx512_vnni\n", False),
    ],
    ids=["avx512", "avx", "neither", "not every core", "nothing told", "only in its name"],
)
def test_it_takes_a_flag_on_every_processor(cpuinfo, has):
    assert has_eight_bits(cpuinfo) == has


def test_arm_has_no_such_trouble(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    weight_levels.cache_clear()
    assert weight_levels() == 127


def test_an_intel_mac_tells_nothing_and_gets_seven_bits(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(Path, "read_text", refuse)
    weight_levels.cache_clear()
    assert weight_levels() == 63


@pytest.fixture(autouse=True)
def _forget_what_was_found():
    yield
    weight_levels.cache_clear()
