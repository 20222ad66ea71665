"""The words of the protocol: requests, replies and events, as records (config/record.py).

`PROTOCOL.md` beside this file is their description for people; the two change together. A new optional field or a new
message raises the minor version, anything else the major one.
"""

from enum import StrEnum
from typing import Any, Literal, get_args

from utterd.config.record import record

PROTOCOL_VERSION = (1, 1)
"""(major, minor). Another major is refused; another minor is understood, unknown fields being left aside."""

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Of the msgpack body, without its four length bytes."""

MAX_TEXT_CODE_POINTS = 4_000_000
"""Longer texts are rendered to a file in parts, or streamed."""

SPEED_RANGE = (0.5, 3.0)
"""1 is the voice's own; 0.5 is half as fast."""

PITCH_RANGE = (-12.0, 12.0)
"""Of `Speak.pitch`, in semitones: an octave down, an octave up."""

GAIN_RANGE = (0.0, 2.0)
"""Linear; 1 leaves the voice as it is."""

Placement = Literal["append", "next", "now"]
"""Where a new utterance goes: behind the queue, in front of it, or in place of the one being spoken."""

Priority = Literal["important", "message", "text", "notification", "progress"]
"""What kind of message a new utterance is, in SSIP's words: it decides where that goes, and what gives way to it."""


Markup = Literal["none", "light", "ssml"]
"""What marks the text has: none, light ones in brackets (`[pause 300ms]`), or SSML."""

Profile = Literal["prose", "chat", "code", "pdf"]
"""What kind of text it is: running text; messages with Markdown; source code; text copied out of pages."""

Step = Literal["word", "sentence", "paragraph", "second"]
"""What a Seek counts."""


class ErrorCode(StrEnum):
    """Why something was refused or failed. Programs read the code, people the sentence beside it."""

    EMPTY_TEXT = "empty_text"
    NOTHING_TO_SPEAK = "nothing_to_speak"
    """The text has no letter, digit or symbol with a spoken form."""
    TEXT_TOO_LONG = "text_too_long"
    BAD_FIELD = "bad_field"
    """A field is missing, of the wrong type, or out of range."""
    UNKNOWN_VOICE = "unknown_voice"
    UNKNOWN_LANGUAGE = "unknown_language"
    UNKNOWN_UTTERANCE = "unknown_utterance"
    BAD_MARKUP = "bad_markup"
    """The marks in the text cannot be followed; the sentence says where and why."""
    NOT_A_STREAM = "not_a_stream"
    """An Append for an utterance whose text is complete."""
    UNKNOWN_TYPE = "unknown_type"
    UNSUPPORTED_VERSION = "unsupported_version"
    MALFORMED = "malformed"
    """The message is not what PROTOCOL.md describes."""
    MESSAGE_TOO_LONG = "message_too_long"
    QUEUE_FULL = "queue_full"
    SHUTTING_DOWN = "shutting_down"
    STAGE_CRASHED = "stage_crashed"
    """A stage died twice over the same piece of text, or cannot be kept alive."""
    MODEL_UNUSABLE = "model_unusable"
    """The voice's files are missing, broken, or not what their bundle says."""
    DEVICE_UNUSABLE = "device_unusable"
    """No output device can be opened."""
    SYNTHESIS_FAILED = "synthesis_failed"


# Requests: client → daemon. Each is answered by exactly one reply with the same request id.


