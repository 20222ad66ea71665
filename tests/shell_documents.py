"""`python tests/shell_documents.py`: writes what shells and `man` know of `utterd` from its own parsers.

Into client/share/, from where they are installed (`utterd completion`, and the wheel's share/man). A test compares.
"""

import argparse
import importlib
import re
from pathlib import Path
from typing import Any

import shtab
from argparse_manpage.manpage import Manpage

from utterd.client.cli import COMMANDS
from utterd.client.cli.actions import ActionsParser

SHARE = Path(__file__).parent.parent / "client" / "share"

COMPLETIONS = {"bash": "utterd.bash", "zsh": "_utterd", "fish": "utterd.fish"}
"""Shell → the name its file has to have."""

_FILES = ("FILE", "FILE.wav", "PATH")
_MORE = r""".SH EXIT STATUS
0: done. 1: \fButterd doctor\fR found something broken. 2: bad input or usage; nothing was done. 3: no daemon.
4: refused. 5: failed while speaking. 130: interrupted.
.SH ENVIRONMENT
.TP
\fBUTTERD_HOME\fR
a folder for everything: socket, settings, cache, log
.TP
\fBUTTERD_SOCKET\fR
where the daemon listens
.TP
\fBUTTERD_SECTION__KEY\fR
overrides one setting, as in UTTERD_SPEECH__SPEED=1.3
.SH EXAMPLES
.nf
utterd speak "Some words."
git log \-1 \-\-format=%B | utterd speak \- \-\-now
utterd speak \-f book.txt \-o book.wav
utterd stop
.fi
"""
_VOICES = {
    "bash": "_utterd_voices",
    "zsh": "($(utterd voices 2>/dev/null | awk 'NR > 1 { print $1 }'))",
    "fish": "(utterd voices 2>/dev/null | tail -n +2 | string match -rg '^(\\S+)')",
}
_PREAMBLE = {
    "bash": (
        '_utterd_voices() {\n  compgen -W "$(utterd voices 2>/dev/null | awk \'NR > 1 { print $1 }\')" -- "$1"\n}\n'
    ),
    "zsh": "",
    "fish": "",
}


def documents() -> dict[str, str]:
    """File name → what it has to be."""
    made = {
        name: _tidy(shtab.complete(whole_parser(), shell, preamble=_PREAMBLE)) for shell, name in COMPLETIONS.items()
    }
    return made | {"utterd.1": man_page()}


def whole_parser() -> argparse.ArgumentParser:
    """All commands as one parser, as argparse itself would have it."""
    parser = argparse.ArgumentParser(prog="utterd", description="Text in, speech out, at once.")
    parser.add_argument("--version", action="store_true", help="print the version")
    _add(
        parser,
        {name: importlib.import_module(f"utterd.client.cli.{name}").make_parser() for name in COMMANDS},
        COMMANDS,
    )
    return parser


def _add(parser: argparse.ArgumentParser, commands: dict[str, Any], what: dict[str, str]) -> None:
    below = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, command in commands.items():
        if isinstance(command, ActionsParser):
            actions = {action: make() for action, make in command.actions.items()}
            _add(command, actions, {action: made.description or "" for action, made in actions.items()})
        for option in command._actions:
            if option.metavar in _FILES:
                option.complete = shtab.FILE
            elif option.metavar == "VOICE":
                option.complete = _VOICES
        below._name_parser_map[name] = command
        below._choices_actions.append(below._ChoicesPseudoAction(name, [], what[name]))


def man_page() -> str:
    parser = whole_parser()
    parser.man_short_description = "speak text aloud, at once"
    data = {"project_name": "utterd", "prog": "utterd", "manual_title": "User Commands", "manual_section": "1"}
    page = str(Manpage(parser, format="single-commands-section", _data=data))
    page = re.sub(r'^(\.TH UTTERD "1") "[^"]*"', r'\1 ""', page)  # the day on which it was made says nothing
    page = re.sub(r"^usage: .*(?:\n +.*)*", r".nf\n\g<0>\n.fi", page, flags=re.MULTILINE)
    return (_tidy(page) + _MORE).replace("…", "...").encode("ascii").decode()


def _tidy(text: str) -> str:
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).rstrip() + "\n"


def main() -> None:
    SHARE.mkdir(exist_ok=True)
    for name, text in documents().items():
        (SHARE / name).write_text(text, "utf-8")
        print(f"written: client/share/{name}")


if __name__ == "__main__":
    main()
