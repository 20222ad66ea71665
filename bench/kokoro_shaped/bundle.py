"""Make a bundle of a Kokoro-shaped model, so that the daemon speaks with it: `utterd run --model FOLDER`."""

import hashlib
from pathlib import Path

from bench.kokoro_shaped.voices import NAMES


def write_bundle(folder: Path) -> None:
    """Write bundle.toml for `model.onnx` and `voices.npz`, which are there."""
    hashes = {}
    for name in ("model.onnx", "voices.npz"):
        with (folder / name).open("rb") as file:
            hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    lines = [
        'name = "kokoro-shaped"',
        'family = "kokoro"',
        "sample_rate_hz = 24000",
        'languages = ["en-us"]',
        f'default_voice = "{NAMES[0]}"',
        'licence = "Apache-2.0"',
        "",
        "[files]",
        *(f'"{name}" = "{sha256}"' for name, sha256 in hashes.items()),
        "",
        "[voices]",
        *(f'{name} = {{ language = "en-us", description = "random weights" }}' for name in NAMES),
    ]
    (folder / "bundle.toml").write_text("\n".join(lines) + "\n", "utf-8")
