"""The SSML of speech-dispatcher: taken apart, and written anew so that the daemon takes it. No I/O.

The server puts `<speak>` around a text and a `<mark>` behind each sentence. What a client gives as SSML it passes on as
it is, with its own marks in the middle of it, well-formed or not. Nothing of that is ever a reason for silence: tags
that the daemon does not know are left out, those that cross are closed, and what is no tag is text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import Final

from utterd.client.messages import Markup
from utterd.config.record import record

ATTRIBUTES: Final = {
    "p": ("xml:lang",),
    "s": ("xml:lang",),
    "break": ("time", "strength"),
    "say-as": ("interpret-as", "format"),
    "emphasis": ("level",),
    "prosody": ("rate", "pitch", "volume"),
    "phoneme": ("ph", "alphabet"),
    "sub": ("alias",),
    "lang": ("xml:lang",),
    "voice": ("name",),
    "mark": ("name",),
}
"""What the daemon takes, beside `<speak>`. A tag needs the first of its attributes, but for those that follow."""

_MAY_BE_BARE: Final = {"p", "s", "break", "emphasis"}

_NEEDS_ANY: Final = {"prosody"}

_EMPTY: Final = {"break", "mark"}

_TEXT_ALONE: Final = {"say-as", "phoneme", "sub"}
"""No tag may stand in these; the marks in them go behind them."""

_TAG: Final = re.compile(
    r"""<(?P<close>/?)(?P<name>[A-Za-z][\w:.-]*)(?P<attributes>(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*/?>"""
    r"""|&(?P<entity>\#\d{1,7}|\#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,8});"""
    r"""|<!\[CDATA\[(?P<cdata>[^<]*?)\]\]>|<[!?][^<>]*>"""
)

_ATTRIBUTE: Final = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")

_ENTITIES: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML has no place for."""


class Kind(Enum):
    TEXT = auto()
    VERBATIM = auto()
    """Text within say-as, phoneme or sub: what is said of it has been decided already."""
    OPEN = auto()
    CLOSE = auto()
    BREAK = auto()
    MARK = auto()


@record
class Piece:
    kind: Kind
    text: str
    """Of a text itself; of a mark its name; of a tag how it is written."""
    name: str = ""
    """Of a tag."""


def parse(source: str) -> list[Piece]:
    """What the source consists of, its tags balanced."""
    parser = _Parser()
    place = 0
    for found in _TAG.finditer(source):
        parser.text(source[place : found.start()])
        place = found.end()
        if entity := found["entity"]:
            parser.text(_character(entity) or found[0])
        elif cdata := found["cdata"]:
            parser.text(cdata)
        elif name := found["name"]:
            parser.tag(name, found["attributes"], is_close=bool(found["close"]))
    parser.text(source[place:])
    return parser.finish()


class _Parser:
    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._open: list[str] = []
        self._text: list[str] = []
        self._put_off: list[Piece] = []
        """Marks for behind the tag that is open."""

    def text(self, text: str) -> None:
        if text:
            self._text.append(text)

    def tag(self, name: str, attributes: str, *, is_close: bool) -> None:
        if name == "speak" or name not in ATTRIBUTES:
            return
        if is_close:
            self._close(name)
        elif name == "mark":
            self._mark(attributes)
        elif not self._is_in_text_alone():
            self._begin(name, attributes)

    def finish(self) -> list[Piece]:
        while self._open:
            self._close(self._open[-1])
        self._flush()
        return self._pieces

    def _is_in_text_alone(self) -> bool:
        return bool(self._open) and self._open[-1] in _TEXT_ALONE

    def _begin(self, name: str, attributes: str) -> None:
        values = {key: _unescape(one or other) for key, one, other in _ATTRIBUTE.findall(attributes)}
        kept = {key: values[key] for key in ATTRIBUTES[name] if key in values}
        if name not in _MAY_BE_BARE and not (kept if name in _NEEDS_ANY else ATTRIBUTES[name][0] in kept):
            return
        self._flush()
        written = "".join(f' {key}="{_escape_attribute(value)}"' for key, value in kept.items())
        if name in _EMPTY:
            self._pieces.append(Piece(kind=Kind.BREAK, text=f"<{name}{written}/>", name=name))
        else:
            self._pieces.append(Piece(kind=Kind.OPEN, text=f"<{name}{written}>", name=name))
            self._open.append(name)

    def _mark(self, attributes: str) -> None:
        for key, one, other in _ATTRIBUTE.findall(attributes):
            if key == "name" and (name := _unescape(one or other).strip()):
                mark = Piece(kind=Kind.MARK, text=name, name="mark")
                if self._is_in_text_alone():
                    self._put_off.append(mark)
                else:
                    self._flush()
                    self._pieces.append(mark)
                return

    def _close(self, name: str) -> None:
        if name not in self._open:
            return
        while True:
            self._flush()
            last = self._open.pop()
            self._pieces += [Piece(kind=Kind.CLOSE, text=f"</{last}>", name=last), *self._put_off]
            self._put_off.clear()
            if last == name:
                return

    def _flush(self) -> None:
        if text := _FORBIDDEN.sub("", "".join(self._text)):
            kind = Kind.VERBATIM if self._is_in_text_alone() else Kind.TEXT
            self._pieces.append(Piece(kind=kind, text=text))
        self._text.clear()


def _character(entity: str) -> str:
    """Nothing, if there is no such one."""
    if not entity.startswith("#"):
        return _ENTITIES.get(entity, "")
    number = int(entity[2:], 16) if entity[1] == "x" else int(entity[1:])
    return chr(number) if number <= 0x10FFFF else ""


def _unescape(value: str) -> str:
    return re.sub(r"&(#\d{1,7}|#x[0-9a-fA-F]{1,6}|\w{2,8});", lambda found: _character(found[1]) or found[0], value)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escape_attribute(value: str) -> str:
    return escape(_FORBIDDEN.sub("", value)).replace('"', "&quot;")


class Detail(Enum):
    """How much of the markup is sent. The next one is tried where the daemon refuses."""

    ALL = auto()
    MARKS = auto()
    TEXT = auto()


@record
class Document:
    """What is sent to the daemon."""

    text: str
    markup: Markup
    marks: tuple[str, ...]
    """Their names, in order; of `Detail.TEXT` those that no event will tell of."""
    pieces: tuple[Piece, ...]
    ends: tuple[int, ...]
    """Where each piece ends in `text`."""

    def pieces_from(self, place: int) -> list[Piece]:
        """What lies behind this place of `text`, within the tags that are open there."""
        opened: list[Piece] = []
        start = len(_HEAD) if self.markup == "ssml" else 0
        for number, (piece, end) in enumerate(zip(self.pieces, self.ends, strict=True)):
            if end > place:
                if piece.kind in (Kind.TEXT, Kind.VERBATIM) and place > start:
                    rest = self.text[place:end]
                    piece = Piece(kind=piece.kind, text=_unescape(rest) if self.markup == "ssml" else rest)
                return [*opened, piece, *self.pieces[number + 1 :]]
            if piece.kind is Kind.OPEN:
                opened.append(piece)
            elif piece.kind is Kind.CLOSE:
                opened.pop()
            start = end
        return []


_HEAD: Final = "<speak>"


def write(pieces: Iterable[Piece], detail: Detail = Detail.ALL) -> Document:
    """The pieces as a document; a plain text if nothing but text is left of them."""
    every = tuple(pieces)
    kept = tuple(_kept(every, detail))
    is_plain = all(piece.kind is Kind.TEXT for piece in kept)
    parts = [piece.text if is_plain else _written(piece) for piece in kept]
    text = "".join(parts)
    return Document(
        text=text if is_plain else f"{_HEAD}{text}</speak>",
        markup="none" if is_plain else "ssml",
        marks=tuple(piece.text for piece in every if piece.kind is Kind.MARK),
        pieces=kept,
        ends=_ends(parts, 0 if is_plain else len(_HEAD)),
    )


def _kept(pieces: Iterable[Piece], detail: Detail) -> Iterator[Piece]:
    for piece in pieces:
        if piece.kind in (Kind.TEXT, Kind.VERBATIM):
            yield piece if detail is Detail.ALL else Piece(kind=Kind.TEXT, text=piece.text)
        elif detail is Detail.ALL or (detail is Detail.MARKS and piece.kind is Kind.MARK):
            yield piece


def _written(piece: Piece) -> str:
    if piece.kind is Kind.MARK:
        return f'<mark name="{_escape_attribute(piece.text)}"/>'
    return escape(piece.text) if piece.kind in (Kind.TEXT, Kind.VERBATIM) else piece.text


def _ends(parts: Sequence[str], start: int) -> tuple[int, ...]:
    ends = []
    for part in parts:
        start += len(part)
        ends.append(start)
    return tuple(ends)
