"""The language of the daemon, and those who speak it from outside.

    from utterd.client import Client

    with Client() as client:
        client.speak("Hello.").wait()

Names are imported when first asked for: the daemon needs only the messages, `utterd --help` not even them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from utterd.client.aio import AsyncClient
    from utterd.client.aio_utterance import AsyncStream, AsyncUtterance
    from utterd.client.connection import Client
    from utterd.client.errors import (
        ConnectionLost,
        DaemonNotRunning,
        DaemonUnavailable,
        FileUnwritable,
        ProtocolError,
        RequestRefused,
        UtteranceCancelled,
        UtteranceFailed,
        UtterdError,
    )
    from utterd.client.utterance import Stream, Utterance

__all__ = [
    "AsyncClient",
    "AsyncStream",
    "AsyncUtterance",
    "Client",
    "ConnectionLost",
    "DaemonNotRunning",
    "DaemonUnavailable",
    "FileUnwritable",
    "ProtocolError",
    "RequestRefused",
    "Stream",
    "Utterance",
    "UtteranceCancelled",
    "UtteranceFailed",
    "UtterdError",
]

_HOMES = {
    "AsyncClient": "utterd.client.aio",
    "AsyncStream": "utterd.client.aio_utterance",
    "AsyncUtterance": "utterd.client.aio_utterance",
    "Client": "utterd.client.connection",
    "Stream": "utterd.client.utterance",
    "Utterance": "utterd.client.utterance",
}
"""Every other public name is an error."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "utterd.client.errors")), name)
