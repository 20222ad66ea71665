"""Text normalisation alone: megabytes of English prose a second, and how the time grows with strange texts.

The prose is what the corpus of the starter voice generates, about 1 MB, cut by the Segmenter first; only `normalize` is
timed, by processor time, several times over. The strange texts are one piece of text repeated to 10,000, 100,000 and
1,000,000 characters, normalised whole, in every profile: ten times the length may take some ten times as long.
"""

import gc
import statistics
import time
from typing import Any, Final

from training.corpus.sentences import sentences
from utterd.stages.chunks import PROFILES, Profile
from utterd.stages.g2p.normalize import normalize
from utterd.stages.g2p.segment import Segmenter

_PROSE_CHARACTERS: Final = 1_000_000
_LINES: Final = 2_000
_LENGTHS: Final = (10_000, 100_000, 1_000_000)
_TARGET_MB_S: Final = 1.0
_TARGET_GROWTH: Final = 20.0
"""For ten times the length, from 100,000 characters on: caches and the collector make it more than ten."""
STRANGE: Final = {
    "digits": "7",
    "one letter": "a",
    "one capital": "X",
    "spaces": " ",
    "new lines": "\n",
    "quotes": '"',
    "apostrophes": "'",
    "brackets": "(",
    "square brackets": "[",
    "slashes": "/",
    "#": "#",
    "bars": "|",
    "back-ticks": "`",
    "hyphens": "-",
    "full stops": ".",
    "underscores": "_",
    "emoji": "😀",
    "emoji and joiners": "👩\u200d",
    "accents": "e\u0301",
    "mixed": 'a1.B-$3 (x_y) "q" #t /p/q @m 😀 2:30, 4/5 | `c` **d** e.g. IV <b> http://a.b/c?d=e\n',
}


def measure(repeats: int = 5) -> dict[str, Any]:
    """MB/s of prose, and milliseconds for every strange text."""
    growth = {profile: {name: _grow(piece, profile) for name, piece in STRANGE.items()} for profile in PROFILES}
    prose = _prose(repeats)
    worst = max(times["1000000_ms"] / times["100000_ms"] for table in growth.values() for times in table.values())
    return {
        "prose": prose,
        "growth": growth,
        "worst_growth": round(worst, 1),
        "reached": prose["median_mb_s"] >= _TARGET_MB_S and worst <= _TARGET_GROWTH,
    }


def _prose(repeats: int) -> dict[str, Any]:
    lines = sentences(_LINES, seed=7)
    text = "\n\n".join(" ".join(lines[index : index + 5]) for index in range(0, len(lines), 5)) + "\n\n"
    text *= _PROSE_CHARACTERS // len(text) + 1
    units = [unit.text for unit in Segmenter(text)]
    normalize(units[0], "en-us")
    speeds = []
    for _ in range(repeats):
        begun = time.process_time()
        for unit in units:
            normalize(unit, "en-us")
        speeds.append(len(text.encode()) / 1e6 / (time.process_time() - begun))
    return {
        "bytes": len(text.encode()),
        "units": len(units),
        "median_mb_s": round(statistics.median(speeds), 2),
        "min_mb_s": round(min(speeds), 2),
        "max_mb_s": round(max(speeds), 2),
    }


def _grow(piece: str, profile: Profile) -> dict[str, float]:
    times = {}
    for length in _LENGTHS:
        text = (piece * (length // len(piece) + 1))[:length]
        gc.collect()
        begun = time.process_time()
        normalize(text, "en-us", profile=profile)
        times[f"{length}_ms"] = round((time.process_time() - begun) * 1e3, 2)
    return times
