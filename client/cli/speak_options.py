"""The options of `utterd speak`: which go together, and what the daemon is told of them."""

import argparse
import os

from utterd.client.cli.exits import CommandError, Exit
from utterd.client.options import RenderOptions, SpeakOptions


def check_options(options: argparse.Namespace) -> None:
    """
    Raises:
        CommandError: two of them contradict each other.
    """
    if options.no_wait and (options.events or options.output):
        other = "--events" if options.events else "--output"
        raise CommandError(Exit.USAGE, f"{other} needs the whole utterance; leave out --no-wait")
    if options.follow and (other := _cannot_be_followed(options)):
        raise CommandError(Exit.USAGE, f"--follow shows a text while it is heard; leave out {other}, or --follow")
    if options.output and (given := _queue_options_given(options)):
        raise CommandError(Exit.USAGE, f"a file does not wait for the loudspeaker; leave out {given}")
    if options.stream and (problem := _stream_problem(options)):
        raise CommandError(Exit.USAGE, f"--stream {problem}")


def _cannot_be_followed(options: argparse.Namespace) -> str:
    names = ("no_wait", "events", "output", "stream")
    return next((f"--{name.replace('_', '-')}" for name in names if getattr(options, name)), "")


def _queue_options_given(options: argparse.Namespace) -> str:
    names = ("now", "next", "priority", "replaces", "key", "group", "max_age")
    return " and ".join(f"--{name.replace('_', '-')}" for name in names if getattr(options, name))


def _stream_problem(options: argparse.Namespace) -> str:
    """What is wrong, and what to do; empty if nothing is."""
    if options.file is not None or options.text not in ([], ["-"]):
        given = "--file" if options.file is not None else "the text"
        return f"reads standard input; leave out {given}, or --stream"
    if options.output:
        return "speaks while it reads; leave out --output, or --stream"
    if options.ssml or options.marks:
        return f"does not know how the text goes on; leave out {'--ssml' if options.ssml else '--marks'}, or --stream"
    return ""


def render_options(options: argparse.Namespace) -> RenderOptions:
    """For `Client.render`."""
    return {
        "voice": options.voice,
        "speed": options.speed,
        "pitch": options.pitch,
        "language": options.language,
        "gain": options.volume,
        "markup": "ssml" if options.ssml else "light" if options.marks else "none",
        "profile": options.profile,
        "project": _find_project(options),
        "words": options.events,
        "client": options.client,
    }


def speak_options(options: argparse.Namespace) -> SpeakOptions:
    """For `Client.speak`."""
    return {
        **render_options(options),
        "destination": "device",
        "placement": "now" if options.now else "next" if options.next else "append",
        "on_disconnect": "continue" if options.no_wait else "stop",
        "priority": options.priority,
        "key": options.key,
        "replaces": options.replaces,
        "group": options.group,
        "max_age_s": options.max_age,
    }


def _find_project(options: argparse.Namespace) -> str:
    """The folder of the file, or the current one; none if its name cannot be sent."""
    try:
        folder = os.path.dirname(os.path.abspath(options.file)) if options.file else os.getcwd()
        folder.encode()
    except (OSError, UnicodeEncodeError):
        return ""
    return folder
