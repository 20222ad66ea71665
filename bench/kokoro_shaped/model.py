"""Kokoro's own code (the `kokoro` package) filled with seeded random weights that speak at the pace of speech.

Speed does not depend on what weights are, and the released ones cannot be fetched where this is developed. Runs in the
environment that `make bench-peers` makes: torch, and `kokoro` without its dependencies.
"""

import sys
import tempfile
import types
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from bench.kokoro_shaped.heads import fit_heads
from bench.kokoro_shaped.sizes import Sizes

_ALPHA_SPREAD = 0.3
"""Of the log of Snake's alpha, as it spreads in trained vocoders."""


def kokoro_package() -> None:
    """Make `kokoro.model` importable without what `kokoro/__init__.py` wants: misaki[en], spaCy, transformers' zoo."""
    if "kokoro" not in sys.modules:
        spec = find_spec("kokoro")
        if spec is None:
            raise ModuleNotFoundError("the package kokoro is not installed: `make bench-peers` makes an environment")
        package = types.ModuleType("kokoro")
        package.__path__ = list(spec.submodule_search_locations or ())
        sys.modules["kokoro"] = package


def shaped_model(sizes: Sizes, seed: int) -> Any:
    """A `kokoro.model.KModel` for inference: no gradients, no dropout, complex numbers spelled out for ONNX."""
    kokoro_package()
    from kokoro.model import KModel

    torch.manual_seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        nothing = Path(folder, "weights.pth")
        torch.save({}, nothing)
        model = KModel(repo_id="random", config=sizes.config(), model=str(nothing), disable_complex=True)
    if sizes.decoder_channels is not None:
        _narrow_decoder(model, sizes)
    model.bert.set_attn_implementation("eager")
    model.eval()
    generator = torch.Generator().manual_seed(seed + 1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if ".alpha" in name:
                parameter.copy_(torch.exp(_ALPHA_SPREAD * torch.randn(parameter.shape, generator=generator)))
        fit_heads(model, seed + 2)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model


def _narrow_decoder(model: Any, sizes: Sizes) -> None:
    """`kokoro` has the decoder's widths written into its code: put the same blocks, narrower, in their place."""
    from kokoro.istftnet import AdainResBlk1d

    wide, config = sizes.decoder_channels, sizes.config()
    assert wide is not None
    text, style, residual = config["hidden_dim"], config["style_dim"], sizes.residual_channels
    out = config["istftnet"]["upsample_initial_channel"]
    decoder = model.decoder
    decoder.encode = AdainResBlk1d(text + 2, wide, style)
    decoder.decode = torch.nn.ModuleList(
        [
            *(AdainResBlk1d(wide + 2 + residual, wide, style) for _ in range(3)),
            AdainResBlk1d(wide + 2 + residual, out, style, upsample=True),
        ]
    )
    convolution = torch.nn.Conv1d(text, residual, kernel_size=1)
    decoder.asr_res = torch.nn.Sequential(torch.nn.utils.weight_norm(convolution))
