"""`utterd completion`: what the shell completes, and the manual page."""

import argparse
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import utterd.client
from utterd.client.cli.actions import ActionsParser
from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser, add_json_option

SHARE: Final = Path(utterd.client.__file__).parent / "share"
"""Made by tests/shell_documents.py from the parsers of the commands."""

FILES: Final = {"bash": "utterd.bash", "zsh": "_utterd", "fish": "utterd.fish", "man": "utterd.1"}


def make_parser() -> CommandParser:
    return ActionsParser(
        "completion",
        actions=dict(_ACTIONS_PARSERS),
        description="Let bash, zsh and fish complete `utterd`, and `man utterd` say what it does.",
        example="utterd completion install\n  utterd completion show zsh\n  utterd completion remove",
    )


def _make_show_parser() -> CommandParser:
    parser = CommandParser(
        "completion show",
        description="Print the script of one shell, or the manual page.",
        example='eval "$(utterd completion show bash)"',
    )
    parser.add_argument("shell", choices=list(FILES), help="whose")
    return parser


def _make_install_parser() -> CommandParser:
    parser = CommandParser(
        "completion install",
        description="Put them where the shells of this user look; nothing of yours is changed.",
        example="utterd completion install",
    )
    add_json_option(parser)
    return parser


def _make_remove_parser() -> CommandParser:
    parser = CommandParser(
        "completion remove", description="Take away what `install` has put there.", example="utterd completion remove"
    )
    add_json_option(parser)
    return parser


_ACTIONS_PARSERS: Final[dict[str, Callable[[], CommandParser]]] = {
    "show": _make_show_parser,
    "install": _make_install_parser,
    "remove": _make_remove_parser,
}


def run(options: argparse.Namespace) -> int:
    if options.action == "show":
        print((SHARE / FILES[options.shell]).read_text("utf-8"), end="")
        return Exit.OK
    done = [str(path) for path in (_install() if options.action == "install" else remove())]
    if options.json:
        print(json.dumps({"installed" if options.action == "install" else "removed": done}))
        return Exit.OK
    print("\n".join(done) if done else "nothing was installed")
    if options.action == "install" and "zsh" in os.environ.get("SHELL", ""):
        print(f"zsh: have `fpath=({places()['zsh'].parent} $fpath)` in ~/.zshrc, before compinit")
    return Exit.OK


def places() -> dict[str, Path]:
    """Where each belongs: bash-completion, fish and man look there by themselves, zsh where `fpath` says."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return {
        "bash": data / "bash-completion/completions/utterd",
        "zsh": data / "zsh/site-functions/_utterd",
        "fish": config / "fish/completions/utterd.fish",
        "man": data / "man/man1/utterd.1",
    }


def _install() -> Iterator[Path]:
    for what, path in places().items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(SHARE / FILES[what], path)
        except OSError as error:
            raise CommandError(Exit.FAILED, f"cannot write {path}: {error.strerror or error}") from error
        yield path


def remove() -> Iterator[Path]:
    """What was there, and is not any more."""
    for path in places().values():
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise CommandError(Exit.FAILED, f"cannot remove {path}: {error.strerror or error}") from error
        yield path
