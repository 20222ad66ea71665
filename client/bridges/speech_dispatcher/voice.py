"""How speech-dispatcher wants a message spoken (its SET), and what becomes of that. No I/O.

| there | -100 … 0 … 100 | here |
|---|---|---|
| rate | 0.5 … – … 3 | speed: 2 ** (rate / 100) below 0, 3 ** (rate / 100) above, so that equal steps sound equal |
| pitch | -12 … – … 12 | semitones |
| volume | 0 … 0.5 … 1 | gain; 100 is the server's own default, and the voice as it is |
| pitch_range | – | nothing: the voices have none to set |

Where rate or pitch is 0 nobody has chosen one there, and the daemon's own counts, as set in its settings or by
`utterd adjust`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, get_args

from utterd.config.record import fields_of, record

Punctuation = Literal["none", "some", "most", "all"]
Capitals = Literal["none", "spell", "icon"]

SPAN: Final = 100
"""Rate, pitch and volume go from minus this to this."""

SLOWEST, FASTEST = 0.5, 3.0
"""Speeds, of Speak's range."""

SEMITONES: Final = 12.0

CHILD_SEMITONES: Final = 4.0
"""Above the pitch asked for: no voice of ours is a child's."""

CAPITAL_SEMITONES: Final = 4.0
"""A capital letter that is marked by an icon is said so much higher."""


_NOTHING: Final = ("null", "c", "posix")
"""Names that stand for no name; the last two are what spd-say takes for a language where no locale is set."""


@record
class Voice:
    """One of the daemon's."""

    name: str
    language: str
    """As the daemon writes it: `en-us`."""
    is_default: bool = False

    @property
    def gender(self) -> str:
        """`female`, `male`, or nothing: by the second letter of names such as `af_slt`, as Kokoro gives them."""
        return {"f": "female", "m": "male"}.get(self.name[1:2], "") if self.name[2:3] == "_" else ""


@record
class Wanted:
    """The server sends all of it before each message."""

    rate: int = 0
    pitch: int = 0
    volume: int = 100
    punctuation_mode: Punctuation = "none"
    spelling_mode: bool = False
    cap_let_recogn: Capitals = "none"
    voice: str = "male1"
    """A kind of voice: male1 to male3, female1 to female3, child_male, child_female. The server's default is male1."""
    language: str = ""
    synthesis_voice: str = ""
    """A name from LIST VOICES."""

    @property
    def speed(self) -> float | None:
        """None: the daemon's own."""
        return None if self.rate == 0 else (FASTEST if self.rate > 0 else 1 / SLOWEST) ** (self.rate / SPAN)

    @property
    def semitones(self) -> float | None:
        """None: the daemon's own."""
        raised = CHILD_SEMITONES if self.voice.startswith("child") else 0.0
        wanted = self.pitch / SPAN * SEMITONES + raised
        return max(-SEMITONES, min(SEMITONES, wanted)) or None

    @property
    def gain(self) -> float:
        return (self.volume + SPAN) / (2 * SPAN)


def read_settings(lines: Iterable[str], before: Wanted) -> Wanted:
    """What `lines` (`name=value`) say, and of the rest what was `before`. What is not understood changes nothing."""
    values = {name: getattr(before, name) for name, _, _ in fields_of(Wanted)}
    for line in lines:
        name, _, value = line.partition("=")
        if name in values and (understood := _understood(name, value.strip())) is not None:
            values[name] = understood
    return Wanted(**values)


def _understood(name: str, value: str) -> Any:
    match name:
        case "rate" | "pitch" | "volume":
            return _whole_number(value)
        case "punctuation_mode":
            return value if value in get_args(Punctuation) else None
        case "cap_let_recogn":
            return value if value in get_args(Capitals) else None
        case "spelling_mode":
            return value == "on"
        case "voice":
            return value.casefold()
    return "" if value.casefold() in _NOTHING else value


def _whole_number(value: str) -> int | None:
    try:
        return max(-SPAN, min(SPAN, int(value)))
    except ValueError:
        return None


def choose_voice(wanted: Wanted, voices: Sequence[Voice]) -> Mapping[str, str]:
    """The fields `voice` and `language` of Speak, where they are not to be the daemon's own choice.

    A voice that was asked for by name speaks. Otherwise it is one of the language: the default voice if it has that
    language and no other kind is wanted than male1, which is what the server sends where nobody has chosen. A voice
    that has the language already speaks it its own way, American or British. Without `voices` the daemon decides.
    """
    named = next((voice for voice in voices if voice.name == wanted.synthesis_voice), None)
    default = next((voice for voice in voices if voice.is_default), None)
    chosen = named or _of_kind(wanted, voices, default) or default
    fields = {}
    if wanted.synthesis_voice and not voices:
        fields["voice"] = wanted.synthesis_voice
    elif chosen and chosen is not default:
        fields["voice"] = chosen.name
    if wanted.language and not (chosen and _base(chosen.language) == _base(wanted.language)):
        fields["language"] = wanted.language
    return fields


def _of_kind(wanted: Wanted, voices: Sequence[Voice], default: Voice | None) -> Voice | None:
    base = _base(wanted.language)
    own = [voice for voice in voices if not base or _base(voice.language) == base]
    if wanted.voice == "male1":
        return default if default in own or not own else own[0]
    kind = wanted.voice.removeprefix("child_")
    alike = [voice for voice in own or voices if voice.gender == kind.rstrip("0123456789")]
    if not alike:
        return own[0] if own and default not in own else default
    return alike[min(int(kind[-1:]) if kind[-1:].isdigit() else 1, len(alike)) - 1]


def _base(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].casefold()


def voice_lines(voices: Iterable[Voice]) -> list[str]:
    """The answer to LIST VOICES: name, language as `en-US`, variant."""
    return [f"200-{voice.name}\t{_with_region(voice.language)}\tnone" for voice in voices]


def _with_region(language: str) -> str:
    base, dash, region = language.partition("-")
    return base + dash + region.upper()
