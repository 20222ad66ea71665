"""What the daemon tells its stages, over the control socket."""

from dataclasses import dataclass
from typing import get_args

from utterd.stages.chunks import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """From now on only `generation` and later ones count on this lane; drop older chunks without looking inside.

    g2p and inference drop everything older, the work in hand included. Output drops what is older too, except the
    audio it already holds without a gap for the utterances in `keep`: a rewind, as opposed to a cancel, is not heard.
    """

    lane: Lane
    generation: int
    keep: tuple[int, ...] = ()
    """Utterance ids, in the order they are to be played."""
    begin: tuple[tuple[int, int], ...] = ()
    """(utterance id, sequence) of those that are not kept and come from somewhere within that unit on."""
    trim: tuple[int, ...] = ()
    """(utterance id, frames): of this one, which is kept, drop what is further ahead than that: it comes anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginEpoch:
    """The reader of this hop has been replaced: ring again for what it had not released."""

    hop: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """Live work is on its way: interrupt render work in hand; it is taken up again behind that, or after a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepare:
    """Sound is on its way: have the device open by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePlayback:
    """Be silent where the listener is, and stay there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePlayback:
    """Go on from there, to the sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeekTo:
    """Go on elsewhere in the utterance that sounds, if output holds that place; answered by Sought."""

    utterance_id: int
    char: int | None = None
    """At the first word that ends behind this place of its text."""
    back_frames: int = 0
    """Or so many frames back, at 24 kHz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVolume:
    """Loudness of the loudspeaker, for every utterance; with a short ramp."""

    gain: float
    """Linear, 0 to 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutdown:
    """Fade out, let go of everything, and exit."""


Command = Cut | BeginEpoch | Yield | Prepare | PausePlayback | ResumePlayback | SeekTo | SetVolume | Shutdown
COMMANDS: tuple[type[Command], ...] = get_args(Command)
