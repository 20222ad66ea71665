"""Files of the Desktop Entry Specification, as far as a shortcut needs them."""

from collections.abc import Sequence


def desktop_entry(**entries: str) -> str:
    """The text of a .desktop file of an application. Names of keys have `_` for `-`."""
    lines = [f"{key.replace('_', '-')}={_escaped(value)}" for key, value in entries.items()]
    return "\n".join(["[Desktop Entry]", "Type=Application", *lines, ""])


def exec_line(command: Sequence[str]) -> str:
    """A value for `Exec`: arguments quoted, and no field code in them."""
    return " ".join(_quoted(argument) for argument in command)


def _quoted(argument: str) -> str:
    argument = argument.replace("%", "%%")
    if argument and all(character.isalnum() or character in "/._-%" for character in argument):
        return argument
    for reserved in '\\"`$':
        argument = argument.replace(reserved, "\\" + reserved)
    return f'"{argument}"'


def _escaped(value: str) -> str:
    """As strings of the file format: that of `Exec` is applied before."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
