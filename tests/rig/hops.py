"""Hops to hold in a test: memory and an endpoint in a folder whose name is short enough for a Unix socket."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from utterd.stages.hop import HopSpec
from utterd.stages.memory import create_shared_memory
from utterd.stages.ring import ring_size_bytes

SLOTS, SLOT_BYTES = 8, 4096

HANG_GUARD_MS = 20_000
"""For `socket.poll`: nothing is measured by it."""


@contextmanager
def short_folder() -> Iterator[Path]:
    """pytest's own temporary folders are too deep: a Unix socket's path has some 100 bytes."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="u") as folder:
        yield Path(folder)


@contextmanager
def hop_specs(folder: Path, *names: str, slots: int = SLOTS, slot_bytes: int = SLOT_BYTES) -> Iterator[list[HopSpec]]:
    """One for each name; their memory is let go of at the end."""
    specs = [
        HopSpec(
            name=name,
            descriptor=create_shared_memory(ring_size_bytes(slots, slot_bytes)),
            slots=slots,
            slot_bytes=slot_bytes,
            endpoint=f"ipc://{folder / name}",
            epoch=1,
        )
        for name in names
    ]
    try:
        yield specs
    finally:
        for spec in specs:
            os.close(spec.descriptor)
