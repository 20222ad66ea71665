"""Does a value fit the annotation of its field? The types that messages are made of, and their names for people.

A check never looks deeper than the annotation does: what stands under `Any` is the business of whoever reads it.
"""

from collections.abc import Callable
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from utterd.config.record import NO_DEFAULT, fields_of, record

Check = Callable[[object], bool]

SMALLEST_INT, LARGEST_INT = -(2**63), 2**64 - 1
"""What msgpack can carry."""

_PLAIN_CHECKS: dict[object, Check] = {
    Any: lambda value: True,
    NoneType: lambda value: value is None,
    bool: lambda value: isinstance(value, bool),
    bytes: lambda value: isinstance(value, bytes),
    str: lambda value: isinstance(value, str),
    int: lambda value: _is_int(value),
    float: lambda value: isinstance(value, float) or _is_int(value),
}

_NAMES: dict[object, str] = {
    Any: "anything",
    NoneType: "nothing",
    bool: "true or false",
    bytes: "bytes",
    str: "a string",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a map",
}


def _is_int(value: object) -> bool:
    # bool is an int to Python, but `"utterance": true` is a mistake.
    return isinstance(value, int) and not isinstance(value, bool) and SMALLEST_INT <= value <= LARGEST_INT


@record
class FieldSpec:
    """A field of a message, ready to be checked."""

    name: str
    annotation: Any
    check: Check
    is_required: bool


_specs: dict[object, dict[str, FieldSpec]] = {}


def specs_of(message_type: Any) -> dict[str, FieldSpec]:
    """The fields of a message by name, in order; put together when its first message comes."""
    if message_type not in _specs:
        _specs[message_type] = {
            name: FieldSpec(
                name=name, annotation=annotation, check=check_for(annotation), is_required=default is NO_DEFAULT
            )
            for name, annotation, default in fields_of(message_type)
        }
    return _specs[message_type]


def check_for(annotation: Any) -> Check:
    """The check of one annotation: slow to build, quick to call."""
    if annotation in _PLAIN_CHECKS:
        return _PLAIN_CHECKS[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return lambda value: isinstance(value, str) and value in arguments
    if origin in (Union, UnionType):
        checks = [check_for(argument) for argument in arguments]
        return lambda value: any(check(value) for check in checks)
    if origin is list:
        check_item = check_for(arguments[0])
        return lambda value: isinstance(value, list) and all(map(check_item, value))
    if origin is dict:
        check_key, check_value = map(check_for, arguments)
        return lambda value: (
            isinstance(value, dict) and all(map(check_key, value)) and all(map(check_value, value.values()))
        )
    raise NotImplementedError(f"messages cannot hold {annotation}; teach it to {__name__}")


def name_of(annotation: Any) -> str:
    """What a value of this annotation is called in a sentence: "a string or nothing"."""
    if annotation in _NAMES:
        return _NAMES[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return "one of " + ", ".join(map(repr, arguments))
    if origin in (Union, UnionType):
        return " or ".join(map(name_of, arguments))
    return _NAMES[origin]


def name_of_value(value: object) -> str:
    """What was found instead: never the value itself, which may be what someone speaks."""
    if _is_int(value):
        return "a whole number"
    return _NAMES.get(type(value), "something else")


def holds_containers(annotation: Any) -> bool:
    """Lists or maps somewhere in it?"""
    return get_origin(annotation) in (list, dict) or any(map(holds_containers, get_args(annotation)))


def to_declared(value: Any, annotation: Any) -> Any:
    """`value`, which passed its check, as a float where the annotation means one and the wire brought an int."""
    if _is_int(value) and (annotation is float or float in get_args(annotation)):
        return float(value)
    return value
