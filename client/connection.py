"""`Client`: what a program asks of the daemon, one call a request, and waits for."""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from utterd.client.endpoint import PeerCheck, check_daemon, open_socket
from utterd.client.link import Link
from utterd.client.messages import (
    Adjust,
    Audio,
    Done,
    Event,
    Finished,
    GetStatus,
    ListQueue,
    ListVoices,
    Pause,
    Queue,
    Replay,
    Request,
    Resume,
    Seek,
    Skip,
    Speak,
    Status,
    Step,
    Stop,
    Stopped,
    Voices,
)
from utterd.client.options import RenderOptions, SpeakOptions
from utterd.client.track import Track
from utterd.client.utterance import Stream, Utterance

REPLY_TIMEOUT_S = 30.0
"""The daemon answers at once; one that launchd or systemd has yet to start may take this long."""


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

    def speak(self, text: str, **options: Unpack[SpeakOptions]) -> Utterance:
        """Have `text` spoken; returns as soon as it is in the queue. The options are the fields of `Speak`.

        Raises:
            RequestRefused: the daemon will not speak this.
            DaemonUnavailable, ProtocolError: the connection is of no more use.
        """
        return Utterance(self._link, self._take_up(Speak(text=text, **options)))

    def stream(self, text: str = "", **options: Unpack[SpeakOptions]) -> Stream:
        """Have a text spoken while it is being written; `text` is its beginning. Otherwise as `speak`."""
        return Stream(self._link, self._take_up(Speak(text=text, stream=True, **options)))

    def stop(
        self, utterance: int | None = None, *, all: bool = False, mine: bool = False, client: str = ""
    ) -> list[int]:
        """Be silent at once: this utterance, or the one being spoken, or all, or all of one client.

        The ids of what was ended.
        """
        request = Stop(utterance=utterance, all=all, mine=mine, client=client)
        return self._link.request(request, Stopped).utterances

    def pause(self, *, mine: bool = False, client: str = "") -> list[int]:
        """Be silent, and stay at this very sample. The id of what is paused now, as with the methods that follow."""
        return self._do(Pause(mine=mine, client=client))

    def resume(self, *, mine: bool = False, client: str = "") -> list[int]:
        """Go on from that sample."""
        return self._do(Resume(mine=mine, client=client))

    def skip(self) -> list[int]:
        """End what is being spoken; the next utterance speaks."""
        return self._do(Skip())

    def seek(self, to: int | None = None, *, by: Step = "sentence", count: int = -1) -> list[int]:
        """Go on elsewhere in what is being spoken: at a place of its text, or so many steps on, back if negative."""
        return self._do(Seek(to=to, by=by, count=count))

    def replay(self, seconds: float = 10.0) -> list[int]:
        """Say the last seconds again."""
        return self._do(Replay(seconds=seconds))

    def adjust(
        self, *, speed: float | None = None, pitch: float | None = None, volume: float | None = None
    ) -> list[int]:
        """Another speed, pitch or volume, at once and for later utterances."""
        return self._do(Adjust(speed=speed, pitch=pitch, volume=volume))

    def voices(self) -> list[dict[str, Any]]:
        """Each `{name, language, description, is_default}`."""
        return self._link.request(ListVoices(), Voices).voices

    def queue(self) -> list[dict[str, Any]]:
        """In order; each as in `Queue`."""
        return self._link.request(ListQueue(), Queue).utterances

    def status(self) -> dict[str, Any]:
        """The status document of PROTOCOL.md."""
        return self._link.request(GetStatus(), Status).status

    def render(
        self,
        text: str,
        file: str | os.PathLike[str],
        *,
        on_event: Callable[[Event], None] | None = None,
        **options: Unpack[RenderOptions],
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
            utterance = self.speak(text, destination="client", on_disconnect="stop", **options)
            with utterance.stopped_on_error():
                for event in utterance.events():
                    if isinstance(event, Audio):
                        wav.write(event.pcm)
                    if on_event:
                        on_event(event)
                finished = utterance.wait()
                wav.commit()
            return finished

    def _take_up(self, request: Speak) -> Track:
        return self._link.ask(request, self._link.session.take_track)

    def _do(self, request: Request) -> list[int]:
        return self._link.request(request, Done).utterances
