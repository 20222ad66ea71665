"""What Kokoro keeps: resident memory while 1,000 pieces of random lengths are spoken, and the model loaded again.

The model is that of `make bench-peers`, with the parts that the daemon chooses and one thread, in a process of its own.
Lengths are 1 to 400 tokens, short ones more often (log-uniform, one seed); every piece is begun, every tenth spoken to
its end. Memory is read after each hundred, when what was freed has been given back, as the daemon does at rest. Then
the model is let go of and loaded again, five times: what a user waits for after an idle unload, before any sound is
made. The files are in the page cache then.
"""

import gc
import json
import math
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from bench.kokoro import MODEL

_EVERY = 100
_MOST_TOKENS: Final = 400
_RELOADS: Final = 5
_SETTLED: Final = 3
"""Hundreds of pieces until every length of buffer has been there once."""
_TARGET_GROWTH_MB: Final = 20.0
_TARGET_RELOAD_S: Final = 0.5


def measure(pieces: int = 1000, model: Path = MODEL) -> dict[str, Any]:
    """MB and seconds."""
    if not (model / "bundle.toml").exists():
        return {"not_measured": f"there is no model in {model}: `make bench-peers` makes one"}
    command = [sys.executable, "-m", "bench.kokoro_memory", str(model), str(pieces)]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(run.stdout)
    growth_mb = found["rss_mb"][-1] - found["rss_mb"][min(_SETTLED, len(found["rss_mb"])) - 1]
    return found | {
        "growth_mb": growth_mb,
        "reached": growth_mb <= _TARGET_GROWTH_MB and max(found["reload_s"]) <= _TARGET_RELOAD_S,
    }


def main(model: str, pieces: str) -> None:
    rss_mb = _memory_mb(model, int(pieces))
    figures = {
        "rss_mb": [round(mb, 1) for mb in rss_mb],
        "rss_median_mb": round(statistics.median(rss_mb), 1),
        "reload_s": [round(_load_s(model), 3) for _ in range(_RELOADS)],
    }
    print(json.dumps(figures))


def _load_s(model: str) -> float:
    from utterd.stages.inference.load import load_synthesizer

    gc.collect()
    begun = time.monotonic()
    synthesizer = load_synthesizer(model, threads=1, is_tried=True)
    took_s = time.monotonic() - begun
    del synthesizer
    return took_s


def _memory_mb(model: str, pieces: int) -> list[float]:
    """Memory after each hundred."""
    import psutil

    from utterd.config.bundles import find_bundle
    from utterd.stages.inference.heap import give_back_freed_memory
    from utterd.stages.inference.load import load_synthesizer
    from utterd.stages.inference.onnx_session import Abort
    from utterd.stages.inference.synthesizer import SynthesisRequest

    synthesizer, voice = load_synthesizer(model, threads=1), find_bundle(model).default_voice
    chance = random.Random(6)
    found = []
    for number in range(1, pieces + 1):
        length = round(math.exp(chance.uniform(0, math.log(_MOST_TOKENS))))
        tokens = [chance.randint(1, 177) for _ in range(length)]
        speech = synthesizer.synthesize(SynthesisRequest(tokens=tokens, voice=voice, speed=1.0), Abort())
        for _ in speech.windows(0, speech.total_frames):
            if number % 10:
                break
        if number % _EVERY == 0:
            give_back_freed_memory()
            found.append(psutil.Process().memory_info().rss / 1e6)
            print(f"{number} pieces: {found[-1]:.0f} MB", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
