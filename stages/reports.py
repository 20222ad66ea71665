"""What the stages tell the daemon. Nothing here ever holds spoken text."""

from dataclasses import dataclass, field
from typing import get_args

from utterd.stages.chunks import Dropped, Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The stage can work. Sent once a process."""

    stage: str
    pid: int
    asked: str
    """The scheduling this stage asked the system for."""
    granted: str
    """What the system says it has."""
    refused: tuple[str, ...] = ()
    """What it was refused, each with the reason."""
    detail: dict[str, str] = field(default_factory=dict)
    """Facts for `utterd status`, such as the device's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """The stage runs but cannot do its work: no model, no device. It exits after this."""

    stage: str
    pid: int
    code: str
    """An ErrorCode value."""
    message: str
    """One sentence for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The stage's control thread lives, and knows how long its main thread has been at one thing."""

    stage: str
    pid: int
    busy_ms: int
    """How long the main thread has been in its present step; 0 when it waits for work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPhonemized:
    """g2p has read a unit: what of its text will make no sound."""

    lane: Lane
    utterance_id: int
    sequence: int
    dropped: tuple[Dropped, ...]
    is_silent: bool
    """Nothing in this unit makes a sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSynthesized:
    """inference has made a unit's sound."""

    lane: Lane
    utterance_id: int
    sequence: int
    compute_ms: float
    """Time in the model alone."""
    audio_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitBuffered:
    """output holds all of a unit's sound, without a gap: nobody upstream is needed for it any more."""

    utterance_id: int
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackStarted:
    """The first audible frame of an utterance has been handed to the device."""

    utterance_id: int
    handed_at_ns: int
    """CLOCK_MONOTONIC, after the device took the block with that frame."""
    latency_frames: int
    """Until it is heard."""
    audio_frames: int
    """Frames of the utterance played before it."""
    trace: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPlayed:
    """The last frame of a unit has been handed to the device."""

    utterance_id: int
    sequence: int
    audio_frames: int
    """Frames of the utterance handed so far, since this stage took it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The first frame of a word, or of the word behind a mark, has been handed to the device."""

    utterance_id: int
    char_start: int
    """In code points of the utterance's text."""
    char_end: int
    mark: str
    """The mark's name; empty for a word."""
    handed_at_ns: int
    latency_frames: int
    """Until it is heard."""
    audio_frames: int
    """Frames of the utterance played before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackPaused:
    """The loudspeaker is silent, and stays so."""

    utterance_id: int
    """The one that sounded, or was about to; 0 if there was none."""
    audio_frames: int
    """Of it, heard so far. What was reported of later frames has not been heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What became of a SeekTo."""

    utterance_id: int
    audio_frames: int
    """Heard before it, as in PlaybackPaused."""
    is_found: bool
    """If not, silence has fallen: the place has to be made."""
    char: int | None = None
    """As it was asked for."""
    sequence: int = 0
    """Where the utterance goes on."""
    frame: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackFinished:
    """The last frame of an utterance has been heard."""

    utterance_id: int
    audio_frames: int
    underruns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackCut:
    """An utterance was dropped by a Cut while it sounded or waited."""

    utterance_id: int
    audio_frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CutDone:
    """output has obeyed a Cut: what it reported before this was about older generations, what it reports from now on
    is not."""

    generation: int
    trimmed: tuple[int, ...] = ()
    """(utterance id, sequence, char): that it wants this utterance anew from there on, having been told to trim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFound:
    """A chunk is missing, and later ones are here: feed again from this unit."""

    utterance_id: int
    sequence: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotLost:
    """A chunk arrived damaged and was dropped."""

    stage: str
    lane: Lane
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFailed:
    """A stage could not process a unit, and goes on without it."""

    stage: str
    lane: Lane
    generation: int
    utterance_id: int
    sequence: int
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged:
    """The loudspeaker's state, for `utterd status`."""

    name: str
    state: str
    latency_ms: float


Report = (
    Ready
    | Unusable
    | Heartbeat
    | UnitPhonemized
    | UnitSynthesized
    | UnitBuffered
    | PlaybackStarted
    | UnitPlayed
    | PlaybackFinished
    | Passed
    | PlaybackPaused
    | Sought
    | PlaybackCut
    | CutDone
    | GapFound
    | SlotLost
    | UnitFailed
    | DeviceChanged
)
REPORTS: tuple[type[Report], ...] = get_args(Report)
