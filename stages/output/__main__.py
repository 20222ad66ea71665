"""AudioChunks on stdin → the loudspeaker; or, started by the daemon, the output worker."""

import argparse
import sys
from collections.abc import Sequence

from utterd.stages.spec import spec_from_arguments


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    if spec := spec_from_arguments(arguments):
        from utterd.stages.child import prepare_child

        prepare_child(spec)
        from utterd.stages.output.worker import run

        run(spec)
        return 0
    parser = argparse.ArgumentParser(
        prog="python -m utterd.stages.output",
        description="Play PCM: chunks from the inference stage on stdin.",
        epilog="example: … | python -m utterd.stages.output --device wav:hello.wav",
    )
    parser.add_argument(
        "--device", default="auto", help="auto, pulse, pulse:SINK, portaudio, portaudio:NAME, null, or wav:PATH"
    )
    parser.add_argument("--volume", type=float, default=1.0, help="linear, 0 to 2 (default: %(default)s)")
    options = parser.parse_args(arguments)
    return _play(options.device, options.volume)


def _play(device: str, volume: float) -> int:
    from utterd.stages.chunks import AudioChunk
    from utterd.stages.output.device import BLOCK_FRAMES, DeviceError, make_device
    from utterd.stages.output.loudspeaker import Loudspeaker
    from utterd.stages.output.playback import Playback
    from utterd.stages.pipe import NotAPipe, read_chunks

    playback = Playback()
    try:
        loudspeaker = Loudspeaker(make_device(device), volume=volume, keep_open_s=60)
        loudspeaker.open()
        for chunk in read_chunks(sys.stdin.buffer, AudioChunk):
            playback.add(chunk, lambda: None)
            while block := playback.next_block(BLOCK_FRAMES):
                loudspeaker.write(block.samples)
        if block := playback.next_block(BLOCK_FRAMES, starving=True):  # the stream broke off in the middle
            loudspeaker.write(block.samples)
        loudspeaker.drain()
        loudspeaker.close()
    except (DeviceError, NotAPipe) as error:
        print(f"output: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
