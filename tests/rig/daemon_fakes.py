"""Stand-ins for what surrounds the daemon's parts: a loop without time, hops without memory."""

from collections import deque
from collections.abc import Callable
from typing import Any

from utterd.client.messages import Event
from utterd.config.bundles import TONE
from utterd.config.settings import Settings, load_settings
from utterd.daemon.engine import Engine
from utterd.daemon.lane import LaneFeeder
from utterd.daemon.reported import Reported
from utterd.daemon.script import Script
from utterd.daemon.supervisor import Problem, Supervisor
from utterd.daemon.transport import Transport
from utterd.daemon.units import Units
from utterd.daemon.utterance import Utterance
from utterd.daemon.wiring import STAGES
from utterd.daemon.wish import Wish
from utterd.stages.chunks import LANES, AudioChunk, Chunk, ChunkHeader, Lane, Speaking, TextChunk
from utterd.stages.commands import Command, Cut


def default_settings(**overrides: Any) -> Settings:
    """The shipped settings, whatever this machine's user has; `queue_limit=2` sets queue.limit."""
    return load_settings(environ={}, overrides={name.replace("_", ".", 1): value for name, value in overrides.items()})


def make_utterance(number: int = 1, text: str = "One. Two.", *, lane: Lane = "live", **fields: Any) -> Utterance:
    """An utterance that tells nobody of its events, unless `listener` is given."""
    script = fields.pop("script", Script.plain(text))
    fields.setdefault("listener", lambda event: None)
    fields.setdefault("wish", Wish(owner_label="me"))
    fields.setdefault("units", Units(script))
    speaking = Speaking(voice="tone", speed=1.0, language="en-us", lane=lane)
    return Utterance(id=number, script=script, characters=len(text), speaking=speaking, received_at_ns=0, **fields)


def make_engine(
    settings: Settings,
    pipeline: Any,
    reader: Any,
    loop: Any,
    can_send: Callable[[Utterance], bool] = lambda _: True,
    on_trouble: Callable[[str], None] | None = None,
) -> tuple[Engine, Transport]:
    """An engine that hears its pipeline, and the transport that belongs to it; with the stand-in voice."""
    engine = Engine(settings, TONE, pipeline, reader, loop, can_send)
    transport = Transport(engine)
    Reported(engine, transport, on_trouble)
    return engine, transport


class FakeHopWriter:
    """A hop of a few slots: what was sent stands in `sent` until a test takes it and gives the room back."""

    def __init__(self, slots: int = 8) -> None:
        self._room = slots
        self.sent: deque[Chunk] = deque()

    def try_send(self, chunk: Chunk) -> bool:
        if not self._room:
            return False
        self._room -= 1
        self.sent.append(chunk)
        return True

    def collect_credit(self) -> int:
        return 0

    def take(self) -> TextChunk:
        """The oldest chunk; its slot is free again."""
        self._room += 1
        chunk = self.sent.popleft()
        assert isinstance(chunk, TextChunk)
        return chunk

    def take_all(self) -> list[TextChunk]:
        return [self.take() for _ in range(len(self.sent))]


class FakeArrival:
    """An announced chunk, or what `read` is to raise."""

    def __init__(self, chunk: Chunk | Exception) -> None:
        self._chunk = chunk
        self.is_void = False
        self.releases = 0

    def read(self) -> Chunk:
        if isinstance(self._chunk, Exception):
            raise self._chunk
        return self._chunk

    def release(self) -> None:
        self.releases += 1


class FakeHopReader:
    """Hands out the arrivals that a test puts into `announced`."""

    def __init__(self) -> None:
        self.announced: list[FakeArrival] = []

    def receive(self) -> list[FakeArrival]:
        arrivals, self.announced = self.announced, []
        return arrivals

    def announce(self, *chunks: Chunk | Exception) -> list[FakeArrival]:
        arrivals = [FakeArrival(chunk) for chunk in chunks]
        self.announced += arrivals
        return arrivals


class FakeTimer:
    """What FakeLoop.call_later returns."""

    def __init__(self, delay_s: float, action: Callable[[], None]) -> None:
        self.delay_s = delay_s
        self.action = action
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeLoop:
    """An event loop in which no time passes: timers wait until a test lets them go off."""

    def __init__(self) -> None:
        self.timers: list[FakeTimer] = []

    def call_later(self, delay_s: float, action: Callable[..., None], *arguments: Any) -> FakeTimer:
        timer = FakeTimer(delay_s, lambda: action(*arguments))
        self.timers.append(timer)
        return timer

    @property
    def waiting(self) -> list[FakeTimer]:
        return [timer for timer in self.timers if not timer.is_cancelled]

    def fire_all(self) -> None:
        """Let every timer go off, in the order they were set."""
        due, self.timers = self.waiting, []
        for timer in due:
            timer.action()


class FakePipeline:
    """Real lanes and a real supervisor's records; no processes and no sockets."""

    def __init__(self, *, slots: int = 8) -> None:
        self.supervisor = Supervisor(STAGES, default_settings().supervision)
        self.cuts: list[Cut] = []
        self.on_cut: Callable[[Cut], None] = self.cuts.append
        self.writers = {lane: FakeHopWriter(slots) for lane in LANES}
        self.lanes = {
            lane: LaneFeeder(lane, self.writers[lane], lambda cut: self.on_cut(cut))  # type: ignore[arg-type]
            for lane in LANES
        }
        self.sent: list[tuple[str, Command]] = []
        self.volume = 1.0
        self.is_paused = False
        self.revivals = 0
        self.problems: dict[Lane, Problem] = {}

    def send(self, stage: str, command: Command) -> None:
        self.sent.append((stage, command))

    def poke(self) -> None:
        """Here nobody watches sockets."""

    def problem(self, lane: Lane) -> Problem | None:
        return self.problems.get(lane)

    def revive(self) -> None:
        self.revivals += 1


class Listener:
    """Remembers the events of one utterance."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    @property
    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


def audio_chunk(
    utterance_id: int = 1,
    sequence: int = 0,
    *,
    first_frame: int = 0,
    frames: int = 10,
    ends_unit: bool = True,
    is_last: bool = False,
    generation: int = 0,
) -> AudioChunk:
    """For the render lane: int16, every sample its place in the unit."""
    samples = range(first_frame, first_frame + frames)
    return AudioChunk(
        header=ChunkHeader(utterance_id=utterance_id, generation=generation, sequence=sequence, is_last=is_last),
        first_frame=first_frame,
        ends_unit=ends_unit,
        pcm=b"".join(sample.to_bytes(2, "little") for sample in samples),
    )
