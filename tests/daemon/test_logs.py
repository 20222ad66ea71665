"""Logs: private files, one stream, and no word of what was spoken."""

import logging
import logging.handlers
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.daemon_fakes import default_settings

from utterd.daemon.logs import configure_logging, log_unforeseen, loop_exception_handler

SECRET = "Zanzibar"


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger without handlers, and as it was afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield root
    for handler in root.handlers:
        handler.close()
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


def test_the_file_is_private_and_stays_so_when_it_is_rotated(root_logger: logging.Logger, tmp_path: Path) -> None:
    file = tmp_path / "utterd.log"
    configure_logging(default_settings(log_file_limit_bytes=1000).log, file)
    for _ in range(30):
        logging.getLogger("utterd.daemon").info("utterance finished id=%d audio_ms=%.0f", 1, 100.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["utterd.log", "utterd.log.1"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_line_says_when_how_grave_and_where(root_logger: logging.Logger, tmp_path: Path) -> None:
    configure_logging(default_settings().log, tmp_path / "log")
    logging.getLogger("utterd.daemon.run").warning("shutting down")
    line = (tmp_path / "log").read_text()
    assert line.rstrip().endswith("WARNING utterd.daemon.run: shutting down")


def test_the_level_is_the_settings(root_logger: logging.Logger, tmp_path: Path) -> None:
    configure_logging(default_settings(log_level="error").log, tmp_path / "log")
    logging.getLogger("utterd").warning("of no account")
    assert (tmp_path / "log").read_text() == ""


def test_without_a_file_the_log_goes_to_stderr(root_logger: logging.Logger) -> None:
    configure_logging(default_settings().log, None)
    (handler,) = root_logger.handlers
    assert isinstance(handler, logging.StreamHandler)
    assert handler.stream is sys.stderr
