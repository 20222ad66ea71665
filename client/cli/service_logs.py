"""`utterd service logs`: the end of the daemon's log, and what comes after it."""

import os
from collections import deque
from pathlib import Path

from utterd.client.cli.exits import CommandError, Exit
from utterd.config.paths import find_paths


def show_log(lines: int, *, follow: bool) -> int:
    log_file = find_paths().log_file
    if not follow and not log_file.exists():
        raise CommandError(Exit.FAILED, f"nothing has been logged yet at {log_file}")
    shown = last_lines(log_file, lines)
    print("".join(shown), end="", flush=True)
    return _follow(log_file) if follow else Exit.OK


def last_lines(log_file: Path, count: int) -> list[str]:
    """With their ends; where the log was rotated a moment ago, from the old one too."""
    lines: deque[str] = deque(maxlen=count)
    for path in (log_file.with_name(f"{log_file.name}.1"), log_file):
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                lines.extend(file)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise CommandError(Exit.FAILED, f"cannot read {path}: {error.strerror}") from error
    return list(lines)


def _follow(log_file: Path) -> int:
    """Become `tail`, which both systems have, and which goes on with a new file where the log is rotated."""
    command = ["tail", "-n", "0", "-F", str(log_file)]
    try:
        os.execvp(command[0], command)
    except OSError as error:
        raise CommandError(Exit.FAILED, f"cannot run tail: {error.strerror}") from None
