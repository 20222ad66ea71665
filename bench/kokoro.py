"""Kokoro through the whole daemon: request received → first audible frame handed to the device `null`.

The model is that of `make bench-peers` (build/kokoro-shaped), with the parts and threads that the daemon chooses.
Texts of 500 words and the first unit of each by itself take turns, so that both meet the same machine. What the model
took of that time, from its tokens to its first window, is told by the stages; the rest is the daemon's.
"""

import itertools
import statistics
from pathlib import Path
from typing import Any

from bench.latency import handed_ms, spread
from bench.texts import sentences
from tests.running_daemon import RunningDaemon
from utterd.client import Client
from utterd.stages.g2p.segment import Segmenter

MODEL = Path("build/kokoro-shaped")
_WORDS = 500
_TARGET_OVERHEAD_MS = 10.0
_TARGET_RATIO = 1.1


def measure(repeats: int = 20, model: Path = MODEL) -> dict[str, Any]:
    """Medians and spread in milliseconds."""
    if not (model / "bundle.toml").exists():
        return {"not_measured": f"there is no model in {model}: `make bench-peers` makes one"}
    long_ms: list[float] = []
    alone_ms: list[float] = []
    model_ms: list[float] = []
    overhead_ms: list[float] = []
    with RunningDaemon("--device", "null", "--model", str(model.absolute())) as daemon:
        daemon.wait_ready()
        with daemon.client() as client:
            handed_ms(client, "This one is not counted.")
            for number in range(repeats):
                text = _text(number)
                for spoken, heard_ms in ((next(Segmenter(text)).text, alone_ms), (text, long_ms)):
                    heard_ms.append(handed_ms(client, spoken))
                    model_ms.append(_in_model_ms(client))
                    overhead_ms.append(heard_ms[-1] - model_ms[-1])
    ratio = statistics.median(long_ms) / statistics.median(alone_ms)
    return {
        "first_unit_alone_ms": spread(alone_ms),
        "500_words_ms": spread(long_ms),
        "long_to_alone": round(ratio, 2),
        "of_it_the_model_ms": spread(model_ms),
        "of_it_the_daemon_ms": spread(overhead_ms),
        "reached": ratio <= _TARGET_RATIO and statistics.median(overhead_ms) <= _TARGET_OVERHEAD_MS,
    }


def _text(seed: int) -> str:
    words = (word for sentence in sentences(seed) for word in sentence.split())
    return " ".join(itertools.islice(words, _WORDS))


def _in_model_ms(client: Client) -> float:
    """Of the utterance heard last."""
    parts = client.status()["metrics"]["last_first_audio_ms"]
    return float(parts["inference_first_window"] - parts["inference_start"])
