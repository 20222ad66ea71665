"""However an utterance arrives, every frame of it is played once, in order.

Units are cut into windows anywhere, with overlaps; chunks come out of order within a bound, twice, or not at all; the
lane is rewound in the middle, the news of that arriving before or after the first chunks of the new generation. What
the daemon would do is done here: it feeds again from the first unit not reported as buffered.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.audio_chunks import Releases, Samples, audio_chunk, count_up

from utterd.stages.chunks import AudioChunk
from utterd.stages.output.playback import FADE_FRAMES, Playback
from utterd.stages.pcm import fade_in, fade_out
from utterd.stages.reports import GapFound, Report, UnitBuffered

BLOCKS = (240, 700, 10_000)
MOST_DISPLACED = 3

utterances = st.lists(st.one_of(st.just(0), st.integers(1, 400), st.integers(400, 3000)), min_size=1, max_size=5)
"""The lengths of the units, in frames."""


def windows_of(draw: st.DrawFn, frames: int) -> list[tuple[int, int]]:
    """[start, stop) from 0 to `frames`, in order, possibly overlapping; the last may be empty."""
    cuts = sorted(draw(st.lists(st.integers(0, frames), max_size=4)))
    overlap = draw(st.integers(0, 50))
    return [(max(0, start - overlap), stop) for start, stop in pairwise([0, *cuts, frames])]


def chunks_of(draw: st.DrawFn, units: list[int], *, first_unit: int, generation: int) -> list[AudioChunk]:
    """The utterance from one of its units on, as inference would send it."""
    chunks = []
    for sequence in range(first_unit, len(units)):
        begin = sum(units[:sequence]) + 1  # the utterance counts from 1
        windows = windows_of(draw, units[sequence])
        for number, (start, stop) in enumerate(windows):
            chunks.append(
                audio_chunk(
                    count_up(begin + start, begin + stop),
                    generation=generation,
                    sequence=sequence,
                    first_frame=start,
                    ends_unit=number == len(windows) - 1,
                    is_last=sequence == len(units) - 1,
                )
            )
    return chunks


def disturb(draw: st.DrawFn, chunks: list[AudioChunk]) -> list[AudioChunk]:
    """Out of order by a few places; some of them twice, some not at all."""
    if not chunks:
        return []
    places = [(n + draw(st.integers(0, MOST_DISPLACED)), n) for n in range(len(chunks))]
    disturbed = [chunks[n] for _, n in sorted(places)]
    for n in draw(st.lists(st.integers(0, len(chunks) - 1), max_size=3)):
        disturbed.insert(draw(st.integers(0, len(disturbed))), chunks[n])
    lost = draw(st.sets(st.integers(0, len(disturbed) - 1), max_size=2))
    return [chunk for n, chunk in enumerate(disturbed) if n not in lost]


class Listener:
    """Hears a playback, and does the daemon's part."""

    def __init__(self, playback: Playback, draw: st.DrawFn) -> None:
        self.playback = playback
        self.releases = Releases()
        self.heard: list[Samples] = []
        self.underruns = 0
        self.edges: list[int] = []
        """Frames before which the sound was faded out, and in again."""
        self.next_unit = 0
        """The first one not reported as buffered."""
        self.wants_rewind = False
        self._draw = draw

    def deliver(self, chunk: AudioChunk) -> None:
        self.note(self.playback.add(chunk, self.releases.new()))
        for _ in range(self._draw(st.integers(0, 3))):
            self.listen()

    def note(self, reports: list[Report]) -> None:
        for report in reports:
            if isinstance(report, UnitBuffered):
                assert report.sequence == self.next_unit
                self.next_unit += 1
            elif isinstance(report, GapFound):
                self.wants_rewind = True

    def listen(self, *, starving: bool | None = None) -> bool:
        """Take a block; whether there was one."""
        if starving is None:
            starving = self._draw(st.booleans())
        block = self.playback.next_block(self._draw(st.sampled_from(BLOCKS)), starving=starving)
        if block is None:
            return False
        self.heard.append(block.samples)
        assert block.clock_frames == len(self.sound)
        if block.underruns > self.underruns:
            self.underruns = block.underruns
            self.edges.append(len(self.sound))
        return True

    @property
    def sound(self) -> Samples:
        return np.concatenate([np.zeros(0, np.float32), *self.heard])


def deliveries(draw: st.DrawFn, listener: Listener, units: list[int]) -> Iterator[AudioChunk]:
    """All that is sent, rewinds included; cuts are made on the way."""
    chunks = disturb(draw, chunks_of(draw, units, first_unit=0, generation=0))
    for generation in range(1, draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(chunks)))
        yield from chunks[:place]
        anew = disturb(
            draw, chunks_of(draw, units, first_unit=min(listener.next_unit, len(units)), generation=generation)
        )
        overtaking = draw(st.integers(0, min(3, len(anew))))
        yield from anew[:overtaking]
        listener.note(listener.playback.cut(generation, (1,)))
        stale = chunks[place : place + draw(st.integers(0, 3))]
        chunks = [*stale, *anew[overtaking:]]
    yield from chunks


def play(draw: st.DrawFn, units: list[int]) -> Listener:
    listener = Listener(Playback(), draw)
    for chunk in deliveries(draw, listener, units):
        listener.deliver(chunk)
    listener.wants_rewind = listener.wants_rewind or listener.next_unit < len(units)
    generation = 10
    while listener.wants_rewind:
        listener.wants_rewind = False
        listener.note(listener.playback.cut(generation, (1,)))
        for chunk in chunks_of(draw, units, first_unit=listener.next_unit, generation=generation):
            listener.deliver(chunk)
        generation += 1
    while listener.listen(starving=False):
        pass
    return listener


def expected(units: list[int], edges: list[int]) -> Samples:
    """The utterance, faded at its ends and at each edge."""
    pieces = np.split(count_up(1, sum(units) + 1), edges)
    faded = [fade_out(fade_in(piece, FADE_FRAMES), FADE_FRAMES) for piece in pieces]
    return np.concatenate(faded)


@settings(deadline=None, max_examples=150)
@given(st.data(), utterances)
def test_every_frame_is_played_once_and_in_order(data, units):
    listener = play(data.draw, units)
    assert np.array_equal(listener.sound, expected(units, listener.edges))
    assert listener.playback.is_idle
    assert listener.releases.are_all_released_once
