"""Who is at the other end: the kernel's answer here, and macOS's answer from its bytes."""

import os
import socket
import struct

import pytest

from utterd.client.peer import MACOS_XUCRED, ForeignPeer, check_peer, peer_uid


class FakeSocket:
    """Answers one getsockopt, as a kernel would."""

    def __init__(self, credentials: bytes) -> None:
        self.credentials = credentials
        self.asked: tuple[int, int, int] | None = None

    def getsockopt(self, level: int, optname: int, buflen: int, /) -> bytes:
        self.asked = (level, optname, buflen)
        return self.credentials


def xucred(uid: int, *, version: int = 0) -> bytes:
    return struct.pack("=IIh2x16I", version, uid, 1, 20, *[0] * 15)


def test_a_real_peer_is_known_by_its_uid() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, theirs:
        assert peer_uid(ours) == os.getuid()
        assert check_peer(ours) == os.getuid()


def test_macos_is_asked_in_its_own_words() -> None:
    fake = FakeSocket(xucred(501))
    assert peer_uid(fake, linux_option=None) == 501
    assert fake.asked == (0, 1, 76)  # SOL_LOCAL, LOCAL_PEERCRED, sizeof(struct xucred)
    assert MACOS_XUCRED.size == 76


@pytest.mark.parametrize("credentials", [b"", xucred(501)[:-1], xucred(501, version=1)])
def test_credentials_that_are_not_understood_are_an_error(credentials: bytes) -> None:
    with pytest.raises(OSError, match="kernel"):
        peer_uid(FakeSocket(credentials), linux_option=None)


def test_linux_credentials_are_pid_uid_gid() -> None:
    assert peer_uid(FakeSocket(struct.pack("3i", 1, 4242, 100)), linux_option=17) == 4242


def test_another_user_is_foreign_unless_allowed() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, theirs:
        with pytest.raises(ForeignPeer, match=f"uid {os.getuid()}"):
            check_peer(ours, allowed=(os.getuid() + 1,))
        assert check_peer(ours, allowed=(os.getuid() + 1, os.getuid())) == os.getuid()
