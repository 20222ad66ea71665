"""Record one frame of every message type into frames/vMAJOR/: run it when a type is new, never to overwrite.

    python tests/client/record_frames.py

What stands there was sent by a released version; every later version of the same major must still read it.
"""

from pathlib import Path

from message_samples import REQUEST_ID, SAMPLES

from utterd.client.codec import encode
from utterd.client.messages import PROTOCOL_VERSION

FOLDER = Path(__file__).parent / "frames" / f"v{PROTOCOL_VERSION[0]}"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        path = FOLDER / f"{type(sample).__name__}.bin"
        if path.exists():
            print(f"{path.name} is there already: left as it is")
        else:
            path.write_bytes(encode(sample, REQUEST_ID))
            print(f"{path.name} recorded")


if __name__ == "__main__":
    main()
