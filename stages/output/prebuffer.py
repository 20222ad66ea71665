"""How much sound to hold before letting it flow: little while the producer is fast, more after an underrun."""

from utterd.stages.chunks import SAMPLE_RATE_HZ

_LEAST_FRAMES = 0
"""Start with the first window: a producer that was never late needs no reserve."""
_FIRST_STEP_FRAMES = SAMPLE_RATE_HZ // 4
_MOST_FRAMES = SAMPLE_RATE_HZ * 3 // 2
_STABLE_FRAMES = SAMPLE_RATE_HZ * 30
"""So much sound played without an underrun earns half the reserve back."""


class Prebuffer:
    """The reserve, adapted to what this machine showed. No I/O, no clock: it counts frames."""

    def __init__(self) -> None:
        self.target_frames = _LEAST_FRAMES
        """Frames to hold before an utterance, or the rest of one, begins to flow."""
        self._since_change = 0

    def __repr__(self) -> str:
        return f"<Prebuffer {self.target_frames * 1000 // SAMPLE_RATE_HZ} ms>"

    def underran(self) -> None:
        """The loudspeaker ran dry in the middle of an utterance."""
        self.target_frames = min(max(_FIRST_STEP_FRAMES, self.target_frames * 2), _MOST_FRAMES)
        self._since_change = 0

    def played(self, frames: int) -> None:
        """So many frames were played without an underrun."""
        self._since_change += frames
        if self._since_change >= _STABLE_FRAMES:
            halved = self.target_frames // 2
            self.target_frames = halved if halved >= _FIRST_STEP_FRAMES else _LEAST_FRAMES
            self._since_change = 0
