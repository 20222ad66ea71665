"""`python -m utterd.stages.models prepare …`: what `utterd models prepare` and `utterd models tune` become."""

import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from utterd.client.cli.exits import Exit, complain

_VERBS: Final = {"prepare": "utterd.stages.models.preparing.command", "tune": "utterd.stages.models.tuning.command"}
"""Name → the module whose `main` takes the arguments behind it."""
_NEEDED: Final = {"prepare": "onnx"}
"""Name → a library that does not come with utterd itself."""


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("", ())
    if verb not in _VERBS:
        complain(f"say what is to be done to a model: {' or '.join(_VERBS)}")
        return Exit.USAGE
    library = _NEEDED.get(verb)
    if library is not None and find_spec(library) is None:
        complain(f"to {verb} models needs the library {library}: pip install 'utterd[models]'")
        return Exit.FAILED
    try:
        return int(import_module(_VERBS[verb]).main(rest))
    except KeyboardInterrupt:
        complain("interrupted")
        return Exit.INTERRUPTED
    except OSError as error:
        place = error.filename2 or error.filename
        complain(f"to {verb} the model failed{f' at {place}' if place else ''}: {error.strerror or error}")
        return Exit.FAILED


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: what is half done is taken away
    sys.exit(main(sys.argv[1:]))
