"""A command of several actions, each with options of its own: `utterd lexicon add`, `utterd service install`."""

import argparse
from collections.abc import Callable, Mapping
from typing import NoReturn

from utterd.client.cli.parser import CommandParser


class ActionsParser(CommandParser):
    """Hands what stands behind the name of an action to the parser of that action, and sets `options.action`."""

    def __init__(
        self, command: str, *, actions: Mapping[str, Callable[[], CommandParser]], description: str, example: str
    ) -> None:
        super().__init__(command, description=description, example=example)
        self.actions = actions
        """Name → what makes its parser."""

    def parse(self, arguments: list[str]) -> argparse.Namespace:
        if arguments and arguments[0] in self.actions:
            options = self.actions[arguments[0]]().parse(arguments[1:])
            options.action = arguments[0]
            return options
        self.parse_known_args(arguments)  # --help ends here
        return self._refuse(arguments)

    def _refuse(self, arguments: list[str]) -> NoReturn:
        said = f"there is no action {arguments[0][:40]!r}" if arguments else "no action given"
        names = list(self.actions)
        self.error(f"{said}: say {', '.join(names[:-1])} or {names[-1]}")
