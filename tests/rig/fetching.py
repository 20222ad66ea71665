"""A small model to fetch: its files, the page that has them, and a catalogue of the user's own that says so.

The files have a model's face and nothing behind it: whoever wants to hear something takes onnx_graphs.py.
"""

import hashlib
import io
import os
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from rig.release_page import ReleasePage

from utterd.client.models.catalogue import RemoteFile

__all__ = ["no_proxies", "release_page"]

VOICE_NAMES = ("af_heart", "bm_george", "jf_alpha")


def _voices() -> bytes:
    content = io.BytesIO()
    tables = {name: np.full((510, 1, 256), at / 4, np.float32) for at, name in enumerate(VOICE_NAMES)}
    np.savez_compressed(content, **tables)
    return content.getvalue()


GRAPH = b"\x08\x08\x12\x07pytorch" + random.Random(1).randbytes(300_000)
SMALL_GRAPH = b"\x08\x08\x12\x07pytorch" + random.Random(2).randbytes(100_000)
VOICES = _voices()

FILES = {"new/tiny.onnx": GRAPH, "new/tiny.int8.onnx": SMALL_GRAPH, "old/voices.bin": VOICES}
"""Path on the page → content."""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def remote(base: str, path: str = "new/tiny.onnx", files: Mapping[str, bytes] = FILES) -> RemoteFile:
    content = files[path]
    return RemoteFile(base=base, path=path, size_bytes=len(content), sha256=sha256(content))


def catalogue_text(base: str) -> str:
    """A catalogue with the model `tiny`, in fp32 and int8."""
    described = {
        path: f'{{ path = "{path}", size_bytes = {len(content)}, sha256 = "{sha256(content)}" }}'
        for path, content in FILES.items()
    }
    return f"""
[models.tiny]
title = "a small one"
family = "kokoro"
licence = "Apache-2.0"
base = "{base}"
default_voice = "af_heart"
voices = {described["old/voices.bin"]}
[models.tiny.precisions]
fp32 = {described["new/tiny.onnx"]}
int8 = {described["new/tiny.int8.onnx"]}
"""


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whoever runs the tests: nothing goes farther than this machine."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def release_page(no_proxies: None, home: Path) -> Iterator[ReleasePage]:
    """With the files of `tiny`, which the catalogue under UTTERD_HOME knows."""
    with ReleasePage(dict(FILES)) as page:
        (home / "config").mkdir()
        (home / "config" / "models.toml").write_text(catalogue_text(page.address), "utf-8")
        yield page
