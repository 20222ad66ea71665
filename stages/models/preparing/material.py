"""What graphs are calibrated on and tried with: each thing made when it is first asked for, and kept for the run."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from utterd.stages.inference.kokoro_statistics import Statistics
from utterd.stages.models.preparing.model import Model
from utterd.stages.models.quantising.feeds import (
    FloatArray,
    decoder_feeds,
    excerpt,
    first_window,
    text_feeds,
)
from utterd.stages.models.quantising.ranges import with_headroom
from utterd.stages.models.quantising.running import Arrays, Running
from utterd.stages.models.quantising.sentences import Sentence, sentences
from utterd.stages.models.splitting import Split
from utterd.stages.models.vocoder.emit import emit_calibrating, emit_whole
from utterd.stages.models.vocoder.ranges import Ranges, ranges_of

SPEEDS = (1.0, 1.0, 0.8, 1.3)
"""Of calibration sentences, in turn."""
_VOCODER_SKIPS = 2
"""Every second sentence is enough to calibrate the vocoder on, which is slow."""
_CALIBRATION_FRAMES = 160
"""Of these sentences, so much: 2 s. While ranges are measured all tensors are held, which takes 0.3 GB a second."""
_TRIAL = 3
"""Place in the list of a sentence that graphs are tried with once they are optimised: a short one."""
_TRIAL_FRAMES, _TRIAL_CONTEXT_FRAMES = 80, 8
"""Of the window: a second, and context behind it."""


class Material:
    """Of one model that was taken apart."""

    def __init__(self, model: Model, split: Split) -> None:
        self.model = model
        self.split = split

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
        statistics = Statistics.of_means(measured["mean"], measured["mean_square"])
        epsilon = self.split.vocoder.epsilon
        window = first_window(decoded, statistics, epsilon, frames=_TRIAL_FRAMES, context=_TRIAL_CONTEXT_FRAMES)
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
            outputs = calibrating(excerpt(self.decode(feeds), _CALIBRATION_FRAMES))
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
