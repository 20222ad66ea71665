"""The options of macOS `say`: which are honoured, which do nothing here, and which are refused."""

import argparse
from pathlib import Path
from typing import Final

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.cli.parser import number_between

RATES: Final = (1.0, 10_000.0)
"""Words a minute; what the voices cannot do is spoken at their slowest or quickest."""

FORMATS: Final = {".aiff": "AIFF", ".aif": "AIFF", ".aifc": "", ".wav": "WAVE", ".wave": "WAVE"}
"""Suffix → the kind of file; what has none is refused, as every other suffix."""

DATA_FORMATS: Final = {"AIFF": "BEI16@24000", "WAVE": "LEI16@24000"}
"""Kind of file → the only format of its samples."""


def add_say_options(parser: argparse.ArgumentParser) -> None:
    _add_honoured(parser.add_argument_group("honoured"))
    _add_idle(parser.add_argument_group("accepted; they change nothing"))
    _add_refused(parser.add_argument_group("refused, with a sentence"))


def _add_honoured(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("text", nargs="*", metavar="TEXT", help="[[slnc N]], [[rate N]], [[volm N]], [[rset 0]] in it are understood")
    add("-f", "--input-file", dest="file", type=Path, metavar="FILE", help="the text of this file; - is standard input")
    add("-v", "--voice", metavar="VOICE", help="one of -v '?'; a voice of macOS's is spoken by utterd's own")
    add("-r", "--rate", type=number_between(*RATES), metavar="WPM", help="words a minute; 175 is the voice's own")
    add("-o", "--output-file", dest="output", type=Path, metavar="FILE", help="FILE.aiff (also without) or FILE.wav")
    add("--file-format", metavar="FORMAT", help="AIFF or WAVE")
    add("--data-format", metavar="FORMAT", help="BEI16@24000 for AIFF, LEI16@24000 for WAVE, or the same without rate")
    add("-i", "--interactive", action="store_true", help="show the word that is being spoken (=MARKUP changes nothing)")


def _add_idle(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--progress", action="store_true", help="a file that takes a while has a bar anyway")
    add("--quality", metavar="N", help="of converters; nothing is converted")
    add("--channels", type=int, metavar="1", help="1 is what there is; others are refused")


def _add_refused(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("-a", "--audio-device", metavar="DEVICE", help="the daemon has its own: setting output.device")
    add("-n", "--network-send", metavar="HOST", help="speech is not sent over networks")
    add("--bit-rate", metavar="RATE", help="files are not compressed")


def check_say_options(options: argparse.Namespace) -> None:
    """
    Raises:
        CommandError: something is asked that is not here.
    """
    if options.audio_device is not None:
        raise _unusable("-a", "the daemon plays on its own device (setting output.device); leave it out")
    if options.network_send is not None:
        raise _unusable("-n", "speech is not sent over networks; leave it out")
    if options.bit_rate is not None:
        raise _unusable("--bit-rate", "files are not compressed; leave it out, and convert the file afterwards")
    if options.channels not in (None, 1):
        raise _unusable("--channels", "files have one channel; leave it out, or give 1")
    if options.interactive and options.output:
        raise _unusable("--interactive", "shows what is heard, and a file is not; leave out one of them")
    if options.output:
        find_output(options)
    elif options.data_format or options.file_format:
        raise _unusable("--data-format" if options.data_format else "--file-format", "is of files; add -o FILE")


def find_output(options: argparse.Namespace) -> tuple[Path, str]:
    """The file to write, and its kind: `AIFF` or `WAVE`.

    Raises:
        CommandError: no such file is written here.
    """
    path = options.output
    if str(path) == "-":
        raise _unusable("-o", "a sound file cannot be written to a pipe; name a file")
    if not path.suffix:
        path = path.with_name(f"{path.name}.{'wav' if options.file_format == 'WAVE' else 'aiff'}")
    kind = FORMATS.get(path.suffix.lower(), "")
    if not kind:
        raise _unusable("-o", f"AIFF and WAVE files are written; name it {path.with_suffix('.aiff').name}")
    if options.file_format not in (None, kind):
        raise _unusable("--file-format", f"{path.name} will be {kind}; give that, or leave it out")
    samples = DATA_FORMATS[kind]
    if options.data_format not in (None, samples, samples.partition("@")[0], "I16", "I16@24000"):
        raise _unusable(
            "--data-format", f"{kind} files have {samples} here; give that, and convert the file afterwards"
        )
    return path, kind


def _unusable(option: str, why: str) -> CommandError:
    return CommandError(Exit.USAGE, f"{option}: {why}")
