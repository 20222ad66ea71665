"""What `make speak` does: the given text through client, daemon and the three stages, and how soon it was heard.

A daemon of its own, so that the figures are of this checkout: it waits until the stages are ready, then speaks. Without
a usable loudspeaker it says so, and the same daemon plays into a file instead, at the pace of a loudspeaker.
"""

import argparse
import sys
import time
from pathlib import Path

from tests.running_daemon import RunningDaemon
from utterd.client import UtterdError
from utterd.client.messages import Finished, Started


def main() -> int:
    parser = argparse.ArgumentParser(prog="make speak", description=__doc__)
    parser.add_argument("--output", type=Path, help="a WAV file to play into instead of the loudspeaker")
    parser.add_argument("text", nargs="+")
    options = parser.parse_args()
    text = " ".join(options.text)
    try:
        if options.output:
            _speak(text, f"wav:{options.output.absolute()}", str(options.output))
        else:
            _speak_aloud(text)
    except (UtterdError, RuntimeError) as error:
        print(f"make speak: {error}", file=sys.stderr)
        return 5
    return 0


def _speak_aloud(text: str) -> None:
    if reason := _speak(text, "auto", "the loudspeaker"):
        file = Path("spoken.wav")
        print(f"No sound here: {reason}\nIt goes to {file} instead.")
        _speak(text, f"wav:{file.absolute()}", str(file))


def _speak(text: str, device: str, place: str) -> str | None:
    """Speak, and tell how it went; or the reason why the device cannot be used."""
    begun = time.monotonic()
    with RunningDaemon("--device", device) as daemon, daemon.client() as client:
        if reason := _wait_ready(daemon):
            return reason
        print(f"The daemon and its three stages were ready after {time.monotonic() - begun:.2f} s.")
        for event in client.speak(text).events():
            if isinstance(event, Started):
                assert event.handed_ms is not None
                print(f"Time to first audio: {event.handed_ms:.1f} ms from the request to the first audible frame.")
            elif isinstance(event, Finished):
                print(f"Spoken to {place}: {event.audio_ms / 1000:.1f} s of sound, {event.underruns} underruns.")
    return None


def _wait_ready(daemon: RunningDaemon) -> str | None:
    """Return when all stages are ready, or with the reason why there is no device."""
    while True:
        stages = daemon.status()["stages"]
        for stage in stages:
            if stage["problem"] and stage["name"] == "output":
                return str(stage["problem"])
            if stage["problem"]:
                raise RuntimeError(stage["problem"])
        if all(stage["state"] == "ready" for stage in stages):
            return None
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
