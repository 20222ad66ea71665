"""For the client's tests: a fake daemon in a folder of its own."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests here share fake_daemon.py and message_samples.py

from fake_daemon import FakeDaemon
from rig.fetching import *  # noqa: F403  # pytest finds fixtures by name in this module


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """UTTERD_HOME, with a path short enough for sockets on every system."""
    folder = Path(tempfile.mkdtemp(prefix="utterd-", dir="/tmp"))
    monkeypatch.setenv("UTTERD_HOME", str(folder))
    monkeypatch.delenv("UTTERD_SOCKET", raising=False)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def daemon(home: Path) -> Iterator[FakeDaemon]:
    """Listening where clients of this test look."""
    with FakeDaemon(home / "run" / "utterd.sock") as fake:
        yield fake
