"""Figures and readings as probes would find them, made up."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from utterd.stages.models.tuning.distance import Reading
from utterd.stages.models.tuning.figures import Load, Measured, Run, Timing
from utterd.stages.models.tuning.guard import Readings

DURATIONS = np.array([2, 3, 3, 4, 3, 2] * 4)
NOISE_DB = 4.0

MakeReadings = Callable[..., Readings]
MakeMeasured = Callable[..., Measured]
MakeTiming = Callable[..., Timing]


@pytest.fixture
def make_readings() -> MakeReadings:
    """One text, some runs: the same voice with noise that is drawn anew each time, and what errors are asked for."""

    def make(
        *,
        seed: int = 0,
        runs: int = 4,
        noise_db: float = NOISE_DB,
        error_db: float = 0.0,
        moved: int = 0,
        semitones: float = 0.0,
        texts: tuple[str, ...] = ("clause", "sentence"),
    ) -> Readings:
        """`moved`: how many of 24 tokens are a unit longer."""
        random = np.random.default_rng(seed)
        voice = np.random.default_rng(99)
        durations = DURATIONS.copy()
        durations[:moved] += 1
        kept = _stretched(DURATIONS, durations)
        spectrum = voice.uniform(-30, 0, (2 * DURATIONS.sum(), 80))
        error = error_db * voice.choice([-1, 1], (2 * DURATIONS.sum(), 80))
        f0 = np.linspace(100, 180, 2 * DURATIONS.sum()) * 2 ** (semitones / 12)

        def reading() -> Reading:
            noise = noise_db / np.sqrt(2) * random.standard_normal(spectrum.shape)
            sound = (spectrum + noise + error)[kept]
            return Reading(log_mel=sound.astype(np.float32), durations=durations, f0=f0[kept].astype(np.float32))

        return {text: [reading() for _ in range(runs)] for text in texts}

    return make


def _stretched(durations: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Which frame is heard at each, if tokens last as long as they are to."""
    ends = np.cumsum([0, *durations]) * 2
    places = [
        ends[token] + (np.arange(2 * new[token]) + 0.5) * durations[token] / new[token] for token in range(len(new))
    ]
    return np.concatenate(places).astype(int)


@pytest.fixture
def make_timing() -> MakeTiming:
    def make(
        first_ms: float,
        *,
        rtf: float = 0.1,
        window_frames: tuple[int, ...] = (16, 32, 64, 80, 80),
        slowed: float = 1.0,
    ) -> Timing:
        """A vocoder of this real-time factor with 100 ms of context at either side.

        `slowed`: how many times as long it took by the wall clock.
        """
        took = [first_ms, *((frames + 16) * 12.5 * rtf for frames in window_frames[1:])]
        ready = np.cumsum(took)
        return Timing.of(
            [
                Run(
                    wall_ms=tuple(ready * slowed),
                    processor_ms=tuple(ready),
                    window_ms=tuple(frames * 12.5 for frames in window_frames),
                )
            ]
        )

    return make


@pytest.fixture
def make_measured(make_timing: MakeTiming, make_readings: MakeReadings) -> MakeMeasured:
    def make(
        first_ms: float = 100.0,
        *,
        readings: Readings | None = None,
        texts: Mapping[str, float] | None = None,
        memory_mb: float = 300.0,
        load_ms: float = 160.0,
        **timing: object,
    ) -> Measured:
        """`texts`: name -> times as long as the clause till its first sound."""
        factors = texts or {"clause": 1.0, "sentence": 2.0}
        return Measured(
            timings={name: make_timing(first_ms * factor, **timing) for name, factor in factors.items()},
            load=Load(wall_ms=load_ms, processor_ms=load_ms),
            memory_mb=memory_mb,
            readings=make_readings() if readings is None else readings,
        )

    return make