@record
class Speak:
    """Speak this text. Answered by Accepted; then come the utterance's events, with the same request id."""

    text: str
    """1 to 4,000,000 code points, 250,000 with markup; of a stream its beginning, which may be empty."""
    voice: str | None = None
    """A name from Voices, or a blend (`af_slt*0.6+am_rms*0.4`); the daemon's default if absent."""
    speed: float | None = None
    """0.5 to 3; 1 is the voice's own."""
    pitch: float | None = None
    """Semitones, -12 to 12; 0 is the voice's own. A model that cannot change its pitch speaks at its own."""
    language: str | None = None
    """`en-us`, `en-gb`, `es`, `fr-fr`, `it`, `pt-br`, `hi`, or a short form (`en`, `pt`); `auto` finds out, sentence by
    sentence; the voice's own if absent."""
    placement: Placement = "append"
    destination: Literal["device", "client"] = "device"
    """`device`: the loudspeaker. `client`: Audio events on this connection; never delays the loudspeaker."""
    gain: float = 1.0
    """Linear volume, 0 to 2."""
    on_disconnect: Literal["continue", "stop"] = "continue"
    """What becomes of the utterance if this connection closes before its end."""
    priority: Priority | None = None
    """SSIP's; with one, its rules decide and `placement` has to be `append`."""
    key: str = ""
    """Idempotency: the same key again, on any connection that gives this `client`, is the same utterance."""
    replaces: str = ""
    """An utterance with the same label that has not begun is dropped in favour of this one."""
    group: str = ""
    """Utterances of one group stay together."""
    client: str = ""
    """Whose it is, for `key`, `replaces`, `group` and `mine`; this connection's own if empty."""
    max_age_s: float | None = None
    """Seconds within which it must begin to sound; afterwards it is dropped unheard."""
    markup: Markup = "none"
    profile: Profile = "prose"
    project: str = ""
    """A folder whose `.utterd.toml`, or that of one above it, has words to be read its own way."""
    stream: bool = False
    """More text follows, by Append; the pieces are one utterance."""
    words: bool = False
    """Send Word, Sentence, Mark and Progress events, too."""


@record
class Stop:
    """Be silent at once. Answered by Stopped."""

    utterance: int | None = None
    """Only this one; the one being spoken if absent."""
    all: bool = False
    """Everything spoken and queued, renderings to files too."""
    mine: bool = False
    """Everything of this client, spoken and queued."""
    client: str = ""
    """Whose, for `mine`; this connection's own if empty."""


@record
class Append:
    """More text of a stream. Answered by Done."""

    utterance: int
    text: str = ""
    is_last: bool = False
    """No more follows."""


@record
class Pause:
    """Be silent, and stay at this very sample. Answered by Done."""

    mine: bool = False
    """Only if what is being spoken is this client's."""
    client: str = ""


@record
class Resume:
    """Go on from that sample. Answered by Done."""

    mine: bool = False
    client: str = ""


@record
class Skip:
    """End what is being spoken; the next utterance speaks. Answered by Done."""


@record
class Seek:
    """Go on elsewhere in what is being spoken. Answered by Done."""

    to: int | None = None
    """The first word that ends behind this place of the text, in code points; or else:"""
    by: Step = "sentence"
    count: int = -1
    """So many of these on, or back if negative. Back by a sentence or paragraph goes to the start of the present one,
    or of the one before if that start is near."""


@record
class Replay:
    """Say the last seconds again: of what is being spoken, or else of what was last. Answered by Done."""

    seconds: float = 10.0
    """Above 0, to 3600."""


@record
class Adjust:
    """Another speed, pitch or volume, at once and for later utterances. Answered by Done."""

    speed: float | None = None
    """0.5 to 3; of what is being spoken, from the next word on, and of requests that give none."""
    pitch: float | None = None
    """Semitones, -12 to 12; likewise."""
    volume: float | None = None
    """Linear, 0 to 2; of the loudspeaker."""


@record
class ListVoices:
    """Which voices are there? Answered by Voices."""


@record
class ListQueue:
    """What is being spoken and what waits? Answered by Queue."""


@record
class GetStatus:
    """How is the daemon? Answered by Status."""


# Replies: daemon → client.


@record
class Accepted:
    """The utterance is in the queue."""

    utterance: int
    """Its id, for Stop and in its events."""


@record
class Refused:
    """The request changed nothing."""

    code: str
    """An ErrorCode; clients must bear unknown ones."""
    message: str
    """One sentence for people: what, where, what to do."""


@record
class Stopped:
    """What a Stop ended."""

    utterances: list[int]


