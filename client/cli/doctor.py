"""`utterd doctor`: is everything there, and what mends it?"""

import argparse
import json
from dataclasses import asdict

from utterd.client.cli.checks import Finding, Verdict, examine
from utterd.client.cli.exits import Exit
from utterd.client.cli.parser import CommandParser, add_json_option


def make_parser() -> CommandParser:
    parser = CommandParser(
        "doctor",
        description="Check the installation; exit 1 if something is broken. Changes nothing, loads no model.",
        example="utterd doctor\n  utterd doctor --json",
    )
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    findings = list(examine())
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            print(_line(finding))
    is_broken = any(finding.verdict is Verdict.BROKEN for finding in findings)
    return Exit.BROKEN if is_broken else Exit.OK


def _line(finding: Finding) -> str:
    mend = f"\n        mend: {finding.mend}" if finding.mend else ""
    return f"{finding.verdict.value:6}  {finding.name}: {finding.detail}{mend}"
