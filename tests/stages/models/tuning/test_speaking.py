"""Speaking with a watch: what is measured, and what is no speech."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from utterd.stages.inference.onnx_session import Abort
from utterd.stages.models.tuning.figures import Clock, Load, Ready, Run, Timing
from utterd.stages.models.tuning.speaking import DURATION_SAMPLES, NotSpeech, measure, speak
from utterd.stages.models.tuning.texts import CLAUSE, LONG, SENTENCE, TEXTS, repeats_of, texts_for

LOAD = Load(wall_ms=5.0, processor_ms=4.0)


class Humming:
    """A subject that hums: three units a token, of which the first is silent."""

    lead_frames = 0

    def __init__(self, *, damage=None, extra_units: int = 0) -> None:
        self.damage = damage or (lambda samples: samples)
        self.extra_units = extra_units
        self.spoken: list[int] = []

    def durations(self, tokens: Sequence[int]) -> np.ndarray:
        return np.full(len(tokens) + 2, 3)

    def synthesize(self, tokens: Sequence[int], abort: Abort) -> "Hum":
        self.spoken.append(len(tokens))
        return Hum(self.durations(tokens) * DURATION_SAMPLES, self.damage)

    def prosody(self, tokens: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        durations = self.durations(tokens)
        return durations, np.full(2 * durations.sum() + self.extra_units, 120, np.float32)


class Hum:
    def __init__(self, token_frames: np.ndarray, damage) -> None:
        self.token_frames = token_frames
        self.total_frames = int(token_frames.sum())
        self._damage = damage

    def windows(self, start: int, end: int) -> Iterator[np.ndarray]:
        for first in range(start, end, 4800):
            place = np.arange(first, min(first + 4800, end))
            yield self._damage(np.sin(place / 30).astype(np.float32))


def test_each_text_is_spoken_as_often_as_it_needs_and_in_turns():
    subject = Humming()
    measured = measure(subject, TEXTS, quick=False, load=LOAD)
    assert {name: len(readings) for name, readings in measured.readings.items()} == {
        "clause": 8,
        "sentence": 4,
        "long": 2,
    }
    assert subject.spoken[:3] == [20, 76, 300]
    assert measured.load == LOAD
    assert measured.memory_mb > 10


def test_quick_leaves_out_the_long_text_and_keeps_pairs():
    assert texts_for(quick=True) == (CLAUSE, SENTENCE)
    assert all(repeats_of(text, quick=True) >= 2 for text in TEXTS)


def test_texts_are_as_long_as_they_say():
    assert [len(text.tokens) for text in (CLAUSE, SENTENCE, LONG)] == [20, 76, 300]


def test_what_is_heard_begins_with_the_first_sound():
    run, sound = speak(Humming(), CLAUSE.tokens)
    silent = 3 * DURATION_SAMPLES
    assert len(sound) == 22 * 3 * DURATION_SAMPLES
    assert not sound[:silent].any()
    assert sum(run.window_ms) == pytest.approx((len(sound) - silent) / 24)
    assert list(run.wall_ms) == sorted(run.wall_ms)
    assert len(run.wall_ms) == len(run.processor_ms) == len(run.window_ms)


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        (Humming(damage=lambda samples: samples * np.float32(np.nan)), "its samples are not numbers"),
        (Humming(damage=lambda samples: samples * np.float32(np.inf)), "its samples are not numbers"),
        (Humming(damage=lambda samples: samples[:-7]), "samples long, and its durations say 39600"),
        (Humming(extra_units=1), "frames of pitch"),
    ],
)
def test_what_is_no_speech_is_told(subject: Humming, sentence: str):
    with np.errstate(invalid="ignore"), pytest.raises(NotSpeech, match=sentence):
        measure(subject, [CLAUSE], quick=True, load=LOAD)


def test_a_timing_is_the_median_of_its_runs_window_by_window():
    runs = [
        Run(wall_ms=(100.0 + slow, 150.0 + 2 * slow), processor_ms=(50.0, 70.0), window_ms=(200.0, 400.0))
        for slow in (0.0, 10.0, 500.0)
    ]
    timing = Timing.of(runs)
    assert timing.wall == Ready(first_ms=110.0, later_ms=(60.0,))
    assert timing.processor == Ready(first_ms=50.0, later_ms=(20.0,))
    assert timing.real_time_factor(Clock.WALL) == pytest.approx(170 / 600)
    assert timing.real_time_factor(Clock.PROCESSOR) == pytest.approx(70 / 600)
