"""Who listens, without knocking: a connection would start what is to be started by one."""

from pathlib import Path

ACCEPTS_CONNECTIONS = "00010000"
"""In the flags of /proc/net/unix: `listen` was called, and not `bind` alone."""


def listens(path: Path) -> bool:
    """Whether somebody listens there. Linux only."""
    sockets = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()]
    return any(words[-1] == str(path) and words[3] == ACCEPTS_CONNECTIONS for words in sockets)
