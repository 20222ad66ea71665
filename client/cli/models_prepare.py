"""`utterd models prepare`: become the process that prepares. It is run, never imported: it needs `onnx`."""

import argparse
from typing import Final, NoReturn

from utterd.client.cli.becoming import become_models, names_in
from utterd.client.cli.parser import CommandParser, add_json_option

VARIANTS: Final = (
    "fp32",
    "fp32-native",
    "int8",
    "int8-native",
    "int8-sound",
    "int8-sound-native",
    "hybrid",
    "fp16",
    "int4",
)
"""What a model can be turned into; stages/models/preparing/recipes.py says how."""

_HANDED_ON: Final = ("voices_file", "name", "variants", "voices", "languages", "prune", "discard", "json")


def make_parser() -> CommandParser:
    parser = CommandParser(
        "models prepare",
        description=(
            "Turn a model into parts that speak early on this machine: it is taken apart, its vocoder made to run in\n"
            "windows, each part rounded and optimised, each voice measured. Takes minutes, most for the voices: name\n"
            "those you use (--voices, --languages). Ctrl-C is safe, and the same command goes on.\n"
            "Needs the extra `models`: pip install 'utterd[models]'."
        ),
        example=(
            "utterd models prepare kokoro\n"
            "  utterd models prepare kokoro --variants int8,int8-native --voices af_heart,bm_george\n"
            "  utterd models prepare ~/kokoro-v1.0.onnx --voices-file ~/voices-v1.0.bin"
        ),
    )
    add = parser.add_argument
    add(
        "model", metavar="MODEL|FILE", help="a model: its name, its folder, or its .onnx file, which is installed first"
    )
    add("--voices-file", metavar="PATH", help="the voices of an .onnx file: NPZ, a raw NAME.bin, or a folder of these")
    add("--name", metavar="NAME", help="under which an .onnx file is installed (default: the file's own)")
    add(
        "--variants",
        type=_variants,
        metavar="V,V",
        help=f"which to have, of {', '.join(VARIANTS)}; others that are there go (default: all but fp16 and int4)",
    )
    add("--voices", type=names_in, metavar="V,V", help="voices to measure (default: all)")
    add("--languages", type=names_in, metavar="L,L", help="voices of these languages besides")
    add("--prune", action="store_true", help="leave no other voices in the model; what was downloaded is kept aside")
    add("--discard", action="store_true", help="with --prune: keep nothing aside")
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> NoReturn:
    become_models("prepare", options, *_HANDED_ON)


def _variants(text: str) -> tuple[str, ...]:
    names = names_in(text)
    for name in names:
        if name not in VARIANTS:
            raise argparse.ArgumentTypeError(f"has {name[:20]!r}, which is none of {', '.join(VARIANTS)}")
    return names
