"""The quality guard: is a variant's sound as near to fp32's as fp32's is to itself?

A model's source noise is random, so two runs of fp32 differ. What a variant may differ by is that spread times FACTOR.
Distances of unrelated causes add as squares: distance^2 = spread^2 + own^2. So a factor of sqrt(2) lets a variant's own
error be as large as what the model does by itself from run to run, which nobody takes for a fault.

Durations and pitch come before the noise, and have no spread at all. There, and where a model is all but noiseless,
the limit is what listeners notice: each floor is that divided by FACTOR.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import combinations, product
from typing import Any, Final

from utterd.stages.models.tuning.distance import Distance, Reading, distance

FACTOR: Final = 2**0.5

NOTICED: Final = Distance(log_mel_db=1.4, duration_ms=10.0, f0_semitones=0.5, voicing_percent=5.0)
"""What is not noticed, whatever the spread.

Sound: an average spectral distance of 1 dB is transparent (Paliwal & Atal 1993, for codecs); that is the floor.
Durations: listeners tell lengths of speech sounds apart from 10 to 40 ms on (Lehiste 1970, Suprasegmentals).
Pitch: from 1.5 semitones on in the movements of speech ('t Hart 1981); a third of that, since it is a mean.
Voicing: pitch trackers among themselves disagree over as much.
"""

Readings = Mapping[str, Sequence[Reading]]
"""Text -> what was made of it, run by run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One of the four, on the text where it is farthest towards its limit."""

    name: str
    """A field of Distance."""
    text: str
    found: float
    spread: float
    """Of fp32 against itself."""
    limit: float

    @property
    def is_within(self) -> bool:
        return self.found <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """On one variant."""

    measures: tuple[Measure, ...]

    @property
    def is_within(self) -> bool:
        return all(measure.is_within for measure in self.measures)

    @property
    def beyond(self) -> tuple[Measure, ...]:
        """Over their limits."""
        return tuple(measure for measure in self.measures if not measure.is_within)

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(measure) for measure in self.measures]


class Guard:
    """Knows fp32."""

    def __init__(self, reference: Readings) -> None:
        """At least two readings of each text."""
        self._reference = reference
        self.spread = {text: _spread(readings) for text, readings in reference.items()}

    def judge(self, candidate: Readings) -> Verdict:
        """Of the same texts.

        Raises:
            ValueError: a text was read with another number of tokens.
        """
        found = {
            text: Distance.mean([distance(one, other) for one, other in product(readings, candidate[text])])
            for text, readings in self._reference.items()
        }
        names = [field.name for field in fields(Distance)]
        return Verdict(measures=tuple(_worst(self._measures(name, found)) for name in names))

    def _measures(self, name: str, found: Mapping[str, Distance]) -> list[Measure]:
        floor = getattr(NOTICED, name)
        return [
            Measure(
                name=name,
                text=text,
                found=getattr(each, name),
                spread=(spread := getattr(self.spread[text], name)),
                limit=max(FACTOR * spread, floor),
            )
            for text, each in found.items()
        ]


def _worst(measures: Iterable[Measure]) -> Measure:
    return max(measures, key=lambda measure: measure.found / measure.limit)


def _spread(readings: Sequence[Reading]) -> Distance:
    return Distance.mean([distance(one, other) for one, other in combinations(readings, 2)])
