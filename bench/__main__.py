"""`make bench`, or `python -m bench latency cold`: measure, print, and write bench/results.json."""

import argparse
import inspect
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from bench import (
    client_process,
    cold,
    hotkey,
    idle,
    interrupt,
    jitter,
    kokoro,
    kokoro_memory,
    latency,
    normalise,
    pauses,
    soak,
    speech_dispatcher,
    words,
)

_BENCHES = {
    "latency": latency,
    "cold": cold,
    "idle": idle,
    "interrupt": interrupt,
    "hotkey": hotkey,
    "pauses": pauses,
    "words": words,
    "normalise": normalise,
    "client": client_process,
    "jitter": jitter,
    "kokoro": kokoro,
    "kokoro-memory": kokoro_memory,
    "speech-dispatcher": speech_dispatcher,
    "soak": soak,
}
_LONG_S = 600.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*_BENCHES, []], default=list(_BENCHES), metavar="NAME")
    parser.add_argument("--minutes", type=float, default=2.0, help="of the soak (default: %(default)s)")
    parser.add_argument("--long", action="store_true", help="measure words over ten minutes of speech, not one")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    results: dict[str, Any] = {"machine": _machine()}
    for name in options.names:
        module = _BENCHES[name]
        print(f"\n{name}: {inspect.getdoc(module)}\n", flush=True)
        results[name] = _measure(module, options)
        print(json.dumps(results[name], indent=2), flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    return 0


def _measure(module: Any, options: argparse.Namespace) -> dict[str, Any]:
    if module is soak:
        return soak.measure(options.minutes)
    if module is words and options.long:
        return words.measure(_LONG_S)
    figures: dict[str, Any] = module.measure()
    return figures


def _machine() -> dict[str, Any]:
    return {"platform": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}


if __name__ == "__main__":
    sys.exit(main())
