"""`Client`: what a program asks of the daemon, one call a request, and waits for."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from utterd.client.endpoint import PeerCheck, check_daemon, open_socket
from utterd.client.errors import UtterdError
from utterd.client.link import Link
from utterd.client.messages import (
    Audio,
    Event,
    Finished,
    GetStatus,
    ListQueue,
    ListVoices,
    Placement,
    Queue,
    Reply,
    Request,
    Speak,
    Status,
    Stop,
    Stopped,
    Voices,
)
from utterd.client.session import Track

REPLY_TIMEOUT_S = 30.0
"""The daemon answers at once; one that launchd or systemd has yet to start may take this long."""

ReplyT = TypeVar("ReplyT", bound=Reply)


class Client:
    """A connection to the daemon; a context manager.

    Every method may be called from any thread, also while another thread waits in one. The events of an utterance go
    to whoever asks first: let one thread read them. Not to be shared across a fork.
    """

    def __init__(
        self,
        socket_path: str | os.PathLike[str] | None = None,
        *,
        start: bool = False,
        reply_timeout_s: float = REPLY_TIMEOUT_S,
        check: PeerCheck = check_daemon,
    ) -> None:
        """Connect.

        Args:
            socket_path: where the daemon listens; this user's own place unless given.
            start: start a daemon if none runs.
            reply_timeout_s: how long the daemon may take to answer a request.
            check: is the listener ours?

        Raises:
            DaemonUnavailable: no daemon, or not ours.
        """
        self._link = Link(open_socket(socket_path, start=start, check=check), reply_timeout_s=reply_timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up. Utterances go on or stop, as their `on_disconnect` says; threads that wait get ConnectionLost."""
        self._link.close()

    def speak(
        self,
        text: str,
        *,
        voice: str | None = None,
        speed: float | None = None,
        language: str | None = None,
        placement: Placement = "append",
        destination: Literal["device", "client"] = "device",
        gain: float = 1.0,
        on_disconnect: Literal["continue", "stop"] = "continue",
    ) -> "Utterance":
        """Have `text` spoken; returns as soon as it is in the queue. The arguments are the fields of `Speak`.

        Raises:
            RequestRefused: the daemon will not speak this.
            DaemonUnavailable, ProtocolError: the connection is of no more use.
        """
        request = Speak(
            text=text,
            voice=voice,
            speed=speed,
            language=language,
            placement=placement,
            destination=destination,
            gain=gain,
            on_disconnect=on_disconnect,
        )
        return Utterance(self, self._link, self._link.ask(request, self._link.session.take_track))

    def stop(self, utterance: int | None = None, *, all: bool = False) -> list[int]:
        """Be silent at once: this utterance, or the one being spoken, or all. Returns the ids of what was ended."""
        return self._request(Stop(utterance=utterance, all=all), Stopped).utterances

    def voices(self) -> list[dict[str, Any]]:
        """Each `{name, language, description, is_default}`."""
        return self._request(ListVoices(), Voices).voices

    def queue(self) -> list[dict[str, Any]]:
        """In order: `{id, state, position, characters, destination}`."""
        return self._request(ListQueue(), Queue).utterances

    def status(self) -> dict[str, Any]:
        """The status document of PROTOCOL.md."""
        return self._request(GetStatus(), Status).status

    def render(
        self,
        text: str,
        file: str | os.PathLike[str],
        *,
        voice: str | None = None,
        speed: float | None = None,
        language: str | None = None,
        gain: float = 1.0,
        on_event: Callable[[Event], None] | None = None,
    ) -> Finished:
        """Speak into a 16-bit WAV file, which appears when it is complete. Never delays the loudspeaker.

        Args:
            on_event: called with each event as it comes, the Audio among them.

        Raises:
            FileUnwritable: found before anything is synthesised, or when the disk is full.
            UtteranceFailed, UtteranceCancelled, RequestRefused, DaemonUnavailable: as in `speak` and `wait`.
        """
        from utterd.client.wavfile import WavFile  # only renderings pay for it

        with WavFile(Path(file)) as wav:
            utterance = self.speak(
                text,
                voice=voice,
                speed=speed,
                language=language,
                gain=gain,
                destination="client",
                on_disconnect="stop",
            )
            with utterance.stopped_on_error():
                for event in utterance.events():
                    if isinstance(event, Audio):
                        wav.write(event.pcm)
                    if on_event:
                        on_event(event)
                finished = utterance.wait()
                wav.commit()
            return finished

    def _request(self, request: Request, kind: type[ReplyT]) -> ReplyT:
        return self._link.ask(request, lambda request_id: self._link.session.take_reply(request_id, kind))


class Utterance:
    """A text on its way through the daemon."""

    def __init__(self, client: Client, link: Link, track: Track) -> None:
        self._client = client
        self._link = link
        self._track = track

    def __repr__(self) -> str:
        return f"<Utterance {self.id} {self._track.state.name}>"

    @property
    def id(self) -> int:
        """The daemon's number for it, as in `utterd stop ID`."""
        return self._track.utterance

    def events(self) -> Iterator[Event]:
        """Each event as it comes, until the last one. An event is given once."""
        while batch := self._link.until(self._track.take_event, None):
            yield from batch

    def wait(self, timeout: float | None = None) -> Finished:
        """Return when it has been heard to its end.

        Args:
            timeout: seconds.

        Raises:
            TimeoutError: it goes on for longer.
            UtteranceFailed, UtteranceCancelled: it did not reach its end.
            ConnectionLost: what became of it cannot be known.
        """
        return self._link.until(self._track.result, timeout)

    def stop(self) -> list[int]:
        """Silence, now. Returns its id, or nothing if it had ended."""
        return self._client.stop(self.id)

    @contextmanager
    def stopped_on_error(self) -> Iterator[None]:
        """A context that stops the utterance if it is left by an exception, Ctrl-C included."""
        try:
            yield
        except BaseException:
            if self._track.end is None:
                with suppress(UtterdError):
                    self.stop()
            raise
