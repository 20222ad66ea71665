"""Lets a library be imported without the heavy modules it names but never uses here."""

import contextlib
import sys
import types
from collections.abc import Iterator


@contextlib.contextmanager
def standing_in(*names: str) -> Iterator[None]:
    """Empty modules under `names` while a library is imported, for those of them that are not imported yet.

    The library keeps the empty module; everyone else imports the real one later.
    """
    absent = [name for name in names if name not in sys.modules]
    stand_ins = {name: types.ModuleType(name) for name in absent}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
