"""How quick a bundle is in the daemon's own code, on one thread: to its first sound, and over a whole line."""

import gc
import itertools
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from training.lines import Line, read_line
from utterd.config.bundles import SAMPLE_RATE_HZ, Bundle
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.starter import StarterSynthesizer
from utterd.stages.inference.synthesizer import MAX_TOKENS, SynthesisRequest

FIRST_AUDIO_SAMPLES: Final = SAMPLE_RATE_HZ // 10
"""What a device needs to start on."""
SHORT_TOKENS: Final = 40
REPEATS: Final = 25
_WARM_UP: Final = 5
_FILLER: Final = (
    "The weather was very nice that morning, so we left the house early and walked along the river to the market. "
    "There were apples, pears and yellow flowers; an old man sold honey, and his daughter sang. "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """On this machine, in this moment: compare only what was measured side by side."""

    real_time_factor: float
    """Time to make, over time to speak, streamed in the daemon's windows; median over lines."""
    long_real_time_factor: float
    """Of 510 tokens."""
    first_audio_short_ms: float
    """From asking for 40 tokens to the first 100 ms of sound; median."""
    first_audio_short_worst_ms: float
    first_audio_long_ms: float
    """From asking for 510 tokens."""
    first_audio_long_worst_ms: float
    load_ms: float
    """Opening the graphs, once, with files in the page cache."""
    size_bytes: int
    """Of all the bundle's files."""


def measure_speed(
    bundle: Bundle, lines: Iterable[Line], *, repeats: int = REPEATS, advance: Callable[[], object] = lambda: None
) -> Speed:
    """Of the bundle's default voice."""
    began = time.perf_counter()
    synthesizer = StarterSynthesizer(bundle, threads=1)
    load_s = time.perf_counter() - began
    short, long = filler_tokens(SHORT_TOKENS), filler_tokens(MAX_TOKENS)
    first_short = first_audio_times(synthesizer, bundle.default_voice, short, repeats)
    first_long = first_audio_times(synthesizer, bundle.default_voice, long, repeats)
    factors = []
    for line in lines:
        factors.append(real_time_factor(synthesizer, bundle.default_voice, line.tokens[1:-1]))
        advance()
    return Speed(
        real_time_factor=statistics.median(factors),
        long_real_time_factor=statistics.median(
            real_time_factor(synthesizer, bundle.default_voice, long) for _ in range(3)
        ),
        first_audio_short_ms=1000 * statistics.median(first_short),
        first_audio_short_worst_ms=1000 * max(first_short),
        first_audio_long_ms=1000 * statistics.median(first_long),
        first_audio_long_worst_ms=1000 * max(first_long),
        load_ms=1000 * load_s,
        size_bytes=sum(bundle.file(name).stat().st_size for name in bundle.files),
    )


def filler_tokens(count: int) -> tuple[int, ...]:
    """So many tokens of prose, ending wherever."""
    return tuple(itertools.islice(itertools.cycle(read_line(_FILLER).tokens[1:-1]), count))


def first_audio_times(synthesizer: StarterSynthesizer, voice: str, tokens: Sequence[int], repeats: int) -> list[float]:
    """Seconds until 100 ms of sound are there, after some rounds to warm up."""
    request = SynthesisRequest(tokens=tokens, voice=voice, speed=1.0)
    times = []
    gc.collect()
    for _ in range(_WARM_UP + repeats):
        began = time.perf_counter()
        speech = synthesizer.synthesize(request, Abort())
        made = 0
        for window in speech.windows(0, FIRST_AUDIO_SAMPLES):
            made += len(window)
        times.append(time.perf_counter() - began)
        assert made == FIRST_AUDIO_SAMPLES
    return times[_WARM_UP:]


def real_time_factor(synthesizer: StarterSynthesizer, voice: str, tokens: Sequence[int]) -> float:
    began = time.perf_counter()
    speech = synthesizer.synthesize(SynthesisRequest(tokens=tokens, voice=voice, speed=1.0), Abort())
    made = sum(len(window) for window in speech.windows(0, speech.total_frames))
    return (time.perf_counter() - began) / (made / SAMPLE_RATE_HZ)