@record
class Done:
    """What was asked has been done, to these utterances; none if nothing was being spoken."""

    utterances: list[int]


@record
class Voices:
    voices: list[dict[str, Any]]
    """Each `{name, language, description, is_default}`."""


@record
class Queue:
    utterances: list[dict[str, Any]]
    """In order: `{id, state, position, characters, destination, priority, group, client}`; never the text."""


@record
class Status:
    status: dict[str, Any]
    """As `utterd status --json` prints it: see PROTOCOL.md."""


# Events: daemon → the connection that sent the Speak.


@record
class Started:
    """The first audible frame leaves for the loudspeaker, device latency included; never sent earlier."""

    utterance: int
    t_ms: float
    """Milliseconds since the daemon received the request, monotonic."""
    audio_ms: float
    """Position on the utterance's sample clock."""
    handed_ms: float | None = None
    """When that frame was handed to the device: `t_ms` less the device's latency."""


@record
class Word:
    """A word begins to be heard."""

    utterance: int
    t_ms: float
    audio_ms: float
    char_start: int
    """In code points of the text sent, marks included."""
    char_end: int


@record
class Sentence:
    """The first word of a sentence begins to be heard; its Word follows."""

    utterance: int
    t_ms: float
    audio_ms: float
    char_start: int
    char_end: int


@record
class Mark:
    """The sound passes a named mark of the text."""

    utterance: int
    t_ms: float
    audio_ms: float
    name: str
    char_start: int


@record
class Progress:
    """A piece of the text is through: the loudspeaker has all of it, and is at most its latency behind."""

    utterance: int
    t_ms: float
    audio_ms: float
    char_end: int
    """So far, in code points of the text sent."""
    characters: int
    """Of the text, so far as it is known."""


@record
class Paused:
    """Silence; nothing is lost."""

    utterance: int
    t_ms: float
    audio_ms: float


@record
class Resumed:
    """It goes on."""

    utterance: int
    t_ms: float
    audio_ms: float


@record
class Audio:
    """A window of PCM, for a Speak with destination `client`."""

    utterance: int
    pcm: bytes
    """Mono, 24 kHz, signed 16 bits, little endian."""
    char_end: int | None = None
    """How far into the text the sound has come, in code points, where the daemon can tell: for progress bars."""


@record
class Finished:
    """The last frame has been heard (or sent)."""

    utterance: int
    t_ms: float
    audio_ms: float
    underruns: int
    """How often the loudspeaker ran dry in the middle."""
    dropped: list[dict[str, Any]]
    """Characters that made no sound: `{char_start, char_end, reason}`, in code points of the text sent."""


@record
class Cancelled:
    """Stopped before its end."""

    utterance: int
    t_ms: float
    audio_ms: float
    reason: str
    """`stopped`, `skipped`, `interrupted` (by a `now`, or a higher priority), `coalesced` (another one stands for it: a
    later one, or the one that had its key), `discarded` (a notification for which there was no room), `expired`,
    `unread` (a rendering whose client read nothing for a minute), `disconnected`, `shutting_down`; bear others."""


@record
class Failed:
    """Could not be spoken to its end."""

    utterance: int
    t_ms: float
    audio_ms: float
    code: str
    message: str


Request = Speak | Append | Stop | Pause | Resume | Skip | Seek | Replay | Adjust | ListVoices | ListQueue | GetStatus
Reply = Accepted | Refused | Stopped | Done | Voices | Queue | Status
Event = Started | Word | Sentence | Mark | Progress | Paused | Resumed | Audio | Finished | Cancelled | Failed
Message = Request | Reply | Event

REQUESTS: tuple[type[Request], ...] = get_args(Request)
REPLIES: tuple[type[Reply], ...] = get_args(Reply)
EVENTS: tuple[type[Event], ...] = get_args(Event)
TERMINAL_EVENTS = (Finished, Cancelled, Failed)
"""An utterance ends with exactly one of these."""
