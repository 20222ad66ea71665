"""Anonymous shared memory, made by the daemon and handed to its stages as a file descriptor.

Without a name there is nothing to leak, nothing to clean up and nothing another user could open; a restarted stage gets
the same memory again. (`multiprocessing.shared_memory` unlinks segments when an attaching process exits, and leaks them
when a process group is killed; its `track=False` exists only from Python 3.13.)
"""

import mmap
import os
import secrets
import sys


def create_shared_memory(size_bytes: int) -> int:
    """A descriptor of `size_bytes` of zeroed shared memory; the caller closes it."""
    descriptor = _open_anonymous()
    try:
        os.ftruncate(descriptor, size_bytes)  # once: macOS refuses a second time
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def attach_shared_memory(descriptor: int, size_bytes: int) -> mmap.mmap:
    """Map memory made by `create_shared_memory`. The size is the caller's: macOS rounds what fstat reports."""
    return mmap.mmap(descriptor, size_bytes)


def _open_anonymous() -> int:
    if sys.platform == "linux":
        return os.memfd_create("utterd", os.MFD_CLOEXEC)
    import _posixshmem  # type: ignore[import-not-found, unused-ignore]  # private, but stable and on every POSIX CPython

    name = f"/utterd-{secrets.token_hex(4)}"  # macOS allows 31 characters
    descriptor: int = _posixshmem.shm_open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode=0o600)
    _posixshmem.shm_unlink(name)
    return descriptor
