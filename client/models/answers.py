"""What a server's answer to a request for a file, or for the rest of one, means. No I/O."""

import re
from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus
from typing import Final

from utterd.client.models.errors import ModelUnfetched

_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)", re.ASCII)

_LATER: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_NOT_FOR_US: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}
)
_PAGES: Final = ("text/html", "application/xhtml+xml")
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class TryAgain(Exception):
    """This answer, or this connection, was no good; the next one may be. The message is half a sentence."""


class Body(Enum):
    """What follows the headers."""

    REST = "rest"
    """To be appended to what is here."""
    WHOLE = "whole"
    """The file from its begin, whatever was asked for: what is here has to go."""
    USELESS = "useless"
    """What is here cannot be continued; the whole has to be asked for."""


def judge(status: int, headers: Mapping[str, str], *, present_bytes: int, size_bytes: int) -> Body:
    """
    Args:
        headers: of the answer; looked up without regard to case.
        present_bytes: how many of the file's bytes are here, and were not asked for.
        size_bytes: how many it has.

    Raises:
        TryAgain: the server is busy, or ill.
        ModelUnfetched: it has not got the file. The message is half a sentence, to be put behind the server's name.
    """
    if status == HTTPStatus.PARTIAL_CONTENT:
        return _judge_part(headers, present_bytes, size_bytes)
    if status == HTTPStatus.OK:
        _check_file(headers, headers.get("Content-Length", ""), size_bytes)
        return Body.WHOLE
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and present_bytes:
        return Body.USELESS
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TryAgain(f"answers {_named(status)}")
    if status in _GONE:
        raise ModelUnfetched(f"has no such file ({_named(status)})")
    if status in _NOT_FOR_US:
        raise ModelUnfetched(f"does not hand the file out ({_named(status)})")
    raise ModelUnfetched(f"answers {_named(status)}")


def version_in(headers: Mapping[str, str]) -> str | None:
    """What names this version of the file to the byte, for If-Range (RFC 9110, 13.1.5); None if nothing does."""
    tag = headers.get("ETag", "")
    if tag.startswith('"') and tag.endswith('"') and len(tag) > 1:
        return tag
    return None if tag else headers.get("Last-Modified")


def _judge_part(headers: Mapping[str, str], present_bytes: int, size_bytes: int) -> Body:
    found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if found is None or int(found[1]) != present_bytes:
        if present_bytes:
            return Body.USELESS
        raise ModelUnfetched("sends a part of the file where the whole was asked for")
    _check_file(headers, found[2], size_bytes)
    return Body.REST


def _check_file(headers: Mapping[str, str], said_bytes: str, size_bytes: int) -> None:
    """Args: said_bytes: the file's length as the server tells it; anything but a number is no word of it."""
    if (coding := headers.get("Content-Encoding", "").strip().lower()) not in ("", "identity"):
        raise ModelUnfetched(f"packs the file ({coding[:20]}), which was not asked for")
    has_said = said_bytes.isascii() and said_bytes.isdigit()
    if has_said and int(said_bytes) == size_bytes:
        return
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() in _PAGES:
        raise ModelUnfetched("answers with a web page in place of the file: is there a login page before this network?")
    if has_said:
        raise ModelUnfetched(
            f"has {int(said_bytes):,} bytes under that name, and not {size_bytes:,}: it is another file"
        )


def _named(status: int) -> str:
    """Such as "404 Not Found"."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
