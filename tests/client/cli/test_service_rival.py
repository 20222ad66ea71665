"""A daemon that is not the service: found by the number in its lock, and ended only if a client had started it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fake_daemon import WAIT_S

from utterd.client.cli import service_rival
from utterd.client.cli.exits import CommandError
from utterd.client.cli.service_rival import FoundDaemon, find_daemon, make_way
from utterd.client.service import LOG_TO_FILE
from utterd.config.paths import Paths, find_paths

PAUSE = "import signal; print('up', flush=True); signal.pause()"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {PAUSE}"


@pytest.fixture
def paths(home: Path) -> Paths:
    return find_paths()


@contextmanager
def running(paths: Paths, *arguments: str, script: str = PAUSE) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that looks like a daemon with these arguments, and whose number is in the lock."""
    command = [sys.executable, "-c", script, "utterd.daemon", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        paths.run.mkdir(mode=0o700, exist_ok=True)
        paths.lock.write_text(f"{process.pid}\n")
        try:
            yield process
        finally:
            process.kill()


class TestFinding:
    @pytest.mark.parametrize(
        "content",
        [None, "", "unknown\n", "0\n", "999999999\n", f"{os.getpid()}\n"],
        ids=["none", "empty", "words", "nobody", "no such", "these tests"],
    )
    def test_a_lock_that_names_no_daemon_means_none(self, paths: Paths, content: str | None) -> None:
        paths.run.mkdir(mode=0o700)
        if content is not None:
            paths.lock.write_text(content)
        assert find_daemon(paths) is None

    @pytest.mark.parametrize(
        ("arguments", "is_services", "by_client"),
        [(["--device", "null"], False, False), (["--ready-fd", "5"], False, True), ([LOG_TO_FILE], True, False)],
    )
    def test_its_arguments_tell_who_has_started_it(
        self, paths: Paths, arguments: list[str], is_services: bool, by_client: bool
    ) -> None:
        with running(paths, *arguments) as process:
            expected = FoundDaemon(pid=process.pid, is_services=is_services, was_started_by_client=by_client)
            assert find_daemon(paths) == expected

    def test_where_there_is_no_proc_ps_is_asked(
        self, paths: Paths, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        program = tmp_path / "ps"
        program.write_text(
            '#!/bin/sh\n[ "$*" = "-ww -o command= -p 7" ] && echo "python -m utterd.daemon --ready-fd 3"\n'
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        monkeypatch.setattr(service_rival, "PROC", tmp_path / "no-proc")
        paths.run.mkdir(mode=0o700)
        paths.lock.write_text("7\n")
        assert find_daemon(paths) == FoundDaemon(pid=7, is_services=False, was_started_by_client=True)


class TestMakingWay:
    def test_where_none_runs_nothing_is_done(self, paths: Paths) -> None:
        assert make_way(paths) is None

    def test_the_services_own_is_left_alone(self, paths: Paths) -> None:
        with running(paths, LOG_TO_FILE) as process:
            assert make_way(paths) is None
            assert process.poll() is None

    def test_one_that_a_client_has_started_is_ended(self, paths: Paths) -> None:
        with running(paths, "--ready-fd", "5") as process:
            assert make_way(paths) == process.pid
            assert process.wait(WAIT_S) == -signal.SIGTERM

    def test_one_in_a_terminal_is_left_to_its_user(self, paths: Paths) -> None:
        with running(paths) as process:
            with pytest.raises(CommandError, match=rf"^`utterd run` \(pid {process.pid}\) runs already; end it with"):
                make_way(paths)
            assert process.poll() is None

    def test_one_that_does_not_end_is_named(self, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service_rival, "END_TIMEOUT_S", 0.05)
        with (
            running(paths, "--ready-fd", "5", script=DEAF) as process,
            pytest.raises(CommandError, match=f"does not end; try `kill -9 {process.pid}`"),
        ):
            make_way(paths)
