"""Logs: private files, one stream, and no word of what was spoken."""

import contextlib
import logging
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rig.daemon_fakes import default_settings

from utterd.daemon.logs import configure_logging, log_unforeseen, loop_exception_handler

SECRET = "Zanzibar"


@contextlib.contextmanager
def configured(file: Path | None, **log: Any) -> Iterator[logging.Handler]:
    """The one handler of a process that called configure_logging; pytest's own are back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    try:
        configure_logging(default_settings(**log).log, file)
        (handler,) = root.handlers
        yield handler
        handler.close()
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def fail(text: str) -> None:
    raise ValueError(f"cannot speak {text!r}")


def test_an_unforeseen_error_is_logged_by_kind_and_place_only(caplog: pytest.LogCaptureFixture) -> None:
    try:
        fail(SECRET)
    except ValueError as error:
        log_unforeseen(logging.getLogger("utterd.daemon"), error)
    (record,) = caplog.records
    assert SECRET not in caplog.text
    assert "ValueError" in record.getMessage()
    assert f"{Path(__file__).name}:{fail.__code__.co_firstlineno + 1}" in record.getMessage()
    assert record.exc_info is None


def test_no_error_is_no_line(caplog: pytest.LogCaptureFixture) -> None:
    log_unforeseen(logging.getLogger("utterd.daemon"), None)
    assert caplog.records == []


def test_asyncio_may_not_show_what_was_involved(caplog: pytest.LogCaptureFixture) -> None:
    error = ValueError(SECRET)
    loop_exception_handler(None, {"message": "it failed", "exception": error, "handle": SECRET, "protocol": SECRET})
    loop_exception_handler(None, {"message": "a task was destroyed", "task": SECRET})
    assert SECRET not in caplog.text
    assert "ValueError" in caplog.text
    assert "a task was destroyed" in caplog.text


def test_the_file_is_private_and_stays_so_when_it_is_rotated(tmp_path: Path) -> None:
    with configured(tmp_path / "utterd.log", log_file_limit_bytes=1000):
        for _ in range(30):
            logging.getLogger("utterd.daemon").info("utterance finished id=%d audio_ms=%.0f", 1, 100.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["utterd.log", "utterd.log.1"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_line_says_how_grave_and_where(tmp_path: Path) -> None:
    with configured(tmp_path / "log"):
        logging.getLogger("utterd.daemon.run").warning("shutting down")
    assert (tmp_path / "log").read_text().rstrip().endswith("WARNING utterd.daemon.run: shutting down")


def test_the_level_is_the_settings(tmp_path: Path) -> None:
    with configured(tmp_path / "log", log_level="error"):
        logging.getLogger("utterd").warning("of no account")
    assert (tmp_path / "log").read_text() == ""


def test_without_a_file_the_log_goes_to_stderr() -> None:
    with configured(None) as handler:
        assert isinstance(handler, logging.StreamHandler)
        assert handler.stream is sys.stderr
