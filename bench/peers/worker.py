"""The process of one engine: `python -m bench.peers.worker SPEC FD`, commands on stdin, answers to the descriptor.

One JSON object a line, either way. Whatever an engine prints goes to stderr or stdout and disturbs nothing.
"""

import dataclasses
import json
import os
import sys
import time
from typing import Any

import psutil

from bench.peers.engines import Engine, import_engine, load_engine
from bench.peers.prompts import Prompt
from bench.peers.spec import EngineSpec, Loaded, Spoken
from utterd.stages.inference.heap import give_back_freed_memory

SAMPLE_RATE_HZ = 24_000


def main(spec_json: str, descriptor: str) -> None:
    spec = EngineSpec.from_json(json.loads(spec_json))
    if spec.cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, spec.cores)
    with open(int(descriptor), "w", encoding="utf-8") as answers:

        def answer(value: Loaded | Spoken) -> None:
            print(json.dumps(dataclasses.asdict(value)), file=answers, flush=True)

        engine, loaded = _load(spec)
        answer(loaded)
        for line in sys.stdin:
            order = json.loads(line)
            prompt = Prompt(**{**order["prompt"], "units": tuple(order["prompt"]["units"])})
            answer(_speak(engine, prompt, order["how"], only_first=order["only_first"], rests=order["rests"]))


def _load(spec: EngineSpec) -> tuple[Engine, Loaded]:
    begun = time.perf_counter()
    import_engine(spec)
    imported, cpu = time.perf_counter(), time.process_time()
    engine = load_engine(spec)
    times = {
        "import_s": imported - begun,
        "load_s": time.perf_counter() - imported,
        "load_cpu_s": time.process_time() - cpu,
    }
    return engine, Loaded(what=engine.what, rss_mb=_rss_mb(), **times)


def _speak(engine: Engine, prompt: Prompt, how: str, *, only_first: bool, rests: bool) -> Spoken:
    first: dict[str, Any] = {}
    audio_s = 0.0
    begun, cpu = time.perf_counter(), time.process_time()

    def on_sound(samples: int) -> bool:
        nonlocal audio_s
        if not first and samples:
            first["first_s"] = time.perf_counter() - begun
            first["first_cpu_s"] = time.process_time() - cpu
            first["first_audio_s"] = samples / SAMPLE_RATE_HZ
        audio_s += samples / SAMPLE_RATE_HZ
        return not (only_first and first)

    engine.speak(prompt, how, on_sound)
    totals = {"total_s": time.perf_counter() - begun, "total_cpu_s": time.process_time() - cpu}
    if not first:
        raise RuntimeError(f"{prompt.name}: no sound came")
    if rests:  # what the daemon does two seconds behind an utterance; the others get the same
        give_back_freed_memory()
    return Spoken(**first, **totals, audio_s=audio_s, rss_mb=_rss_mb(), mapped_mb=_mapped_mb())


def _rss_mb() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


def _mapped_mb() -> float:
    """Told on Linux alone."""
    return float(getattr(psutil.Process().memory_info(), "shared", 0)) / 1e6


if __name__ == "__main__":
    main(*sys.argv[1:])
