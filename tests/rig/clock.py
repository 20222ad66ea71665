"""A clock that stands still until someone sleeps."""


class FakeClock:
    """Give its methods to what takes a clock and a sleep: no time passes but what is slept."""

    def __init__(self) -> None:
        self.now_ns = 1_000_000_000_000
        self.slept_s: list[float] = []

    @property
    def now_s(self) -> float:
        return self.now_ns / 1e9

    def clock_ns(self) -> int:
        return self.now_ns

    def sleep_s(self, duration_s: float) -> None:
        self.slept_s.append(duration_s)
        self.advance_s(duration_s)

    def advance_s(self, duration_s: float) -> None:
        self.now_ns += round(duration_s * 1e9)
