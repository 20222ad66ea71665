"""A user's Kokoro graph, taken apart into text, decoder, and vocoder. What is looked for is found by its structure."""

from utterd.stages.models.splitting.graph import SplitError
from utterd.stages.models.splitting.splitting import Progress, Split, split

__all__ = ["Progress", "Split", "SplitError", "split"]
