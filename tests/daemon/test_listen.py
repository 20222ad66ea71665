"""One daemon a folder, and a socket where clients look: what is in the way is removed, or named."""

import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rig.hops import short_folder

from utterd.config.paths import PathError, Paths, find_paths
from utterd.daemon import listen
from utterd.daemon.listen import AnotherDaemon, CannotListen, lock_single_instance, open_listening_socket
from utterd.launchd.activation import ActivationError


@pytest.fixture
def paths() -> Iterator[Paths]:
    with short_folder() as folder:
        yield find_paths({"UTTERD_HOME": str(folder / "home")})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def can_connect(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(path)) == 0


def leave_stale_socket(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))


# The lock


def test_a_second_daemon_is_told_who_the_first_one_is(paths: Paths) -> None:
    with lock_single_instance(paths.lock), pytest.raises(AnotherDaemon) as refused:
        lock_single_instance(paths.lock)
    pid = os.getpid()
    assert str(refused.value) == (
        f"another daemon (pid {pid}) runs already; `utterd status` asks it, `kill {pid}` ends it"
    )


def test_the_lock_is_free_again_when_its_holder_is_gone(paths: Paths) -> None:
    lock_single_instance(paths.lock).close()
    lock_single_instance(paths.lock).close()


def test_the_kernel_drops_the_lock_of_a_process_that_was_killed(paths: Paths) -> None:
    script = (
        "import sys, pathlib, signal\n"
        "from utterd.daemon.listen import lock_single_instance\n"
        "lock = lock_single_instance(pathlib.Path(sys.argv[1]))\n"
        "print('locked', flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(paths.lock)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(AnotherDaemon, match=f"pid {holder.pid}"):
            lock_single_instance(paths.lock)
        holder.kill()
    lock_single_instance(paths.lock).close()


def test_the_lock_and_its_folder_are_for_this_user_alone(paths: Paths) -> None:
    with lock_single_instance(paths.lock):
        assert mode(paths.run) == 0o700
        assert mode(paths.lock) == 0o600


def test_a_lock_that_cannot_be_opened_is_named(paths: Paths) -> None:
    paths.run.mkdir(mode=0o700, parents=True)
    paths.lock.mkdir()
    with pytest.raises(CannotListen, match=f"^cannot use the lock {re.escape(str(paths.lock))}: Is a directory"):
        lock_single_instance(paths.lock)


# The socket


def test_the_socket_is_for_this_user_alone(paths: Paths) -> None:
    listener, is_ours = open_listening_socket(paths)
    with listener:
        assert is_ours
        assert can_connect(paths.socket)
        assert mode(paths.socket) == 0o600
        assert mode(paths.run) == 0o700


def test_the_umask_is_left_as_it_was(paths: Paths) -> None:
    before = os.umask(0o022)
    try:
        open_listening_socket(paths)[0].close()
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_a_socket_left_by_a_killed_daemon_is_replaced(paths: Paths) -> None:
    leave_stale_socket(paths.socket)
    assert not can_connect(paths.socket)
    with open_listening_socket(paths)[0]:
        assert can_connect(paths.socket)


def test_a_socket_at_which_somebody_listens_is_left_alone(paths: Paths) -> None:
    with open_listening_socket(paths)[0]:
        with pytest.raises(CannotListen, match=f"^another program listens at {re.escape(str(paths.socket))}; stop it"):
            open_listening_socket(paths)
        assert can_connect(paths.socket)


def test_a_file_in_the_way_is_named_and_left_alone(paths: Paths) -> None:
    paths.run.mkdir(mode=0o700, parents=True)
    paths.socket.write_text("mine")
    with pytest.raises(CannotListen, match="is in the way: it is not a socket; move it, or set UTTERD_SOCKET"):
        open_listening_socket(paths)
    assert paths.socket.read_text() == "mine"


def test_a_link_in_the_way_is_not_followed(paths: Paths) -> None:
    paths.run.mkdir(mode=0o700, parents=True)
    leave_stale_socket(paths.run / "elsewhere")
    paths.socket.symlink_to(paths.run / "elsewhere")
    with pytest.raises(CannotListen, match="it is not a socket"):
        open_listening_socket(paths)
    assert (paths.run / "elsewhere").exists()


def test_another_users_socket_is_left_alone(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_stale_socket(paths.socket)
    uid = os.getuid()
    elsewhere = replace(paths, run=paths.run / "private", socket=paths.socket)
    monkeypatch.setattr(listen.os, "getuid", lambda: uid + 1)
    with pytest.raises(CannotListen, match=rf"belongs to another user \(uid {uid}\); set UTTERD_HOME"):
        open_listening_socket(elsewhere)
    assert paths.socket.exists()


def test_a_folder_that_the_user_chose_is_left_as_it_is(paths: Paths) -> None:
    with short_folder() as chosen:
        chosen.chmod(0o755)
        with open_listening_socket(replace(paths, socket=chosen / "utterd.sock"))[0]:
            assert can_connect(chosen / "utterd.sock")
            assert mode(chosen / "utterd.sock") == 0o600
        assert mode(chosen) == 0o755


def test_a_folder_of_ours_that_others_could_enter_is_closed(paths: Paths) -> None:
    paths.run.mkdir(parents=True)
    paths.run.chmod(0o755)
    open_listening_socket(paths)[0].close()
    assert mode(paths.run) == 0o700


def test_a_chosen_folder_that_does_not_exist_is_named(paths: Paths) -> None:
    with pytest.raises((CannotListen, PathError), match="nowhere"):
        open_listening_socket(replace(paths, socket=paths.run / "nowhere" / "utterd.sock"))


def test_a_path_that_is_too_long_is_named(paths: Paths) -> None:
    with short_folder() as chosen, pytest.raises(CannotListen, match=r"^cannot listen at .*: AF_UNIX path too long$"):
        open_listening_socket(replace(paths, socket=chosen / ("x" * 120)))


# Sockets handed over


def test_a_socket_handed_over_is_used_and_is_not_ours(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as inherited:
        monkeypatch.setattr(listen.systemd, "take_listening_socket", lambda: inherited)
        assert open_listening_socket(paths) == (inherited, False)
    assert not paths.socket.exists()


def test_launchd_is_asked_where_systemd_has_nothing(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as inherited:
        monkeypatch.setattr(listen.launchd, "take_listening_socket", lambda: inherited)
        assert open_listening_socket(paths) == (inherited, False)


def test_a_quarrel_with_launchd_is_told_in_its_words(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def quarrel() -> None:
        raise ActivationError("launchd did not hand over the socket")

    monkeypatch.setattr(listen.launchd, "take_listening_socket", quarrel)
    with pytest.raises(CannotListen, match=r"^launchd did not hand over the socket$"):
        open_listening_socket(paths)
