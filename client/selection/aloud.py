"""Speaks what is selected; and what stands in the way, so that a key is never followed by nothing at all."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, Unpack

from utterd.client.connection import Client
from utterd.client.errors import RequestRefused, UtteranceCancelled, UtterdError
from utterd.client.messages import Started
from utterd.client.options import SpeakOptions
from utterd.client.selection import SelectionUnavailable, read_selection
from utterd.client.utterance import Utterance

LABEL: Final = "hotkeys"
"""The client label of all that keys have spoken, so that a key stops it and nothing else."""


class NothingSelected(UtterdError):
    """There is no text to speak."""

    def __init__(self) -> None:
        super().__init__("nothing is selected")


def toggle_selection(
    client: Client, /, *, read: Callable[[], str] = read_selection, **options: Unpack[SpeakOptions]
) -> Utterance | None:
    """Stop what keys have had spoken, if anything of it is being spoken or waits; otherwise speak the selection now.

    None: something was stopped. The rest is as in `speak_selection`.
    """
    if client.stop(mine=True, client=LABEL):
        return None
    options["placement"] = "now"
    return speak_selection(client, read=read, **options)


def speak_selection(
    client: Client, /, *, read: Callable[[], str] = read_selection, **options: Unpack[SpeakOptions]
) -> Utterance:
    """Have what is selected spoken.

    Args:
        read: where it is; empty if nothing is selected.

    Raises:
        NothingSelected: or nothing but spaces.
        SelectionUnavailable: it cannot be read.
        RequestRefused, DaemonUnavailable, ProtocolError: as in `Client.speak`.
    """
    text = read()
    if not text.strip():
        raise NothingSelected
    options["client"] = LABEL
    return client.speak(text, **options)


def await_sound(client: Client, utterance: Utterance) -> None:
    """Return when it begins to be heard, or waits for its turn, or is over.

    Raises:
        UtteranceFailed: it will not be heard.
    """
    heads = [entry for entry in client.queue() if entry.get("destination") == "device"][:1]
    if not heads or heads[0].get("id") == utterance.id:
        for event in utterance.events():
            if isinstance(event, Started):
                return
        with suppress(UtteranceCancelled):  # by the next press of the key
            utterance.wait()


def say_problem(client: Client | None, problem: UtterdError) -> None:
    """Say aloud what is wrong; and, where it is more than an empty selection, show it as a notification.

    Args:
        client: None if there is no daemon to say it.
    """
    if not isinstance(problem, NothingSelected):
        from utterd.client.notify import notify  # only trouble pays for it

        notify("utterd", as_sentence(problem))
    if client and isinstance(problem, NothingSelected | SelectionUnavailable | RequestRefused):
        with suppress(UtterdError):  # it has been written and shown
            client.speak(as_sentence(problem), placement="now", client=LABEL, language="en")


def as_sentence(problem: UtterdError) -> str:
    """As it is said, and shown: "Nothing is selected." """
    text = str(problem).strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
