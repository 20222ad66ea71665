"""A synthesizer that lets go of its model when nobody has wanted it for long, and has it again when somebody does."""

import logging
import time
from collections.abc import Callable

from utterd.stages.inference.heap import give_back_freed_memory
from utterd.stages.inference.onnx_session import Abort, ModelUnusable
from utterd.stages.inference.synthesizer import Speech, SynthesisRequest, Synthesizer
from utterd.stages.work import ChunkFailed

logger = logging.getLogger(__name__)

TRIM_AFTER_S = 2.0
"""Without work, after which freed memory goes back to the system: behind an utterance, not between its pieces."""


class UnloadingSynthesizer:
    """A loaded model, or the means to load it. One owner, like any Synthesizer."""

    def __init__(
        self,
        loaded: Synthesizer,
        load: Callable[[], Synthesizer],
        *,
        after_s: float,
        clock: Callable[[], float] = time.monotonic,
        trim: Callable[[], None] = give_back_freed_memory,
    ) -> None:
        """Own a model.

        Args:
            loaded: the model.
            load: makes it anew; raises ModelUnusable.
            after_s: seconds without work after which it is let go of; 0: never.
            clock: seconds, monotonic.
            trim: gives freed memory back to the system.
        """
        self._synthesizer: Synthesizer | None = loaded
        self._load = load
        self._after_s = after_s
        self._clock = clock
        self._trim = trim
        self._rests_since_s = clock()
        self._is_trimmed = True
        self.lead_frames = loaded.lead_frames
        self.is_large = loaded.is_large

    @property
    def is_loaded(self) -> bool:
        return self._synthesizer is not None

    def synthesize(self, request: SynthesisRequest, abort: Abort) -> Speech:
        """As the model does, which may have to be loaded first. Speech in the making holds on to what it needs."""
        synthesizer = self._synthesizer or self._reload()
        try:
            return synthesizer.synthesize(request, abort)
        finally:  # an interrupted request wanted it, too
            self._rests_since_s = self._clock()
            self._is_trimmed = False

    def rest(self) -> float | None:
        """To be called when there is nothing to do: do what is due then.

        Returns:
            Seconds until it wants to be called again, should nothing be done till then; None if it need not be.
        """
        rested_s = self._clock() - self._rests_since_s
        if not self._is_trimmed:
            if rested_s < TRIM_AFTER_S:
                return TRIM_AFTER_S - rested_s
            self._is_trimmed = True
            self._trim()
        if self._synthesizer is None or self._after_s == 0:
            return None
        if rested_s < self._after_s:
            return self._after_s - rested_s
        self._synthesizer = None
        self._trim()
        logger.info("model unloaded after_s=%.0f", rested_s)
        return None

    def _reload(self) -> Synthesizer:
        begun_s = self._clock()
        try:
            self._synthesizer = self._load()
        except ModelUnusable as error:
            raise ChunkFailed("model_unusable", str(error)) from error
        logger.info("model reloaded took_ms=%.0f", (self._clock() - begun_s) * 1000)
        return self._synthesizer
