"""Text on stdin → PhonemeChunks on stdout; or, started by the daemon, the g2p worker."""

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from utterd.stages.spec import spec_from_arguments

if TYPE_CHECKING:
    from utterd.stages.chunks import PhonemeChunk, TextChunk


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    if spec := spec_from_arguments(arguments):
        from utterd.stages.child import prepare_child

        prepare_child(spec)
        from utterd.stages.g2p.worker import run

        run(spec)
        return 0
    options = _parser().parse_args(arguments)
    from utterd.stages.g2p.languages import UnknownLanguage, normalise_language

    try:
        language = normalise_language(options.language)
        text = sys.stdin.buffer.read().decode()
    except (UnknownLanguage, UnicodeDecodeError) as error:
        problem = "standard input is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
        print(f"g2p: {problem}", file=sys.stderr)
        return 2
    return _speak(text, language, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m utterd.stages.g2p",
        description="Turn text on stdin into phonemes: chunks for the inference stage on stdout.",
        epilog="example: echo hello | python -m utterd.stages.g2p --show",
    )
    parser.add_argument(
        "--language", default="en-us", help="en-us, en-gb, es, fr-fr, it, pt-br, hi (default: %(default)s)"
    )
    parser.add_argument(
        "--voice", default="am_trio", help="one of the model that inference loads (default: %(default)s)"
    )
    parser.add_argument("--speed", type=float, default=1.0, help="0.5 to 3 (default: %(default)s)")
    parser.add_argument("--show", action="store_true", help="print the phonemes and what was dropped, for people")
    return parser


def _speak(text: str, language: str, options: argparse.Namespace) -> int:
    from utterd.stages.g2p.stage import G2p
    from utterd.stages.pipe import NotAPipe, output_stream, write_chunk

    try:
        stream = None if options.show else output_stream()
        stage = G2p.open(language)
        for text_chunk in _chunks(text, language, options.voice, options.speed):
            for chunk in stage.process(text_chunk):
                if stream:
                    write_chunk(stream, chunk)
                else:
                    _show(text, chunk)
    except NotAPipe as error:
        print(f"g2p: {error}, or say --show", file=sys.stderr)
        return 2
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            sys.stdout.close()
    return 0


def _chunks(text: str, language: str, voice: str, speed: float) -> Iterator["TextChunk"]:
    from utterd.stages.chunks import ChunkHeader, Speaking, TextChunk
    from utterd.stages.g2p.segment import Segmenter

    speaking = Speaking(voice=voice, speed=speed, language=language, lane="live")
    for unit in Segmenter(text):
        header = ChunkHeader(utterance_id=1, generation=0, sequence=unit.index, is_last=unit.is_last)
        yield TextChunk(header=header, speaking=speaking, text=unit.text, char_start=unit.char_start, pause=unit.pause)


def _show(text: str, chunk: "PhonemeChunk") -> None:
    from utterd.stages.g2p.symbols import phonemes_of

    for piece in chunk.pieces:
        print(phonemes_of(piece.tokens))
    for dropped in chunk.dropped:
        print(f"    not spoken: {text[dropped.char_start : dropped.char_end]!r} ({dropped.reason})")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
