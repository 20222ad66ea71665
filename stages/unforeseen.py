"""Errors nobody foresaw, told by their kind and place: their own words may quote what was spoken."""

import logging
import sys
import threading
import traceback
from types import TracebackType

_FRAMES = 4
"""Of the traceback, from its end: enough to find the line."""


def describe(error: BaseException) -> str:
    """`error=KIND at=FILE:LINE; …`, without the error's words."""
    return _describe(type(error), error.__traceback__)


def hide_words_of_uncaught_errors() -> None:
    """Let errors that end a thread or this process be logged so, in place of Python's full traceback."""

    def of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _log(kind, trace, "process")

    def of_thread(arguments: threading.ExceptHookArgs) -> None:
        _log(arguments.exc_type, arguments.exc_traceback, arguments.thread.name if arguments.thread else "thread")

    sys.excepthook = of_process
    threading.excepthook = of_thread


def _log(kind: type[BaseException], trace: TracebackType | None, where: str) -> None:
    logging.getLogger(__name__).critical("uncaught in=%s %s", where, _describe(kind, trace))


def _describe(kind: type[BaseException], trace: TracebackType | None) -> str:
    places = "; ".join(f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-_FRAMES:])
    return f"error={kind.__name__} at={places}"
