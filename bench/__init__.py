"""Measurements. Run with `make bench`; see README.md. Not installed."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))  # files of the sound rig import one another as `rig.…`
