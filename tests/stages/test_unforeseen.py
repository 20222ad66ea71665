"""A process of its own for each case: what it wrote to stderr is what would stand in the log."""

import subprocess
import sys

import pytest

SECRET = "xylophonequartz"

PREPARE = """
import logging, sys, threading
from utterd.stages.unforeseen import hide_words_of_uncaught_errors
logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(message)s")
hide_words_of_uncaught_errors()
def fail():
    raise KeyError(sys.argv[1])
"""


@pytest.mark.parametrize(
    ("ending", "where", "status"),
    [
        ("fail()", "process", 1),
        ("thread = threading.Thread(target=fail, name='t'); thread.start(); thread.join()", "t", 0),
    ],
)
def test_an_uncaught_error_is_told_without_its_words(ending, where, status):
    run = subprocess.run([sys.executable, "-c", PREPARE + ending, SECRET], capture_output=True, text=True, timeout=60)
    assert run.returncode == status
    assert f"uncaught in={where} error=KeyError at=" in run.stderr
    assert "<string>:" in run.stderr
    assert SECRET not in run.stderr
