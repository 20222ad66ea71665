"""`utterd voices`: who can speak."""

import argparse
import json

from utterd.client.cli.exits import Exit
from utterd.client.cli.parser import CommandParser, add_json_option
from utterd.client.cli.table import table
from utterd.client.connection import Client


def make_parser() -> CommandParser:
    parser = CommandParser("voices", description="List the voices; * is the default.", example="utterd voices --json")
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    with Client() as client:
        voices = client.voices()
    if options.json:
        print(json.dumps(voices))
        return Exit.OK
    rows = [
        ("*" if voice.get("is_default") else "", voice.get("name"), voice.get("language"), voice.get("description"))
        for voice in voices
    ]
    print(table(("", "VOICE", "LANGUAGE", "DESCRIPTION"), rows))
    return Exit.OK
