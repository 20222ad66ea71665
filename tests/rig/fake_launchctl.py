#!/usr/bin/env python3
"""A stand-in for launchctl(1): what it knows of jobs stands in a folder; it answers with the codes met in the field.

Like the real one it is asynchronous: a job that was booted out is still there, `SIGTERMed`, for the next few looks at
it, and bootstrapping it meanwhile fails with code 5.

    FAKE_LAUNCHD=FOLDER launchctl bootstrap gui/501 FILE.plist

`state.json` in the folder has what a test wants to set: see `fake_launchd.FakeLaunchd`.
"""

import json
import os
import plistlib
import sys
from pathlib import Path
from typing import Any, NoReturn

SENTENCES = {
    3: "No such process",
    5: "Input/output error",
    36: "Operation now in progress",
    37: "Operation already in progress",
    113: "Could not find specified service",
    119: "Service is disabled",
    125: "Domain does not support specified action",
}


def main(arguments: list[str]) -> None:
    file = Path(os.environ["FAKE_LAUNCHD"]) / "state.json"
    state = json.loads(file.read_text())
    state["calls"].append(arguments)
    try:
        answer(state, *arguments)
    finally:
        file.write_text(json.dumps(state))


def answer(state: dict[str, Any], command: str, *arguments: str) -> None:
    """Carry out one command; ends by sys.exit where it fails."""
    forced = state["forced"].get(command, [])
    if forced and (code := forced.pop(0)):
        fail(command, code)
    domain = next(word for word in arguments if word.startswith("gui/"))
    if not state["has_screen"]:
        fail(command, 125)
    label = domain.partition("/")[2].partition("/")[2]
    match command:
        case "bootstrap":
            bootstrap(state, Path(arguments[1]))
        case "bootout":
            bootout(state, label)
        case "enable":
            state["disabled"] = [each for each in state["disabled"] if each != label]
        case "print" if not label:
            print(f"{domain} = {{\n\ttype = login\n}}")
        case "print":
            print_job(state, domain, label)
        case "print-disabled":
            print("\tdisabled services = {")
            for each in state["disabled"]:
                print(f'\t\t"{each}" => {state["disabled_word"]}')
            print("\t}")
        case "kickstart":
            kickstart(state, label, anew="-k" in arguments)
        case _:
            print(f"Unrecognized subcommand: {command}", file=sys.stderr)
            sys.exit(64)


def bootstrap(state: dict[str, Any], plist: Path) -> None:
    with plist.open("rb") as file:
        agent = plistlib.load(file)
    label = agent["Label"]
    if label in state["disabled"]:
        fail("bootstrap", 119)
    if label in state["jobs"] or plist.stem != label or str(plist) in state["quarantined"]:
        fail("bootstrap", 5)
    log = agent.get("StandardErrorPath")
    has_log = log is None or Path(log).parent.is_dir()
    starts = bool(agent.get("KeepAlive") or agent.get("RunAtLoad"))
    job = {"pid": None, "last_exit": None, "ending": None, "agent_path": str(plist)}
    state["jobs"][label] = job
    if starts:
        run(state, job) if has_log else job.update(last_exit=78)


def run(state: dict[str, Any], job: dict[str, Any]) -> None:
    state["next_pid"] += 1
    job["pid"] = state["next_pid"]


def bootout(state: dict[str, Any], label: str) -> None:
    job = state["jobs"].get(label)
    if job is None:
        fail("bootout", 3)
    if job["ending"] is not None:
        fail("bootout", 37)
    job["ending"] = state["looks_while_ending"]
    if job["ending"] == 0:
        del state["jobs"][label]
    elif state["bootout_code"]:
        fail("bootout", state["bootout_code"])


def print_job(state: dict[str, Any], domain: str, label: str) -> None:
    job = state["jobs"].get(label)
    if job is None:
        print(f'Could not find service "{label}" in domain for user gui: 501', file=sys.stderr)
        sys.exit(113)
    shown = "SIGTERMed" if job["ending"] is not None else "running" if job["pid"] else "not running"
    print(f"{domain} = {{\n\tactive count = 1\n\tpath = {job['agent_path']}\n\ttype = LaunchAgent\n\tstate = {shown}\n")
    if job["pid"]:
        print(f"\truns = 1\n\tpid = {job['pid']}")
    ended = "(never exited)" if job["last_exit"] is None else job["last_exit"]
    print(f"\tlast exit code = {ended}\n\tspawn type = interactive (4)\n}}")
    if job["ending"] is not None:
        job["ending"] -= 1
        if job["ending"] == 0:
            del state["jobs"][label]


def kickstart(state: dict[str, Any], label: str, *, anew: bool) -> None:
    job = state["jobs"].get(label)
    if job is None:
        fail("kickstart", 113)
    if job["pid"] and not anew:
        fail("kickstart", 37)
    job["last_exit"] = None
    run(state, job)


def fail(command: str, code: int) -> NoReturn:
    verbs = {"bootstrap": "Bootstrap failed", "bootout": "Boot-out failed"}
    print(
        f"{verbs.get(command, 'Could not ' + command)}: {code}: {SENTENCES.get(code, 'unknown error')}", file=sys.stderr
    )
    sys.exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
