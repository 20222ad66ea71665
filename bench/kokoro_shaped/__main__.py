"""`python -m bench.kokoro_shaped --output FOLDER`: a model and its voices, as a bundle; or the files of the tests."""

import argparse
import lzma
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from bench.kokoro_shaped.bundle import write_bundle
from bench.kokoro_shaped.export import export_graph
from bench.kokoro_shaped.model import shaped_model
from bench.kokoro_shaped.sizes import FULL, TINY
from bench.kokoro_shaped.voices import shaped_voices

_OPSETS: Final = {"1.0": 20, "1.1": 17}
"""Of the graphs of either release."""
_FIXTURE_MANTISSA_BITS: Final = 4


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.kokoro_shaped", description=__doc__)
    parser.add_argument("--sizes", choices=("full", "tiny"), default="full")
    parser.add_argument("--release", choices=tuple(_OPSETS), default="1.1")
    parser.add_argument("--opset", type=int, help="instead of the release's own")
    parser.add_argument("--seed", type=int, default=0)
    output = parser.add_mutually_exclusive_group(required=True)
    output.add_argument("--output", type=Path, help="a folder, for a bundle")
    output.add_argument("--fixtures", type=Path, help="a folder, for the compressed tiny models of either release")
    options = parser.parse_args()
    if options.fixtures:
        _write_fixtures(options.fixtures, options.seed)
        return
    options.output.mkdir(parents=True, exist_ok=True)
    model = shaped_model(FULL if options.sizes == "full" else TINY, options.seed)
    opset = options.opset or _OPSETS[options.release]
    export_graph(model, options.output / "model.onnx", opset=opset, release=options.release)
    np.savez(options.output / "voices.npz", allow_pickle=False, **shaped_voices())
    write_bundle(options.output)


def _write_fixtures(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    model = shaped_model(TINY, seed)
    for release, opset in _OPSETS.items():
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, "model.onnx")
            export_graph(model, path, opset=opset, release=release, mantissa_bits=_FIXTURE_MANTISSA_BITS)
            packed = lzma.compress(path.read_bytes(), preset=9 | lzma.PRESET_EXTREME)
            (folder / f"kokoro-tiny-{release}.onnx.xz").write_bytes(packed)


if __name__ == "__main__":
    main()
