"""How large a Kokoro-shaped model is: as released, or tiny for tests."""

from dataclasses import dataclass
from typing import Any

from utterd.stages.g2p.symbols import SYMBOL_IDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What of Kokoro's config.json varies, and the widths that its code fixes."""

    hidden: int
    """Channels of the text half."""
    albert: int
    """Channels of PL-BERT."""
    albert_layers: int
    generator: int
    """Channels at the generator's input."""
    decoder_channels: int | None
    """None: 1024, as `kokoro` has it."""
    residual_channels: int = 64

    def config(self) -> dict[str, Any]:
        """Kokoro-82M's config.json, with these sizes."""
        return {
            "hidden_dim": self.hidden, "n_token": 178, "style_dim": 128, "n_layer": 3, "dim_in": 64, "n_mels": 80,
            "max_dur": 50, "max_conv_dim": 512, "text_encoder_kernel_size": 5, "multispeaker": True, "dropout": 0.2,
            "istftnet": {
                "upsample_kernel_sizes": [20, 12], "upsample_rates": [10, 6], "gen_istft_hop_size": 5,
                "gen_istft_n_fft": 20, "resblock_kernel_sizes": [3, 7, 11],
                "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
                "upsample_initial_channel": self.generator,
            },
            "plbert": {
                "hidden_size": self.albert, "num_attention_heads": 12, "intermediate_size": self.albert * 8 // 3,
                "max_position_embeddings": 512, "num_hidden_layers": self.albert_layers, "dropout": 0.1,
                "embedding_size": 128 if self.decoder_channels is None else 16,
            },
            "vocab": SYMBOL_IDS,
        }  # fmt: skip


FULL = Sizes(hidden=512, albert=768, albert_layers=12, generator=512, decoder_channels=None)
TINY = Sizes(hidden=16, albert=24, albert_layers=2, generator=16, decoder_channels=24, residual_channels=4)
