"""The door to pyworld, the WORLD analyser (Morise 2016): a package that asks setuptools for its own version.

The `pkg_resources` it asks with is no longer a part of setuptools (since 81), so it gets one that knows just that.
"""

import importlib.metadata
import sys

from utterd.stages.g2p.stand_ins import standing_in

with standing_in("pkg_resources"):
    vars(sys.modules["pkg_resources"]).setdefault("get_distribution", importlib.metadata.distribution)
    import pyworld

__all__ = ["pyworld"]
