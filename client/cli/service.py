"""`utterd service`: the daemon as a service of your session, with the same words on macOS and Linux."""

import argparse
from collections.abc import Callable
from typing import Final

from utterd.client.cli.actions import ActionsParser
from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import CommandParser, add_json_option, whole_number_between
from utterd.config.paths import PathError
from utterd.config.service import NoServiceManager, NotInstalled, ServiceTrouble, SwitchedOff

MOST_LINES = 1_000_000


def make_parser() -> CommandParser:
    return ActionsParser(
        "service",
        actions={name: make for name, (make, _) in _ACTIONS.items()},
        description=(
            "Have the daemon started at login, and kept running: as a LaunchAgent on macOS, as a user unit of systemd\n"
            "on Linux. Anybody who connects to its socket starts it too.\n"
            f"Actions: {', '.join(_ACTIONS)}; each has --help."
        ),
        example="utterd service install\n  utterd service status\n  utterd service logs -f",
    )


def run(options: argparse.Namespace) -> int:
    try:
        return _ACTIONS[options.action][1](options)
    except (NotInstalled, NoServiceManager, SwitchedOff) as trouble:
        raise CommandError(Exit.REFUSED, str(trouble)) from None
    except (ServiceTrouble, PathError) as trouble:
        raise CommandError(Exit.FAILED, str(trouble)) from None


def _make_install_parser() -> CommandParser:
    parser = CommandParser(
        "service install",
        description=(
            "Have the daemon started at login, and start it now. May be repeated: an older installation is renewed,\n"
            "a right one left alone."
        ),
        example="utterd service install\n  utterd service install --speech-dispatcher --hotkeys",
    )
    add = parser.add_argument
    add("--speech-dispatcher", action="store_true", help="also let Orca, spd-say and their like speak with it")
    add("--hotkeys", action="store_true", help="also what `utterd hotkeys install` does")
    return parser


def _make_uninstall_parser() -> CommandParser:
    parser = CommandParser(
        "service uninstall",
        description=(
            "End the service, and remove all it left: its description, its socket, its log. Your settings stay.\n"
            "Without a service, `utterd speak` starts a daemon when it needs one."
        ),
        example="utterd service uninstall",
    )
    add = parser.add_argument
    add("--speech-dispatcher", action="store_true", help="also from speech-dispatcher")
    add("--hotkeys", action="store_true", help="also what `utterd hotkeys uninstall` does")
    return parser


def _make_status_parser() -> CommandParser:
    parser = CommandParser(
        "service status",
        description="Show how the service stands; exit 3 if the daemon does not run and nothing would start it.",
        example="utterd service status\n  utterd service status --json",
    )
    add_json_option(parser)
    return parser


def _make_logs_parser() -> CommandParser:
    parser = CommandParser(
        "service logs",
        description="Show the end of the daemon's log. What was spoken is not in it.",
        example="utterd service logs -n 100\n  utterd service logs -f",
    )
    add = parser.add_argument
    lines = whole_number_between(0, MOST_LINES)
    add("-n", "--lines", type=lines, default=20, metavar="LINES", help="so many of the last lines (20)")
    add("-f", "--follow", action="store_true", help="go on with what is being logged, until Ctrl-C")
    return parser


def _plain(name: str, description: str) -> Callable[[], CommandParser]:
    def make() -> CommandParser:
        return CommandParser(f"service {name}", description=description, example=f"utterd service {name}")

    return make


def _install(options: argparse.Namespace) -> int:
    from utterd.client.cli.service_setup import install

    return install(speech_dispatcher=options.speech_dispatcher, hotkeys=options.hotkeys)


def _uninstall(options: argparse.Namespace) -> int:
    from utterd.client.cli.service_setup import uninstall

    return uninstall(speech_dispatcher=options.speech_dispatcher, hotkeys=options.hotkeys)


def _start(options: argparse.Namespace) -> int:
    from utterd.client.cli.service_steps import start

    return start()


def _stop(options: argparse.Namespace) -> int:
    from utterd.client.cli.service_steps import stop

    return stop()


def _restart(options: argparse.Namespace) -> int:
    from utterd.client.cli.service_steps import restart

    return restart()


def _status(options: argparse.Namespace) -> int:
    from utterd.client.cli.service_view import show_status

    return show_status(as_json=options.json)


def _logs(options: argparse.Namespace) -> int:
    from utterd.client.cli.service_logs import show_log

    return show_log(options.lines, follow=options.follow)


_ACTIONS: Final[dict[str, tuple[Callable[[], CommandParser], Callable[[argparse.Namespace], int]]]] = {
    "install": (_make_install_parser, _install),
    "uninstall": (_make_uninstall_parser, _uninstall),
    "start": (_plain("start", "Start the installed service, if it does not run."), _start),
    "stop": (_plain("stop", "End the daemon, until the next start, login, or `utterd speak`."), _stop),
    "restart": (_plain("restart", "A new daemon, after an upgrade or a change of settings."), _restart),
    "status": (_make_status_parser, _status),
    "logs": (_make_logs_parser, _logs),
}
