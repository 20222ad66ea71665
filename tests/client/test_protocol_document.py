"""PROTOCOL.md says what messages.py says, and its example runs."""

import re
import subprocess
import sys
from dataclasses import MISSING, fields
from itertools import takewhile
from pathlib import Path
from typing import get_args

import pytest
from fake_daemon import WAIT_S, FakeDaemon

from utterd.client.messages import (
    EVENTS,
    MAX_MESSAGE_BYTES,
    MAX_TEXT_CODE_POINTS,
    PROTOCOL_VERSION,
    REPLIES,
    REQUESTS,
    ErrorCode,
    Message,
    Priority,
    Profile,
    Speak,
    Step,
)
from utterd.daemon import light_marks, ssml
from utterd.daemon import mark_values as values
from utterd.daemon.placing import DropReason

DOCUMENT = (Path(__file__).parents[2] / "client" / "PROTOCOL.md").read_text(encoding="utf-8")


def rows_about(message_type: type[Message]) -> str:
    """The rows of a table from this type's name to the next one's."""
    lines = DOCUMENT.splitlines()
    (first,) = (number for number, line in enumerate(lines) if f"| **{message_type.__name__}** |" in line)
    rest = takewhile(lambda line: line.startswith("|") and "| **" not in line, lines[first + 1 :])
    return "\n".join([lines[first], *rest])


@pytest.mark.parametrize("message_type", REQUESTS + REPLIES + EVENTS)
def test_every_field_of_every_message_is_described(message_type: type[Message]) -> None:
    described = set(re.findall(r"`(\w+)`", rows_about(message_type)))
    assert {field.name for field in fields(message_type)} <= described


@pytest.mark.parametrize("message_type", REQUESTS)
def test_defaults_are_described_as_they_are(message_type: type[Message]) -> None:
    for field in fields(message_type):
        row = re.search(rf"\| `{field.name}` \| ([^|]*) \|", rows_about(message_type))
        assert row
        words = {None: "nil", False: "false", MISSING: None}
        expected = words.get(field.default, repr(field.default).replace("'", '"'))  # type: ignore[call-overload]
        _, _, default = row.group(1).replace("`", "").partition(" = ")
        assert (default or None) == expected


def test_every_code_is_described() -> None:
    table = DOCUMENT.partition("## Codes")[2].partition("## Versions")[0]
    assert set(re.findall(r"`([a-z_0-9]+)`", "".join(re.findall(r"^\| ([^|]*) \|", table, re.MULTILINE)))) == {
        code.value for code in ErrorCode
    }


def test_version_and_limits_are_those_of_the_code() -> None:
    assert f"version {PROTOCOL_VERSION[0]}.{PROTOCOL_VERSION[1]}\n" in DOCUMENT
    assert f"{MAX_MESSAGE_BYTES:,} bytes" in DOCUMENT
    assert f"1 to {MAX_TEXT_CODE_POINTS:,} code points" in DOCUMENT


def test_links_lead_to_sections() -> None:
    headings = re.findall(r"^#+ (.*)$", DOCUMENT, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]*)\)", DOCUMENT)) <= anchors


def section(heading: str) -> str:
    """From this heading to the next one of its level."""
    mark = heading.partition(" ")[0]
    return re.split(rf"^{mark} ", DOCUMENT.partition(f"\n{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def test_every_priority_profile_and_step_is_explained() -> None:
    assert all(f"| `{priority}` |" in section("### Priorities") for priority in get_args(Priority))
    assert all(f"| `{profile}` |" in section("## What kind of text") for profile in get_args(Profile))
    assert all(step in section("## Transport") for step in get_args(Step))


def test_every_reason_of_a_cancelled_utterance_is_explained() -> None:
    assert all(f"| `{reason}` |" in section("## Events") for reason in get_args(DropReason))


def test_every_mark_and_every_value_of_one_is_described() -> None:
    marks = section("## Marks")
    assert all(f"[{name} " in marks for name in (*light_marks._PAIRS, *light_marks._POINTS))
    assert all(f"<{tag}" in marks for tag in ssml._TAGS)
    labels = (*values.BREAK_STRENGTHS, *values.RATES, *values.VOLUMES, *values.EMPHASIS_LEVELS, *values.DATE_FORMATS)
    assert all(re.search(rf"(?<![\w-]){label}(?![\w-])", marks) for label in {*labels} - {"default"})
    assert all(kind in marks for kind in values.READINGS.values())


def test_the_example_speaks(daemon: FakeDaemon) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", example, str(daemon.socket_path), "Hello."],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=True,
    )
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["Accepted", "Started", "Finished"]
    assert daemon.requests == [Speak(text="Hello.")]
