"""SSML: the tags that voices can follow, and how each is followed. Any other tag or attribute is refused by its name.

    speak  p  s              xml:lang                 a sentence or paragraph ends a unit, with the pause of its kind
    break                    time, strength           `medium` if neither is given
    say-as                   interpret-as, format     format: of dates alone
    emphasis                 level                    `moderate` if not given; not heard within say-as, phoneme and sub
    prosody                  rate, pitch, volume      labels replace what is in force, numbers change it
    phoneme                  ph, alphabet             IPA
    sub  lang  voice  mark   alias, xml:lang, name, name

say-as, phoneme and sub hold text alone. How the XML itself is read: `ssml_reader.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from utterd.daemon import mark_values as values
from utterd.daemon.mark_values import Effect, WrongMark, one_of, quoted
from utterd.daemon.script import Script
from utterd.daemon.script_builder import OpenMark, ScriptBuilder
from utterd.daemon.ssml_reader import read_xml

Attributes = Mapping[str, str]

NAMESPACES: Final = ("http://www.w3.org/2001/10/synthesis", "https://www.w3.org/2001/10/synthesis")
"""The second is a common slip."""
VERSIONS: Final = ("1.0", "1.1")


def parse_ssml(source: str) -> Script:
    """Raises: ScriptError for what is no well-formed XML, is no SSML, or asks for what is not supported."""
    follower = _Follower()
    read_xml(source, follower)
    return follower.builder.build()


class _Follower:
    """Gets the document's parts in order."""

    def __init__(self) -> None:
        self.builder = ScriptBuilder()

    @property
    def innermost(self) -> OpenMark | None:
        return self.builder.innermost

    def start(self, name: str, attributes: Attributes, place: int) -> None:
        tag = _TAGS.get(name)
        is_root = self.innermost is None
        if is_root and name != "speak":
            raise WrongMark("it is the outermost tag; an SSML document begins with <speak>")
        if tag is None:
            raise WrongMark(f"this tag is not supported; supported are {one_of(_TAGS)}")
        if not is_root and name == "speak":
            raise WrongMark("it stands inside <speak> already; a document has one, around everything")
        _check_attributes(name, tag, attributes)
        self.builder.enter(f"<{name}>", place, tag.follow(self.builder, attributes))

    def end(self) -> None:
        self.builder.leave()

    def text(self, text: str, place: int) -> None:
        self.builder.add_text(text, place)

    def character(self, character: str, place: int, end: int) -> None:
        self.builder.add_character(character, place, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tag:
    follow: Callable[[ScriptBuilder, Attributes], Effect]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    """Beside those that it needs."""


def _check_attributes(name: str, tag: _Tag, attributes: Attributes) -> None:
    known = (*tag.needs, *tag.takes)
    for attribute in attributes:
        if attribute in known or (name == "speak" and attribute.startswith("xmlns:")):
            continue
        reason = ", for no voice can change its melody" if attribute in ("contour", "range") else ""
        takes = f"supported here are {one_of(known)}" if known else "this tag takes none"
        raise WrongMark(f"the attribute {attribute[:40]} is not supported{reason}; {takes}")
    for attribute in tag.needs:
        if attribute not in attributes:
            raise WrongMark(f'the attribute {attribute} is missing; write <{name} {attribute}="…">')


def _language(attributes: Attributes) -> str | None:
    return values.name("xml:lang", attributes["xml:lang"]) if "xml:lang" in attributes else None


def _speak(_: ScriptBuilder, attributes: Attributes) -> Effect:
    if (namespace := attributes.get("xmlns")) and namespace not in NAMESPACES:
        raise WrongMark(f"{quoted(namespace)} is not the namespace of SSML; it is {NAMESPACES[0]}, or may be left out")
    if (version := attributes.get("version")) and version.strip() not in VERSIONS:
        raise WrongMark(f"there is no SSML {quoted(version)}; there are {one_of(VERSIONS)}")
    return Effect(language=_language(attributes))


def _break(builder: ScriptBuilder, attributes: Attributes) -> Effect:
    ms = values.break_strength_ms(attributes.get("strength", "medium"))
    builder.add_break(values.break_ms(attributes["time"]) if "time" in attributes else ms)
    return Effect()


def _mark(builder: ScriptBuilder, attributes: Attributes) -> Effect:
    builder.add_mark(values.name("the name", attributes["name"]))
    return Effect()


def _prosody(_: ScriptBuilder, attributes: Attributes) -> Effect:
    if not attributes:
        raise WrongMark("it changes nothing; give it a rate, a pitch or a volume")
    rate, pitch, volume = attributes.get("rate"), attributes.get("pitch"), attributes.get("volume")
    return Effect(
        rate=None if rate is None else values.rate_factor(rate),
        pitch=None if pitch is None else values.pitch_shift(pitch),
        gain=None if volume is None else values.volume_factor(volume),
    )


def _phoneme(_: ScriptBuilder, attributes: Attributes) -> Effect:
    if (alphabet := attributes.get("alphabet", "ipa")) != "ipa":
        raise WrongMark(f'the alphabet {quoted(alphabet)} is not supported; write alphabet="ipa"')
    return values.pronunciation(attributes["ph"])


_TAGS: Final[Mapping[str, _Tag]] = {
    "speak": _Tag(follow=_speak, takes=("version", "xmlns", "xml:lang", "xsi:schemaLocation")),
    "p": _Tag(takes=("xml:lang",), follow=lambda _, given: Effect(language=_language(given), pause="paragraph")),
    "s": _Tag(takes=("xml:lang",), follow=lambda _, given: Effect(language=_language(given), pause="sentence")),
    "break": _Tag(takes=("time", "strength"), follow=_break),
    "say-as": _Tag(
        needs=("interpret-as",),
        takes=("format",),
        follow=lambda _, given: values.say_as(given["interpret-as"], given.get("format", "")),
    ),
    "emphasis": _Tag(
        takes=("level",), follow=lambda _, given: Effect(emphasis=values.emphasis_level(given.get("level", "moderate")))
    ),
    "prosody": _Tag(takes=("rate", "pitch", "volume"), follow=_prosody),
    "phoneme": _Tag(needs=("ph",), takes=("alphabet",), follow=_phoneme),
    "sub": _Tag(needs=("alias",), follow=lambda _, given: values.substitute(given["alias"])),
    "lang": _Tag(needs=("xml:lang",), follow=lambda _, given: Effect(language=_language(given))),
    "voice": _Tag(
        needs=("name",),
        takes=("xml:lang",),
        follow=lambda _, given: Effect(voice=values.name("the voice", given["name"]), language=_language(given)),
    ),
    "mark": _Tag(needs=("name",), follow=_mark),
}
