"""`@record`: a frozen, slotted, keyword-only dataclass that no code is compiled for.

The standard library's decorator imports `inspect`, and writes and compiles the methods of each class: 12 ms, and 0.6 ms
a class (CPython 3.11, a slow 2-core virtual machine), where `utterd speak` as a process is to take no more than 60 in
all. Records share their methods. `dataclasses.fields`, `replace` and `asdict` take them for what they say they are.

For what the thin client imports; elsewhere a dataclass does as well, and makes instances faster. Not known: default
factories, inheritance, class variables.
"""

from typing import Any, Self, TypeVar, dataclass_transform

RecordT = TypeVar("RecordT")

NO_DEFAULT: Any = object()
"""In `fields_of`: the field has to be given."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(plain: type[RecordT]) -> type[RecordT]:
    """Make a record of a class whose annotations name its fields, in order."""
    body = dict(vars(plain))
    annotations = body.get("__annotations__", {})
    defaults = {name: body.pop(name, NO_DEFAULT) for name in annotations}
    del body["__dict__"], body["__weakref__"]
    body |= {"__slots__": tuple(annotations), "_record_defaults": defaults, "__match_args__": ()}
    return type(plain.__name__, (_Record,), body)


def fields_of(kind: Any) -> list[tuple[str, Any, Any]]:
    """Of a record, in order: name, annotation, and default or NO_DEFAULT."""
    return [(name, kind.__annotations__[name], default) for name, default in _defaults_of(kind).items()]


def _defaults_of(kind: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = kind._record_defaults
    return defaults


class _AsDataclass:
    """What the module `dataclasses` looks for in a class, made when it is looked for."""

    def __get__(self, instance: object, owner: type) -> dict[str, Any]:
        from dataclasses import field, fields, make_dataclass

        described = [
            (name, annotation, field() if default is NO_DEFAULT else field(default=default))
            for name, annotation, default in fields_of(owner)
        ]
        made: Any = make_dataclass(owner.__name__, described, kw_only=True)
        found = {each.name: each for each in fields(made)}
        owner.__dataclass_fields__ = found  # type: ignore[attr-defined]
        return found


class _Record:
    """The methods of every record."""

    __slots__ = ()
    __dataclass_fields__ = _AsDataclass()

    def __init__(self, **values: Any) -> None:
        for name, default in _defaults_of(type(self)).items():
            value = values.pop(name, default)
            if value is NO_DEFAULT:
                raise TypeError(f"{type(self).__name__}: the field {name!r} is missing")
            object.__setattr__(self, name, value)
        if values:
            raise TypeError(f"{type(self).__name__} has no field {next(iter(values))!r}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cannot assign to {name!r}: a {type(self).__name__} never changes")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"cannot delete {name!r}: a {type(self).__name__} never changes")

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in _defaults_of(type(self)))
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        return _values(self) == _values(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(_values(self))

    def __copy__(self) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _remake, (type(self), {name: getattr(self, name) for name in _defaults_of(type(self))})


def _values(instance: Any) -> tuple[Any, ...]:
    return tuple(getattr(instance, name) for name in _defaults_of(type(instance)))


def _remake(kind: type[RecordT], values: dict[str, Any]) -> RecordT:
    return kind(**values)
