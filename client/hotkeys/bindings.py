"""Which keys do what: from the settings, checked, in one form for every desktop.

Keys are written `ctrl+alt+s`: modifiers in any order, then one key, in small letters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from utterd.client.errors import UtterdError
from utterd.config.paths import PathError, find_paths
from utterd.config.settings import Hotkeys, SettingsError, load_settings

MODIFIERS: Final = ("ctrl", "alt", "shift", "super")
"""In the order of `Binding.keys`. `alt` is Option on a Mac; `super` is Command there, or else the key with a logo."""

NAMED_KEYS: Final = (
    "space", "enter", "tab", "escape", "backspace", "insert", "delete", "home", "end", "pageup", "pagedown",
    "left", "right", "up", "down", "pause", "plus", "minus", "comma", "period", "slash",
    *(f"f{number}" for number in range(1, 25)),
)  # fmt: skip
"""Keys beside a to z and 0 to 9."""

KEYS: Final = frozenset((*"abcdefghijklmnopqrstuvwxyz0123456789", *NAMED_KEYS))

_OTHER_NAMES: Final = {
    "control": "ctrl", "option": "alt", "opt": "alt", "meta": "super", "cmd": "super", "command": "super",
    "win": "super", "logo": "super", "return": "enter", "esc": "escape", "page_up": "pageup", "page_down": "pagedown",
    "prior": "pageup", "next": "pagedown", "del": "delete", "ins": "insert", ".": "period", ",": "comma",
    "/": "slash", "-": "minus",
}  # fmt: skip


class Action(StrEnum):
    """What a key does."""

    SPEAK = "speak"
    """Speaks the selection; pressed again, it is silent."""
    APPEND = "append"
    """Speaks the selection behind what is being spoken."""
    PAUSE = "pause"
    """Silence at this very sample; pressed again, it goes on."""
    BACK = "back"
    """A sentence back."""
    FASTER = "faster"
    SLOWER = "slower"
    STOP = "stop"
    """Whatever is being spoken, and whoever asked for it."""

    @property
    def description(self) -> str:
        """For people: in settings of desktops, menus and dialogs."""
        return _DESCRIPTIONS[self]


_DESCRIPTIONS: Final = {
    Action.SPEAK: "Speak the selected text, or stop",
    Action.APPEND: "Speak the selected text after the present one",
    Action.PAUSE: "Pause or resume speech",
    Action.BACK: "Say the sentence again",
    Action.FASTER: "Speak faster",
    Action.SLOWER: "Speak slower",
    Action.STOP: "Stop speech",
}


class BindingError(UtterdError):
    """Keys that cannot be bound; the message says which, and what would be right."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One key and what it does.

    Raises:
        BindingError: `keys` is not what the module describes.
    """

    action: Action
    keys: str
    """`ctrl+alt+s`: in this spelling, whatever was given."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", _spelled(self.action, self.keys))

    @property
    def modifiers(self) -> tuple[str, ...]:
        """In the order of MODIFIERS; at least one, or the key is one that types nothing."""
        return tuple(self.keys.split("+")[:-1])

    @property
    def key(self) -> str:
        """One of KEYS."""
        return self.keys.split("+")[-1]


def default_bindings() -> list[Binding]:
    """Those of config/defaults.toml."""
    return bindings_of(load_settings(environ={}).hotkeys)


def configured_bindings(config_file: Path | None = None) -> list[Binding]:
    """Those in force: the defaults, changed by the user's file and the environment.

    Args:
        config_file: this user's own unless given.

    Raises:
        BindingError: what stands there cannot be used.
    """
    try:
        return bindings_of(load_settings(config_file or find_paths().config_file).hotkeys)
    except (SettingsError, PathError) as error:
        raise BindingError(str(error)) from None


def bindings_of(settings: Hotkeys) -> list[Binding]:
    """In the order of Action; an action whose setting is empty has no key.

    Raises:
        BindingError: keys that are none, or that do two things.
    """
    bindings = [Binding(action, keys) for action in Action if (keys := str(getattr(settings, action)).strip())]
    _check_unique(bindings)
    return bindings


def find_keys(bindings: Sequence[Binding], action: Action) -> str | None:
    """The keys of an action; None if it has none."""
    return next((binding.keys for binding in bindings if binding.action is action), None)


def _check_unique(bindings: Iterable[Binding]) -> None:
    taken: dict[str, Action] = {}
    for binding in bindings:
        if other := taken.get(binding.keys):
            raise BindingError(f"hotkeys.{other} and hotkeys.{binding.action} are both {binding.keys}; change one")
        taken[binding.keys] = binding.action


def _spelled(action: Action, keys: str) -> str:
    parts = [part.strip() for part in keys.lower().split("+")]
    names = [_OTHER_NAMES.get(part, part) for part in parts]
    *modifiers, key = names
    where = f"hotkeys.{action} = {keys!r}"
    if unknown := [name for name in modifiers if name not in MODIFIERS]:
        raise BindingError(f"{where}: there is no modifier {unknown[0]!r}; there are {', '.join(MODIFIERS)}")
    if key not in KEYS:
        named = ", ".join(NAMED_KEYS[:-24])
        raise BindingError(f"{where}: there is no key {key!r}; there are a to z, 0 to 9, f1 to f24, {named}")
    if not set(modifiers) - {"shift"} and not _types_nothing(key):
        raise BindingError(f"{where}: this key is for typing; add a modifier, as in ctrl+alt+{key}")
    return "+".join([*(name for name in MODIFIERS if name in modifiers), key])


def _types_nothing(key: str) -> bool:
    return key == "pause" or (len(key) > 1 and key.startswith("f") and key[1:].isdigit())
