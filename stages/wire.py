"""Dataclasses ⇄ msgpack for what stays between one daemon and its stages. One generic codec for all of them.

A dataclass is packed as the list of its field values, so both sides must run the same code: they do, the daemon starts
the stages. (The protocol for clients, which must bear other versions, is `client/codec.py`.)
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from typing import Any, TypeVar

import msgpack

T = TypeVar("T")


def pack(value: Any) -> bytes:
    """Pack a dataclass instance, its type's name first."""
    packed: bytes = msgpack.packb([type(value).__name__, _plain(value)])
    return packed


def unpack(data: bytes, *allowed: type[T]) -> T:
    """The instance packed by `pack`, which must be one of the `allowed` types."""
    name, fields = msgpack.unpackb(data, strict_map_key=False)
    kinds: tuple[Any, ...] = allowed
    for kind in kinds:
        if kind.__name__ == name:
            return typing.cast(T, _builder(kind)(fields))
    raise TypeError(f"unexpected {name!r} on the wire")


def pack_fields(value: Any, *, leave_out: str = "") -> bytes:
    """Pack a dataclass without its type's name, and without the field `leave_out`."""
    kind: Any = type(value)
    packed: bytes = msgpack.packb([_plain(getattr(value, name)) for name in _field_names(kind) if name != leave_out])
    return packed


def unpack_fields(data: bytes, kind: Callable[..., T], **left_out: Any) -> T:
    """The instance packed by `pack_fields`, with the fields left out given here."""
    values = iter(msgpack.unpackb(data, strict_map_key=False))
    hints = _hints(kind)
    fields = {
        name: left_out[name] if name in left_out else _builder(hints[name])(next(values)) for name in _field_names(kind)
    }
    return kind(**fields)


@functools.cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [_plain(getattr(value, name)) for name in _field_names(type(value))]
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


@functools.cache
def _builder(kind: Any) -> Callable[[Any], Any]:
    if dataclasses.is_dataclass(kind):
        return _dataclass_builder(kind)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        item = _builder(arguments[0])
        if item is _identity:
            return tuple
        return lambda values: tuple(item(value) for value in values)
    if origin is types.UnionType and type(None) in arguments:
        inner = _builder(next(argument for argument in arguments if argument is not type(None)))
        return lambda value: None if value is None else inner(value)
    return _identity


def _dataclass_builder(kind: Any) -> Callable[[Any], Any]:
    names = _field_names(kind)
    builders = [_builder(_hints(kind)[name]) for name in names]

    def build(values: list[Any]) -> Any:
        return kind(**{name: make(value) for name, make, value in zip(names, builders, values, strict=True)})

    return build


def _identity(value: Any) -> Any:
    return value
