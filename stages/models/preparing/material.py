"""What graphs are made of, and calibrated on: each thing made when it is first asked for, and kept for the run."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from utterd.stages.models.preparing.model import Model
from utterd.stages.models.quantising.feeds import FloatArray, Statistics, decoder_feeds, text_feeds, windows
from utterd.stages.models.quantising.ranges import with_headroom
from utterd.stages.models.quantising.running import Arrays, Running
from utterd.stages.models.quantising.sentences import Sentence, sentences
from utterd.stages.models.splitting import Split, split
from utterd.stages.models.vocoder.emit import emit_calibrating, emit_whole
from utterd.stages.models.vocoder.ranges import Ranges, ranges_of

SPEEDS = (1.0, 1.0, 0.8, 1.3)
"""Of calibration sentences, in turn."""
_VOCODER_SKIPS = 4
"""Every fourth sentence is enough to calibrate the vocoder on, which is slow: a minute of speech."""
_TRIAL = 3
"""Place in the list of a sentence that graphs are tried with once they are optimised: a short one."""
_TRIAL_FRAMES = 96
"""Of the window: a second, and context either side."""


class Material:
    """Of one model."""

    def __init__(
        self,
        model: Model,
        workspace: Path,
        tell: Callable[[str], None],
    ) -> None:
        """
        Args:
            workspace: a folder with room for some copies of the model.
            tell: called with what is being done, in a few words.
        """
        self.model = model
        self.workspace = workspace
        self._tell = tell

    @cached_property
    def split(self) -> Split:
        return split(self.model.path, self._tell, work_folder=self.workspace)

    @cached_property
    def _text(self) -> Running:
        return Running(self.split.text)

    @cached_property
    def _decoder(self) -> Running:
        return Running(self.split.decoder)

    @cached_property
    def measuring(self) -> Running:
        """The whole vocoder, with the means of what it normalises."""
        return Running(emit_whole(self.split.vocoder, native=False, measuring=True))

    @cached_property
    def trial(self) -> Arrays:
        """What every graph takes, of the beginning of one sentence."""
        feeds = self.feeds(self.model.calibration_voices[0], sentences()[_TRIAL])
        decoded = self.decode(feeds)
        measured = self.measuring(decoded)
        statistics = Statistics(mean=measured["mean"], variance=measured["mean_square"] - measured["mean"] ** 2)
        window = next(windows(decoded, statistics, self.split.vocoder.epsilon, _TRIAL_FRAMES))
        return {**feeds, **decoder_feeds(self._text, feeds), **decoded, **window}

    def text_feeds(self) -> Iterator[Arrays]:
        """Of every calibration sentence."""
        return self._calibration(sentences())

    def decoder_feeds(self) -> Iterator[Arrays]:
        return (decoder_feeds(self._text, feeds) for feeds in self.text_feeds())

    @cached_property
    def ranges(self) -> Ranges:
        """Of the vocoder's convolutions, channel by channel, with headroom."""
        calibrating = Running(emit_calibrating(self.split.vocoder))
        low: list[FloatArray] = []
        high: list[FloatArray] = []
        for feeds in self._calibration(sentences()[::_VOCODER_SKIPS]):
            outputs = calibrating(self.decode(feeds))
            low.append(outputs["low"])
            high.append(outputs["high"])
        seen = ranges_of(self.split.vocoder, np.min(low, axis=0), np.max(high, axis=0))
        return {name: with_headroom(each) for name, each in seen.items()}

    def feeds(self, voice: str, sentence: Sentence, speed: float = 1.0) -> Arrays:
        """What the text part is given."""
        return text_feeds(sentence.tokens, self.model.style(voice, len(sentence.tokens)), speed)

    def decode(self, feeds: Arrays) -> Arrays:
        """From what the text part is given to what the decoder gives."""
        return self._decoder(decoder_feeds(self._text, feeds))

    def _calibration(self, chosen: Sequence[Sentence]) -> Iterator[Arrays]:
        """What the text part is given, by voices and speeds in turn."""
        voices = self.model.calibration_voices
        for index, sentence in enumerate(chosen):
            yield self.feeds(voices[index % len(voices)], sentence, SPEEDS[index % len(SPEEDS)])
