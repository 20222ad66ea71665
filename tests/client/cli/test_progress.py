"""The progress bar of renderings: only on a terminal, only for work that takes a while."""

import io

from utterd.client.cli.progress import Progress
from utterd.client.messages import Audio, Started

SECOND_OF_SOUND = bytes(48_000)


class FakeTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class FakeClock:
    """Seconds, when told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def audio(char_end: int | None) -> Audio:
    return Audio(utterance=1, pcm=SECOND_OF_SOUND, char_end=char_end)


def test_short_work_shows_nothing() -> None:
    terminal, clock = FakeTerminal(), FakeClock()
    with Progress(terminal, characters=100, clock=clock) as progress:
        progress.show(Started(utterance=1, t_ms=0, audio_ms=0))
        clock.now_s += 0.9
        progress.show(audio(50))
    assert terminal.getvalue() == ""


def test_long_work_shows_a_bar_and_takes_it_away() -> None:
    terminal, clock = FakeTerminal(), FakeClock()
    with Progress(terminal, characters=100, clock=clock) as progress:
        clock.now_s += 1.1
        progress.show(audio(50))
        assert terminal.getvalue() == f"\r\x1b[K[{'#' * 15}{' ' * 15}]  50%  0:01 of speech"
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_bar_is_not_redrawn_all_the_time() -> None:
    terminal, clock = FakeTerminal(), FakeClock()
    with Progress(terminal, characters=100, clock=clock) as progress:
        clock.now_s += 1.1
        for _ in range(50):
            progress.show(audio(50))
    assert terminal.getvalue().count("50%") == 1


def test_without_positions_the_length_is_shown() -> None:
    terminal, clock = FakeTerminal(), FakeClock()
    with Progress(terminal, characters=100, clock=clock) as progress:
        clock.now_s += 1.1
        progress.show(audio(None))
    assert terminal.getvalue().startswith("\r\x1b[K0:01 of speech")


def test_nothing_is_drawn_where_nobody_looks() -> None:
    clock = FakeClock()
    for stream in (io.StringIO(), None):
        with Progress(stream, characters=100, clock=clock) as progress:
            clock.now_s += 2
            progress.show(audio(50))
        assert stream is None or stream.getvalue() == ""
