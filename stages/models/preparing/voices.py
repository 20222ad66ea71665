"""Measures what the vocoder normalises when a voice speaks: the table that windows are normalised by."""

import numpy as np

from utterd.stages.models.preparing.arrays import save_arrays
from utterd.stages.models.preparing.kept import Kept, digest
from utterd.stages.models.preparing.material import Material
from utterd.stages.models.preparing.model import Model
from utterd.stages.models.preparing.recipes import fingerprint
from utterd.stages.models.quantising.feeds import Statistics
from utterd.stages.models.quantising.sentences import Sentence, sentences_for_measuring

_SENTENCES = 3
"""To a voice: ten seconds or so."""


def measure(voice: str, material: Material) -> Statistics:
    """Of a few sentences of the voice's language, as if they were one."""
    frames = 0
    mean = mean_square = np.zeros(1)
    for sentence in _spoken(material.model.language(voice)):
        decoded = material.decode(material.feeds(voice, sentence))
        measured = material.measuring(decoded)
        length = decoded["features"].shape[2]
        frames += length
        mean = mean + length * measured["mean"].astype(np.float64)
        mean_square = mean_square + length * measured["mean_square"].astype(np.float64)
    return Statistics.of_means(mean / frames, mean_square / frames)


class VoiceTables:
    """The statistics of one model's voices: a kept file each, and one of all."""

    def __init__(self, model: Model, kept: Kept) -> None:
        self._model = model
        self._kept = kept

    def has(self, voice: str) -> bool:
        return self._kept.has(self.name(voice))

    def name(self, voice: str) -> str:
        """Of the kept file: it tells the model, the code, and the styles that were measured."""
        model = self._model
        language = model.language(voice)
        styles = [model.style(voice, len(each.tokens)).tobytes().hex() for each in _spoken(language)]
        return f"voice.{digest(model.sha256, fingerprint(), voice, *styles)}.npz"

    def read(self, voice: str) -> Statistics:
        """Of a voice that was measured."""
        with np.load(self._kept.path(self.name(voice))) as archive:
            return Statistics(mean=archive["mean"], variance=archive["variance"])

    def keep(self, voice: str, statistics: Statistics) -> None:
        with self._kept.making(self.name(voice)) as path:
            save_arrays(path, {"mean": statistics.mean, "variance": statistics.variance})

    def keep_all(self, voices: tuple[str, ...]) -> str:
        """One file of all these, for inference; returns its name."""
        name = f"statistics.{digest(*map(self.name, voices))}.npz"
        if not self._kept.has(name):
            tables = {voice: self.read(voice) for voice in voices}
            arrays = {f"{voice}.mean": table.mean for voice, table in tables.items()}
            arrays |= {f"{voice}.variance": table.variance for voice, table in tables.items()}
            with self._kept.making(name) as path:
                save_arrays(path, arrays)
        return name


def _spoken(language: str) -> tuple[Sentence, ...]:
    return sentences_for_measuring(language, _SENTENCES)
