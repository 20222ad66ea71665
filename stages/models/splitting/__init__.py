"""A user's Kokoro graph, taken apart into text, decoder, and vocoder. What is looked for is found by its structure.

In the order of `splitting`: of what `loading` reads, `folding` makes a `graph` to walk on. `generator` reads the
vocoder in it (by `inverse_transform`, `blocks`, `snakes`, and what those are made of), and `landmarks` finds where to
cut. `text` and `decoder` are cut out by `extraction`, `specialising` and `harmonic_source` lighten them, and
`verifying` compares them with the whole.
"""

from utterd.stages.models.splitting.errors import SplitError
from utterd.stages.models.splitting.splitting import Progress, Split, split

__all__ = ["Progress", "Split", "SplitError", "split"]
