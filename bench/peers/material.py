"""What the engines need on disk: the model, made once, its prepared parts, and the folder that sherpa-onnx wants."""

import dataclasses
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from bench.peers.prompts import VOICE
from utterd.stages.g2p.symbols import SYMBOL_IDS

STOCK: Final = "stock"
VARIANTS: Final = ("fp32", "fp32-native", "int8", "int8-native")
"""Those of ours that are measured beside the single graph."""
SHERPA_FILES: Final = {
    "model": "model.onnx",
    "voices": "voices.bin",
    "tokens": "tokens.txt",
    "lexicon": "lexicon.txt",
}
"""The argument that names it → its file."""
_SHERPA_METADATA: Final = {
    "model_type": "kokoro", "language": "English", "has_espeak": 1, "sample_rate": 24000, "version": 2,
    "voice": "en-us", "style_dim": "510,1,256", "n_speakers": 1, "id2speaker": f"0->{VOICE}",
    "speaker2id": f"{VOICE}->0", "speaker_names": VOICE, "maintainer": "", "comment": "random weights",
}  # fmt: skip
"""What sherpa-onnx's own export script writes into a Kokoro model."""


class NotThere(Exception):
    """Something of ours that is not to be had here; the message says why."""


def make_model(folder: Path, sizes: str = "full") -> None:
    """Have a bundle of a shaped model in this folder."""
    if not (folder / "bundle.toml").exists():
        _run("bench.kokoro_shaped", "--sizes", sizes, "--output", str(folder))


def prepare(folder: Path) -> None:
    """Have prepared parts of the bundle in this folder that are of this machine and this model.

    Raises:
        NotThere: `utterd models prepare` does not work here.
    """
    try:
        _run("utterd.stages.models", "prepare", str(folder))
    except subprocess.CalledProcessError as error:
        raise NotThere(f"`python -m utterd.stages.models prepare` ended with status {error.returncode}") from error


def stock_bundle(model: Path, folder: Path) -> Path:
    """A bundle of the same files, as they are without `prepare`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("bundle.toml", "model.onnx", "voices.npz"):
        (folder / name).symlink_to((model / name).absolute())
    return folder


def variant_bundle(model: Path, folder: Path, variant: str) -> Path:
    """A bundle of the same files whose manifest knows this variant alone, so that it is the one that is loaded.

    Raises:
        NotThere: it was not prepared.
    """
    from utterd.stages.models.parts import FOLDER, PartsError, read_parts, write_parts

    prepared = model / FOLDER
    try:
        parts = read_parts(prepared)
    except PartsError as error:
        raise NotThere(str(error)) from error
    if variant not in parts.variants:
        raise NotThere(f"`utterd models prepare` made no {variant} here")
    stock_bundle(model, folder)
    (folder / FOLDER).mkdir()
    for name in parts.files:
        (folder / FOLDER / name).symlink_to((prepared / name).absolute())
    write_parts(folder / FOLDER, dataclasses.replace(parts, variants={variant: parts.variants[variant]}))
    return folder


def sherpa_folder(model: Path, folder: Path, words: Mapping[str, str]) -> Path:
    """The same graph with sherpa-onnx's metadata, one voice, and a lexicon of these words."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(model / "model.onnx", folder / SHERPA_FILES["model"])
    with (folder / SHERPA_FILES["model"]).open("ab") as file:
        file.write(_metadata())
    with np.load(model / "voices.npz") as archive:
        archive[VOICE].tofile(folder / SHERPA_FILES["voices"])
    tokens = [f"{symbol} {token}" for symbol, token in SYMBOL_IDS.items()]
    lexicon = [f"{word} {' '.join(phonemes)}" for word, phonemes in sorted(words.items())]
    for name, lines in (("tokens", tokens), ("lexicon", lexicon)):
        (folder / SHERPA_FILES[name]).write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def _metadata() -> bytes:
    """Protocol buffers written one behind the other are read as one."""
    import onnx

    entries = [onnx.StringStringEntryProto(key=key, value=str(value)) for key, value in _SHERPA_METADATA.items()]
    serialised: bytes = onnx.ModelProto(metadata_props=entries).SerializeToString()
    return serialised


def _run(module: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)
