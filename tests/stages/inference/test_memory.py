"""Memory stays what it is: hundreds of pieces of every length, in a process of their own."""

import subprocess
import sys
from pathlib import Path

import pytest
from rig.kokoro_parts import save_parts_bundle

ROOM_BYTES = 12_000_000
"""In which the heap may breathe. 300 pieces that each left behind the sound of a second, 96 kB, would need 29 MB."""

SPEAK = """
import random, sys
import psutil
from utterd.stages.inference.load import load_synthesizer
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.synthesizer import SynthesisRequest

synthesizer = load_synthesizer(sys.argv[1], threads=1, vocoder=sys.argv[2])
lengths = random.Random(6)

def speak(pieces, leaks):
    kept = []
    for number in range(pieces):
        tokens = [lengths.randint(1, 177) for _ in range(lengths.randint(1, 250))]
        voice = f"af_one*0.{lengths.randint(1, 999)}+am_two"
        speech = synthesizer.synthesize(SynthesisRequest(tokens=tokens, voice=voice, speed=1.0), Abort())
        for samples in speech.windows(0, speech.total_frames):
            pass
        if leaks:
            kept.append(bytes(96_000).replace(b"\\0", b"\\1"))
    return psutil.Process().memory_info().rss, kept

leaks = sys.argv[3:] == ["leak"]
early, _ = speak(200, False)
late, _ = speak(300, leaks)
print(late - early)
"""


def growth_bytes(folder: Path, *arguments: str) -> int:
    """From the 200th piece to the 500th."""
    command = [sys.executable, "-P", "-c", SPEAK, str(folder), *arguments]
    done = subprocess.run(command, check=True, timeout=300, capture_output=True, text=True)
    return int(done.stdout)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    save_parts_bundle(folder, measures=True)
    return folder


@pytest.fixture(scope="module")
def single(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("single")
    save_parts_bundle(folder, cpu="Z80")
    return folder


@pytest.mark.parametrize("vocoder", ["windows", "whole"])
def test_it_does_not_grow_with_prepared_parts(prepared, vocoder):
    assert growth_bytes(prepared, vocoder) < ROOM_BYTES


def test_it_does_not_grow_with_a_single_graph(single):
    assert growth_bytes(single, "windows") < ROOM_BYTES


def test_a_leak_would_be_seen(prepared):
    assert growth_bytes(prepared, "windows", "leak") > ROOM_BYTES
