"""How much a loudspeaker still holds, from what it was given and the time that has passed."""

import time
from collections.abc import Callable

NS_PER_S = 1_000_000_000


class Reservoir:
    """A buffer of a fixed size that empties at the sample rate, by the monotonic clock. One thread.

    As a real one it stands still when it is empty: what comes after a gap is played from then on; the gap is not made
    up for.
    """

    def __init__(
        self, *, sample_rate_hz: int, capacity_frames: int, clock_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self.capacity_frames = capacity_frames
        self._sample_rate_hz = sample_rate_hz
        self._clock_ns = clock_ns
        self._empty_at_ns = 0

    @property
    def queued_frames(self) -> int:
        """Given and not played yet; a frame counts until its end."""
        left_ns = max(0, self._empty_at_ns - self._clock_ns())
        return -(-left_ns * self._sample_rate_hz // NS_PER_S)

    def add(self, frames: int) -> None:
        """Give it so many more; the caller has seen that there is room."""
        self._empty_at_ns = max(self._empty_at_ns, self._clock_ns()) + self._duration_ns(frames)

    def clear(self) -> None:
        """Drop what has not been played."""
        self._empty_at_ns = 0

    def time_until_room_s(self, frames: int) -> float:
        """Until so many fit in; 0 if they do now. `frames` is at most the capacity."""
        full_at_ns = self._empty_at_ns - self._duration_ns(self.capacity_frames - frames)
        return max(0, full_at_ns - self._clock_ns()) / NS_PER_S

    def _duration_ns(self, frames: int) -> int:
        return frames * NS_PER_S // self._sample_rate_hz
