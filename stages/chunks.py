"""What travels from stage to stage: TextChunk → PhonemeChunk → AudioChunks, all under one ChunkHeader.

A *unit* is the piece of text that is synthesised in one go (a sentence, or a clause of it). It has one `sequence`
all the way: one TextChunk becomes one PhonemeChunk becomes one or more AudioChunks, told apart by `first_frame`.

Chunks are private to one daemon and its own stages; they may change with no protocol version.
"""

from dataclasses import dataclass, field
from typing import Literal, get_args

Lane = Literal["live", "render"]
"""`live` is for the loudspeaker and always goes first; `render` is for files."""

LANES: tuple[Lane, Lane] = ("live", "render")
"""In order of urgency."""

SAMPLE_RATE_HZ = 24_000
"""Of all PCM between stages: mono, the rate Kokoro-style models speak at."""

Pause = Literal["none", "clause", "sentence", "paragraph"]
"""What kind of silence belongs after a unit."""


Profile = Literal["prose", "chat", "code", "pdf"]
"""What kind of text it is: running text; messages with Markdown; source code; text copied out of pages."""

PROFILES: tuple[Profile, ...] = get_args(Profile)

InstructionKind = Literal[
    "sub", "phoneme", "emphasis",
    "characters", "digits", "cardinal", "ordinal", "fraction", "date", "time", "telephone", "unit",
]  # fmt: skip
"""What a mark asks g2p to do with a stretch of text: SSML's `sub`, `phoneme`, `emphasis`, and `say-as` by its kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """How a stretch of the text is to be read, where the writer has said so."""

    char_start: int
    """In code points of the utterance's text."""
    char_end: int
    kind: InstructionKind
    value: str = ""
    """`sub`: the words said instead; `phoneme`: IPA; `emphasis`: strong, moderate, none or reduced; `date`: a format
    such as `dmy`; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A named place in the text: an event is sent when the sound passes it."""

    char_start: int
    """In code points of the utterance's text: the next word from here on."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkHeader:
    """Says which piece of which utterance a chunk is. Travels with every chunk on every hop."""

    utterance_id: int
    """Given by the daemon; never reused while it runs. Unsigned, 64 bits."""
    generation: int
    """Raised by every cancel and every rewind of the lane. A stage drops chunks of an older one unseen."""
    sequence: int
    """0, 1, 2 … within the utterance, without gaps: the number of the unit."""
    is_last: bool
    """No unit of this utterance follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """How a unit is to be spoken: chosen once for an utterance, carried by every chunk of it."""

    voice: str
    """A voice of the loaded bundle."""
    speed: float
    """1.0 is the voice's own; 0.5 is half as fast. Range 0.5 to 3."""
    language: str
    """`en-us`, `en-gb`, `es`, `fr-fr`, `it`, `pt-br`, `hi`: already normalised. `auto`: g2p finds out, unit by unit."""
    lane: Lane
    pitch: float = 0.0
    """Semitones above the voice's own, -12 to 12."""
    gain: float = 1.0
    """Linear volume, 0 to 2."""
    profile: Profile = "prose"
    project: str = ""
    """A folder: the lexicon of its `.utterd.toml`, or of one above it, counts where the user's own has nothing."""
    voices: tuple[tuple[str, str], ...] = ()
    """For `auto`: (language, the voice that speaks it), each language once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChunk:
    """Daemon → g2p: one unit of the original text."""

    header: ChunkHeader
    speaking: Speaking
    text: str
    """Exactly the characters `[char_start, char_start + len(text))` of the utterance's text."""
    char_start: int
    """In code points."""
    pause: Pause
    first_frame: int = 0
    """Frames of this unit that have been played already (after a rewind): synthesis goes on from here."""
    from_char: int = 0
    """Begin at the first word that ends behind this place (after a seek): what comes before it is not made."""
    pause_ms: int | None = None
    """Silence behind the unit, in place of what `pause` means."""
    instructions: tuple[Instruction, ...] = ()
    """In order, not overlapping, each within this unit."""
    marks: tuple[Mark, ...] = ()
    trace: dict[str, int] = field(default_factory=dict)
    """Stage event → CLOCK_MONOTONIC nanoseconds; each stage adds its own. Shows where the time went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWord:
    """A stretch of the original text and the tokens that speak it."""

    char_start: int
    """In code points of the utterance's text."""
    char_end: int
    token_start: int
    """Index into the piece's `tokens`."""
    token_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A stretch of the original text that makes no sound, and why."""

    char_start: int
    """In code points of the utterance's text."""
    char_end: int
    reason: str
    """A short phrase for people: "symbol without a spoken form"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One run of the model: at most 510 tokens, without the padding the model wants round them."""

    tokens: tuple[int, ...]
    """Ids of the Kokoro symbol table, 1 to 177."""
    words: tuple[SpokenWord, ...] = ()
    """In order, not overlapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonemeChunk:
    """g2p → inference: one unit as tokens. No pieces: a unit that makes no sound but still takes its place."""

    header: ChunkHeader
    speaking: Speaking
    pieces: tuple[Piece, ...]
    dropped: tuple[Dropped, ...]
    pause: Pause
    first_frame: int = 0
    from_char: int = 0
    pause_ms: int | None = None
    marks: tuple[Mark, ...] = ()
    trace: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """A word, or a named mark, that the sound passes."""

    frame: int
    """Of the unit, at 24 kHz: where the word's sound begins."""
    char_start: int
    """In code points of the utterance's text."""
    char_end: int
    mark: str = ""
    """The mark's name; empty for a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioChunk:
    """inference → output: a window of a unit's PCM."""

    header: ChunkHeader
    first_frame: int
    """Where in the unit this window starts, in frames at 24 kHz."""
    ends_unit: bool
    """No window of this unit follows."""
    pcm: bytes
    """Mono float32, native byte order, nominally in [-1, 1]; int16 on the render lane."""
    gain: float = 1.0
    passings: tuple[Passing, ...] = ()
    """Those whose frame lies in this window, in order."""
    trace: dict[str, int] = field(default_factory=dict)


Chunk = TextChunk | PhonemeChunk | AudioChunk
