"""Reads XML that may be hostile, and says of every tag and character where the source has it.

The reader is expat, fed UTF-8 whatever the document's declaration says. It never sees a DTD to its end: with no
entity declared there is nothing to expand or to fetch, and no document takes more than linear time.
"""

import re
from collections.abc import Mapping
from typing import Final, Protocol
from xml.parsers import expat

from utterd.daemon.mark_values import WrongMark
from utterd.daemon.script import ScriptError, describe_place
from utterd.daemon.script_builder import OpenMark

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML has no place for; lone surrogates cannot even be encoded."""


class Follower(Protocol):
    """What is done with the parts of the document, which come in order. `start` and `end` may raise WrongMark."""

    def start(self, name: str, attributes: Mapping[str, str], place: int) -> None: ...

    def end(self) -> None: ...

    def text(self, text: str, place: int) -> None:
        """Characters that stand so in the source."""

    def character(self, character: str, place: int, end: int) -> None:
        """One character, which the source writes with those in [place, end)."""

    @property
    def innermost(self) -> OpenMark | None:
        """The tag that is open."""


def read_xml(source: str, follower: Follower) -> None:
    """Raises: ScriptError."""
    if found := _FORBIDDEN.search(source):
        problem = f"the character U+{ord(found[0]):04X} cannot stand in XML; leave it out"
        raise ScriptError(f"{describe_place(source, found.start())}: {problem}")
    _Reader(source, follower).read()


class _Reader:
    def __init__(self, source: str, follower: Follower) -> None:
        self._source = source
        self._encoded = source.encode()
        self._follower = follower
        self._is_in_cdata = False
        self._byte, self._place = 0, 0
        """The same place, in bytes and in code points; it only moves on."""
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartCdataSectionHandler = lambda: self._set_in_cdata(True)
        parser.EndCdataSectionHandler = lambda: self._set_in_cdata(False)
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype  # it never comes so far
        parser.ProcessingInstructionHandler = self._refuse_instruction

    def read(self) -> None:
        try:
            self._parser.Parse(self._encoded, True)
        except expat.ExpatError as error:
            place = len(self._encoded[: self._parser.ErrorByteIndex].decode(errors="ignore"))
            raise self._error(place, self._explain(error.code)) from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        place = self._current_place()
        try:
            self._follower.start(name, attributes, place)
        except WrongMark as error:
            raise self._error(place, f"<{name[:40]}>: {error}") from None

    def _end(self, name: str) -> None:
        try:
            self._follower.end()
        except WrongMark as error:
            raise self._error(self._current_place(), f"</{name}>: {error}") from None

    def _characters(self, text: str) -> None:
        """Expat hands over each reference and each line end apart."""
        place, source = self._current_place(), self._source
        if source[place] == "&" and not self._is_in_cdata:
            self._follower.character(text, place, source.index(";", place) + 1)
        elif source.startswith("\r\n", place):
            self._follower.character(text, place, place + 2)
        else:
            self._follower.text(text, place)

    def _set_in_cdata(self, is_in_cdata: bool) -> None:
        self._is_in_cdata = is_in_cdata

    def _refuse_doctype(self, *_: object) -> None:
        problem = "a document type, or an entity of its own, is not allowed here; leave the declaration out"
        raise self._error(self._current_place(), problem)

    def _refuse_instruction(self, target: str, _: str) -> None:
        problem = f"the processing instruction <?{target[:40]}?> is not supported; leave it out"
        raise self._error(self._current_place(), problem)

    def _current_place(self) -> int:
        return self._to_place(self._parser.CurrentByteIndex)

    def _to_place(self, byte: int) -> int:
        """In code points. Args: byte: never before the last one asked for."""
        self._place += len(self._encoded[self._byte : byte].decode())
        self._byte = byte
        return self._place

    def _error(self, place: int, problem: str) -> ScriptError:
        return ScriptError(f"{describe_place(self._source, place)}: {problem}")

    def _explain(self, code: int) -> str:
        mark = self._follower.innermost
        if code == _TAG_MISMATCH and mark:
            return f"this closes another tag than {mark.label}, {self._opened(mark)}"
        if code == _NO_ELEMENTS and mark:
            return f"the document ends here without closing {mark.label}, {self._opened(mark)}"
        return _EXPLANATIONS.get(code) or f"this is not well-formed XML ({expat.ErrorString(code)})"

    def _opened(self, mark: OpenMark) -> str:
        closing = mark.label.replace("<", "</")
        return f"opened in {describe_place(self._source, mark.source_start)}; write {closing} before it"


def _code(message: str) -> int:
    return expat.errors.codes[message]


_TAG_MISMATCH: Final = _code(expat.errors.XML_ERROR_TAG_MISMATCH)
_NO_ELEMENTS: Final = _code(expat.errors.XML_ERROR_NO_ELEMENTS)
_BEGINS_OTHERWISE: Final = "this is no SSML document; it begins with <speak> and ends with </speak>"
_EXPLANATIONS: Final[Mapping[int, str]] = {
    _code(expat.errors.XML_ERROR_SYNTAX): _BEGINS_OTHERWISE,
    _NO_ELEMENTS: _BEGINS_OTHERWISE,
    _code(expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT): "something follows </speak>; move it inside",
    _code(expat.errors.XML_ERROR_MISPLACED_XML_PI): "the declaration <?xml …?> has to be the very first thing",
    _code(expat.errors.XML_ERROR_INVALID_TOKEN): "this cannot stand here; write &lt; for a < and &amp; for a &",
    _code(expat.errors.XML_ERROR_UNCLOSED_TOKEN): "what begins here is not finished; write &lt; for a < that is text",
    _code(expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION): "the CDATA section is not closed; write ]]> where it ends",
    _code(expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE): "an attribute is there twice; leave one of them out",
    _code(expat.errors.XML_ERROR_UNDEFINED_ENTITY): (
        "there is no such entity; XML has &amp; &lt; &gt; &quot; &apos; and numbers such as &#233;"
    ),
    _code(expat.errors.XML_ERROR_BAD_CHAR_REF): "this number is not that of a character XML allows; leave it out",
}
