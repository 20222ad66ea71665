"""`utterd doctor`: is everything there, and what mends it?"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict

from utterd.client.cli.checks import examine
from utterd.client.cli.checks.finding import Finding, Verdict
from utterd.client.cli.exits import Exit
from utterd.client.cli.parser import CommandParser, add_json_option


def make_parser() -> CommandParser:
    parser = CommandParser(
        "doctor",
        description=(
            "Check all that utterd needs, and all it could have on this desktop; exit 1 if something is broken.\n"
            "Changes nothing, loads no model."
        ),
        example="utterd doctor\n  utterd doctor --selftest\n  utterd doctor --json",
    )
    parser.add_argument(
        "--selftest", action="store_true", help="also speak a sentence, and listen whether it comes out"
    )
    add_json_option(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    findings = []
    for finding in _all_findings(options):
        findings.append(finding)
        if not options.json:
            print(_line(finding), flush=True)
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings]))
    is_broken = any(finding.verdict is Verdict.BROKEN for finding in findings)
    return Exit.BROKEN if is_broken else Exit.OK


def _all_findings(options: argparse.Namespace) -> Iterator[Finding]:
    yield from examine()
    if options.selftest:
        from utterd.client.cli.checks.selftest import run_selftest

        yield from run_selftest()


def _line(finding: Finding) -> str:
    mend = f"\n        mend: {finding.mend}" if finding.mend else ""
    return f"{finding.verdict.value:6}  {finding.name}: {finding.detail}{mend}"
