"""Logs of the daemon and its stages as one stream: a rotated file when a client started us, else stderr.

No line ever holds spoken text: texts are logged as lengths, and an unforeseen exception by its kind and place, since
its words may quote what was spoken.
"""

import logging
import logging.handlers
import os
import sys
from pathlib import Path
from typing import Any

from utterd.config.settings import Log
from utterd.stages.unforeseen import describe

_FORMAT = "%(asctime)s.%(msecs)03d %(levelname)-7s %(name)s: %(message)s"


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Mode 0600, after a rotation too."""

    def _open(self) -> Any:
        return open(
            self.baseFilename,
            self.mode,
            encoding=self.encoding,
            opener=lambda path, flags: os.open(path, flags, mode=0o600),
        )


def configure_logging(settings: Log, file: Path | None) -> None:
    """Send everything to `file` (0600, rotated), or to stderr if None."""
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        handler = _PrivateFile(file, maxBytes=settings.file_limit_bytes, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter(_FORMAT, "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(handlers=[handler], level=settings.level.upper())


def log_unforeseen(logger: logging.Logger, error: BaseException | None) -> None:
    """Log a bug: its kind and its places, never its words."""
    if error is None:
        return
    logger.error("unforeseen %s", describe(error))


def loop_exception_handler(_: Any, context: dict[str, Any]) -> None:
    """For asyncio, whose own handler would log reprs of everything involved."""
    logger = logging.getLogger("utterd.daemon")
    if error := context.get("exception"):
        log_unforeseen(logger, error)
    else:
        logger.error("asyncio: %s", context.get("message", "unknown"))
