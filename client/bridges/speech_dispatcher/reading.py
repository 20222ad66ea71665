"""What is said of a message: punctuation by name, capitals told, words spelled, characters and keys named. No I/O."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from utterd.client.bridges.speech_dispatcher.markup import Kind, Piece, parse
from utterd.client.bridges.speech_dispatcher.voice import CAPITAL_SEMITONES, Wanted

_LEVELS: Final = {"none": (), "some": ("some",), "most": ("some", "most"), "all": ("some", "most", "all")}

_PAUSES: Final = frozenset(".,;:!?…—–")
"""Signs that are heard without their name: they stay behind it."""

_SPELLED_CHARACTERS: Final = 200
"""In one tag; longer words are spelled in several."""

_SPELL: Final = Piece(kind=Kind.OPEN, text='<say-as interpret-as="characters">', name="say-as")
_SPELL_END: Final = Piece(kind=Kind.CLOSE, text="</say-as>", name="say-as")
_RAISE: Final = Piece(kind=Kind.OPEN, text=f'<prosody pitch="+{CAPITAL_SEMITONES:g}st">', name="prosody")
_RAISE_END: Final = Piece(kind=Kind.CLOSE, text="</prosody>", name="prosody")

CAPITAL: Final = "capital"
"""What a capital letter is announced with, in English; in other languages its pitch is raised."""

_WORD: Final = re.compile(r"\w+")


def read_message(kind: str, body: str, wanted: Wanted) -> list[Piece]:
    """What is to be sent to the daemon for a message of this kind: SPEAK, CHAR, KEY or SOUND_ICON."""
    match kind:
        case "CHAR":
            return list(_character(" " if body == "space" else body, wanted))
        case "KEY":
            return list(_key(body, wanted))
        case "SOUND_ICON":
            return [_plain(re.sub(r"[-_.]+", " ", body))]
    pieces = parse(body)
    if wanted.spelling_mode:
        return list(_each_text(pieces, _spelled, wanted))
    if wanted.punctuation_mode != "none":
        pieces = list(_each_text(pieces, _punctuated, wanted))
    if wanted.cap_let_recogn != "none":
        pieces = list(_each_text(pieces, _with_capitals_told, wanted))
    return pieces


def _plain(text: str) -> Piece:
    return Piece(kind=Kind.TEXT, text=text)


def _each_text(pieces: Iterable[Piece], read: Any, wanted: Wanted) -> Iterator[Piece]:
    for piece in pieces:
        if piece.kind is Kind.TEXT:
            yield from read(piece.text, wanted)
        else:
            yield piece


def _punctuated(text: str, wanted: Wanted) -> Iterator[Piece]:
    names, pattern = _signs(wanted.punctuation_mode)
    place = 0
    for found in pattern.finditer(text):
        sign = found[0]
        before = f"{text[place : found.start()]} "
        place = found.end()
        behind = f"{sign if sign in _PAUSES else ''} "
        if _language(wanted) == "en":
            yield _plain(f"{before}{names[sign]}{behind}")
        else:
            yield from (_plain(before), *_as_characters(sign), _plain(behind))
    if text[place:]:
        yield _plain(text[place:])


def _with_capitals_told(text: str, wanted: Wanted) -> Iterator[Piece]:
    place = 0
    for found in _WORD.finditer(text):
        if found[0] == found[0].lower():
            continue
        if text[place : found.start()]:
            yield _plain(text[place : found.start()])
        yield from _told(_plain(found[0]), wanted)
        place = found.end()
    if text[place:]:
        yield _plain(text[place:])


def _told(*pieces_and_wanted: Any) -> Iterator[Piece]:
    """A capital: announced, or raised."""
    *pieces, wanted = pieces_and_wanted
    if wanted.cap_let_recogn == "spell" and _language(wanted) == "en":
        yield _plain(f"{CAPITAL} ")
        yield from pieces
    elif wanted.cap_let_recogn == "none":
        yield from pieces
    else:
        yield from (_RAISE, *pieces, _RAISE_END)


def _spelled(text: str, wanted: Wanted) -> Iterator[Piece]:
    for found in re.finditer(rf"(\s+)|(\S{{1,{_SPELLED_CHARACTERS}}})", text):
        if found[1]:
            yield _plain(found[1])
        elif wanted.cap_let_recogn == "none":
            yield from _as_characters(found[2])
        else:
            for run in re.findall(r"[^\W\d_]|[\W\d_]+", found[2]):
                yield from _letters(run, wanted)
                yield _plain(" ")


def _letters(letters: str, wanted: Wanted) -> Iterator[Piece]:
    pieces = _as_characters(letters)
    if letters != letters.lower():
        yield from _told(*pieces, wanted)
    else:
        yield from pieces


def _as_characters(text: str) -> tuple[Piece, ...]:
    return (_SPELL, Piece(kind=Kind.VERBATIM, text=text), _SPELL_END)


def _character(character: str, wanted: Wanted) -> Iterator[Piece]:
    if name := _names()["characters"].get(character):
        yield _plain(name)
    elif len(character) > 1 and character.isascii():
        yield _plain(character)  # a name that the server has found for it
    else:
        yield from _letters(character, wanted)


def _key(name: str, wanted: Wanted) -> Iterator[Piece]:
    """`control_a`, `shift_KP_Enter`, `_` … : SSIP joins the names of keys by `_`."""
    keys = _names()["keys"]
    parts = [name] if len(name) == 1 else [part for part in name.split("_") if part] or [name]
    for number, part in enumerate(parts):
        if number:
            yield _plain(" ")
        if len(part) == 1:
            yield from _character(part, wanted)
        else:
            said = keys.get(part.casefold()) or re.sub(r"(?<=^[fF])(?=\d)", " ", part.replace("-", " "))
            yield _plain(said)


def _language(wanted: Wanted) -> str:
    return wanted.language.replace("_", "-").partition("-")[0].casefold() or "en"


@cache
def _signs(mode: str) -> tuple[dict[str, str], re.Pattern[str]]:
    """Sign → English name, of those that are named in this mode, and what finds them."""
    levels = _names()["signs"]
    names = {sign: name for level in _LEVELS[mode] for sign, name in levels[level].items()}
    # What stands between two figures belongs to a number, a time or a date, and is read with it.
    return names, re.compile(rf"(?![.,:](?<=\d.)(?=\d))[{re.escape(''.join(names))}]")


@cache
def _names() -> Any:
    return tomllib.loads(files(__package__).joinpath("names.toml").read_text("utf-8"))
