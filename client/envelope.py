"""One message as msgpack: `[[major, minor], "Type", request_id, {fields}]`, for every record of messages.py.

A body is read value by value. What is not asked for is skipped, never built, so that a hostile body costs no more
memory than its own length; and where a field is broken, the request it belongs to can still be named.
"""

from functools import cache
from typing import Any

import msgpack

from utterd.client.errors import ProtocolError
from utterd.client.fields import FieldSpec, holds_containers, name_of, name_of_value, specs_of, to_declared
from utterd.client.messages import (
    EVENTS,
    PROTOCOL_VERSION,
    REPLIES,
    REQUESTS,
    ErrorCode,
    Message,
)
from utterd.client.reader import Reader, Unusable, malformed
from utterd.config.record import record

MAX_TYPE_NAME_CHARACTERS = 40
"""Of a type name that is repeated in an error message."""

MessageType = type[Message]


@record
class Envelope:
    """A message and the request it belongs to."""

    request_id: int | None
    """None only in a Refused that answers a message whose id could not be read."""
    message: Message


def pack(message: Message, request_id: int | None) -> bytes:
    """The body of a frame.

    Raises:
        ProtocolError: a field has the wrong type, or holds what UTF-8 cannot.
    """
    values = {}
    for field in specs_of(type(message)).values():
        values[field.name] = value = getattr(message, field.name)
        if not field.check(value):
            raise _misfit(type(message), field, name_of_value(value), request_id)
    try:
        return bytes(msgpack.packb([PROTOCOL_VERSION, type(message).__name__, request_id, values]))
    except (UnicodeEncodeError, ValueError, OverflowError, TypeError) as error:
        name = type(message).__name__
        reason = "half a surrogate pair" if isinstance(error, UnicodeEncodeError) else "a value msgpack cannot carry"
        raise ProtocolError(ErrorCode.BAD_FIELD, f"{name}: it holds {reason}", request_id=request_id) from None


def unpack(body: bytes | bytearray | memoryview, accepts: tuple[MessageType, ...]) -> Envelope:
    """The message in a body, if it is one of `accepts`.

    Raises:
        ProtocolError: it is not; `request_id` is set where it could be read.
    """
    reader = Reader(body, with_containers=_any_containers(accepts))
    if reader.read_length("array") != 4:
        raise malformed("a message is an array of version, type, request id and fields")
    version = reader.read_version()
    if version[0] != PROTOCOL_VERSION[0]:
        raise _other_major(version, _request_id_or_none(reader))
    type_name, request_id = reader.read_value(), reader.read_value()
    if not isinstance(type_name, str) or not _is_request_id(request_id):
        raise malformed("a message's type is a string and its request id a whole number from 0")
    message_type = _type_called(type_name, accepts, request_id)
    if request_id is None and message_type in REQUESTS:
        raise malformed(f"{type_name}: a request needs a request id")
    message = message_type(**_read_fields(reader, message_type, request_id))
    if not reader.is_at_end:
        raise malformed(f"{type_name}: bytes follow the message inside its frame", request_id)
    return Envelope(request_id=request_id, message=message)


def request_id_of(beginning: bytes | bytearray | memoryview) -> int | None:
    """The request id, if the beginning of a body shows one."""
    try:
        reader = Reader(beginning, with_containers=False)
        reader.read_length("array")
        reader.read_version()
        return _request_id_or_none(reader)
    except ProtocolError:
        return None


def _read_fields(reader: Reader, message_type: MessageType, request_id: int | None) -> dict[str, Any]:
    known = specs_of(message_type)
    values: dict[str, Any] = {}
    try:
        for _ in range(reader.read_length("map")):
            name = reader.read_value()
            if not isinstance(name, str):
                raise malformed("the names of fields are strings")
            if (field := known.get(name)) is None:
                reader.skip_value()
            else:
                values[field.name] = _read_field(reader, message_type, field, request_id)
    except ProtocolError as error:
        error.request_id = request_id
        raise
    for field in known.values():
        if field.name not in values and field.is_required:
            raise _misfit(message_type, field, None, request_id)
    return values


def _read_field(reader: Reader, message_type: MessageType, field: FieldSpec, request_id: int | None) -> Any:
    try:
        value = reader.read_value()
    except Unusable as error:
        raise _misfit(message_type, field, error.found, request_id) from None
    if not field.check(value):
        raise _misfit(message_type, field, name_of_value(value), request_id)
    return to_declared(value, field.annotation)


def _request_id_or_none(reader: Reader) -> int | None:
    """The request id after the version, of a message that may be of another major version."""
    try:
        reader.skip_value()
        request_id = reader.read_value()
    except ProtocolError:
        return None
    return request_id if _is_request_id(request_id) else None


def _is_request_id(value: object) -> bool:
    return value is None or (type(value) is int and value >= 0)


def _type_called(name: str, accepts: tuple[MessageType, ...], request_id: int | None) -> MessageType:
    by_name = _by_name(accepts)
    if name in by_name:
        return by_name[name]
    shown = repr(name) if name.isidentifier() and len(name) <= MAX_TYPE_NAME_CHARACTERS else "this type"
    if name in _by_name(REQUESTS + REPLIES + EVENTS):
        sentence = f"{shown} goes the other way: it cannot be received here"
    else:
        import difflib  # only a mistake pays for it

        guesses = difflib.get_close_matches(name[:MAX_TYPE_NAME_CHARACTERS], by_name, n=1)
        hint = f"did you mean {guesses[0]!r}?" if guesses else f"known are {', '.join(by_name)}"
        sentence = f"no message is called {shown}; {hint}"
    raise ProtocolError(ErrorCode.UNKNOWN_TYPE, sentence, request_id=request_id)


@cache
def _by_name(types: tuple[MessageType, ...]) -> dict[str, MessageType]:
    return {message_type.__name__: message_type for message_type in types}


@cache
def _any_containers(types: tuple[MessageType, ...]) -> bool:
    return any(
        holds_containers(field.annotation) for message_type in types for field in specs_of(message_type).values()
    )


def _misfit(message_type: MessageType, field: FieldSpec, found: str | None, request_id: int | None) -> ProtocolError:
    problem = "is missing; it" if found is None else ""
    rest = "" if found is None else f", not {found}"
    sentence = f"{message_type.__name__}: the field '{field.name}' {problem} must be {name_of(field.annotation)}{rest}"
    return ProtocolError(ErrorCode.BAD_FIELD, " ".join(sentence.split()), request_id=request_id)


def _other_major(version: tuple[int, int], request_id: int | None) -> ProtocolError:
    ours = ".".join(map(str, PROTOCOL_VERSION))
    theirs = ".".join(map(str, version))
    sentence = f"protocol {theirs} is not understood here, which speaks {ours}; update the older side"
    return ProtocolError(ErrorCode.UNSUPPORTED_VERSION, sentence, request_id=request_id)
