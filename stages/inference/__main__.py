"""PhonemeChunks on stdin → AudioChunks on stdout; or, started by the daemon, the inference worker."""

import argparse
import contextlib
import sys
from collections.abc import Sequence
from typing import Literal

from utterd.stages.spec import spec_from_arguments


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    if spec := spec_from_arguments(arguments):
        from utterd.stages.child import prepare_child

        prepare_child(spec)
        from utterd.stages.inference.worker import run

        run(spec)
        return 0
    parser = argparse.ArgumentParser(
        prog="python -m utterd.stages.inference",
        description="Synthesise phonemes: chunks from the g2p stage on stdin, chunks for the output stage on stdout.",
        epilog="example: echo hello | python -m utterd.stages.g2p | python -m utterd.stages.inference "
        "| python -m utterd.stages.output --device wav:hello.wav",
    )
    parser.add_argument("--model", default="starter", help="a bundle's name or folder (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=0, help="of ONNX Runtime; 0 chooses")
    parser.add_argument(
        "--vocoder",
        choices=("windows", "whole"),
        default="windows",
        help="how a prepared Kokoro model makes its sound (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    return _synthesise(options.model, options.threads, options.vocoder)


def _synthesise(model: str, threads: int, vocoder: Literal["windows", "whole"]) -> int:
    from utterd.stages.chunks import PhonemeChunk
    from utterd.stages.inference.load import load_synthesizer
    from utterd.stages.inference.onnx_session import ModelUnusable
    from utterd.stages.inference.stage import Inference
    from utterd.stages.pipe import NotAPipe, output_stream, read_chunks, write_chunk
    from utterd.stages.work import ChunkFailed

    try:
        stream = output_stream()
        stage = Inference(load_synthesizer(model, threads=threads, vocoder=vocoder))
        for chunk in read_chunks(sys.stdin.buffer, PhonemeChunk):
            for audio in stage.process(chunk, lambda report: None):
                write_chunk(stream, audio)
    except (ModelUnusable, NotAPipe, ChunkFailed) as error:
        print(f"inference: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            sys.stdout.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
