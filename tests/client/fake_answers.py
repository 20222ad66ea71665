"""What the fake daemon answers on one connection.

What becomes of a Speak stands in its text: "hold" is spoken until it is stopped, "fail" fails, "stop" is stopped by
somebody else, another one stands for "coalesced", "drop" drops a character, "hang up" loses the daemon in the middle,
"garbage" gets no sensible answer, "silence" gets none at all, "refuse CODE" is refused. Any other text is spoken.

A stream is held until its last Append, and then is what its whole text says; an Append of "stop" has it stopped by
somebody else, and one of "refuse CODE" is refused.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from utterd.client.codec import encode
from utterd.client.messages import (
    Accepted,
    Adjust,
    Append,
    Audio,
    Cancelled,
    Done,
    Event,
    Failed,
    Finished,
    GetStatus,
    ListQueue,
    ListVoices,
    Mark,
    Message,
    Pause,
    Paused,
    Progress,
    Queue,
    Refused,
    Replay,
    Request,
    Resume,
    Resumed,
    Seek,
    Sentence,
    Skip,
    Speak,
    Started,
    Status,
    Stop,
    Stopped,
    Voices,
    Word,
)

if TYPE_CHECKING:
    from fake_daemon import FakeDaemon

WINDOW = b"\x01\x00\xff\x7f" * 1200
"""100 ms of sound."""


@dataclass(slots=True)
class Held:
    """An utterance that goes on."""

    request_id: int
    is_stream: bool
    text: str


class Answers:
    def __init__(self, daemon: FakeDaemon, connection: socket.socket) -> None:
        self._daemon = daemon
        self._connection = connection
        self._held: dict[int, Held] = {}

    def answer(self, request_id: int, request: Request) -> None:
        match request:
            case Speak():
                self._speak(request_id, request)
            case Append():
                self._append(request_id, request)
            case Stop() if self._daemon.on_stop:
                self._send(request_id, Stopped(utterances=self._daemon.on_stop(request)))
            case Stop():
                self._stop(request_id, request)
            case Pause():
                self._steer(request_id, *(Paused(utterance=one, t_ms=2.0, audio_ms=1.0) for one in self._held))
            case Resume():
                self._steer(request_id, *(Resumed(utterance=one, t_ms=3.0, audio_ms=1.0) for one in self._held))
            case Skip() | Seek() | Replay() | Adjust():
                self._steer(request_id)
            case ListVoices():
                self._send(request_id, Voices(voices=self._daemon.voices))
            case ListQueue():
                self._send(request_id, Queue(utterances=self._daemon.queue))
            case GetStatus():
                self._send(request_id, Status(status=self._daemon.status))

    def _send(self, request_id: int, *messages: Message) -> None:
        self._connection.sendall(b"".join(encode(message, request_id) for message in messages))

    def _speak(self, request_id: int, speak: Speak) -> None:
        order, _, argument = speak.text.partition(" ")
        if order == "refuse":
            self._send(request_id, Refused(code=argument, message=f"refused for {argument}"))
        elif order == "garbage":
            self._connection.sendall(b"\x00\x00\x00\x01\xc1")
        elif order != "silence":
            self._perform(request_id, speak, self._daemon.next_utterance())

    def _perform(self, request_id: int, speak: Speak, number: int) -> None:
        self._send(request_id, Accepted(utterance=number))
        if speak.stream:
            self._held[number] = Held(request_id, True, speak.text)
            return
        if speak.destination == "client":
            sound = [Audio(utterance=number, pcm=WINDOW, char_end=len(speak.text) * half // 2) for half in (1, 2)]
            self._send(request_id, *beginning(number, speak), *sound)
        else:
            self._send(request_id, *beginning(number, speak))
        if speak.text == "hold":
            self._held[number] = Held(request_id, False, speak.text)
        elif speak.text == "hang up":
            self._connection.shutdown(socket.SHUT_RDWR)
        else:
            self._send(request_id, end(number, speak.text))

    def _append(self, request_id: int, append: Append) -> None:
        held = self._held.get(append.utterance)
        order, _, argument = append.text.partition(" ")
        if held is None:
            self._send(request_id, Refused(code="unknown_utterance", message=f"there is no {append.utterance}"))
        elif not held.is_stream:
            self._send(request_id, Refused(code="not_a_stream", message=f"{append.utterance} is complete"))
        elif order == "refuse":
            self._send(request_id, Refused(code=argument, message=f"refused for {argument}"))
        else:
            held.text += append.text
            self._send(request_id, Done(utterances=[append.utterance]))
            if append.is_last or append.text == "stop":
                del self._held[append.utterance]
                self._send(held.request_id, end(append.utterance, held.text))

    def _stop(self, request_id: int, stop: Stop) -> None:
        ended = [one for one in self._held if stop.all or stop.mine or stop.utterance in (None, one)]
        for one in ended:
            cancelled = Cancelled(utterance=one, t_ms=1.0, audio_ms=0.5, reason="stopped")
            self._send(self._held.pop(one).request_id, cancelled)
        if stop.utterance in (None, *ended):
            self._send(request_id, Stopped(utterances=ended))
        else:
            self._send(request_id, Refused(code="unknown_utterance", message=f"there is no utterance {stop.utterance}"))

    def _steer(self, request_id: int, *events: Paused | Resumed) -> None:
        for event in events:
            self._send(self._held[event.utterance].request_id, event)
        self._send(request_id, Done(utterances=[*self._held, *self._daemon.done]))


def beginning(number: int, speak: Speak) -> list[Event]:
    """As it begins to be heard: word by word, if that is wanted."""
    events: list[Event] = [Started(utterance=number, t_ms=12.5, audio_ms=0.0, handed_ms=1.5)]
    if speak.words:
        length = len(speak.text)
        events += [
            Sentence(utterance=number, t_ms=13.0, audio_ms=0.5, char_start=0, char_end=length),
            Word(utterance=number, t_ms=13.0, audio_ms=0.5, char_start=0, char_end=length),
            Mark(utterance=number, t_ms=90.0, audio_ms=80.0, name="here", char_start=length),
            Progress(utterance=number, t_ms=100.0, audio_ms=90.0, char_end=length, characters=length),
        ]
    return events


def end(number: int, text: str) -> Event:
    if text == "fail":
        return Failed(utterance=number, t_ms=2.0, audio_ms=1.0, code="stage_crashed", message="no more")
    if text.endswith("stop"):
        return Cancelled(utterance=number, t_ms=2.0, audio_ms=1.0, reason="interrupted")
    if text == "coalesced":
        return Cancelled(utterance=number, t_ms=2.0, audio_ms=0.0, reason="coalesced")
    dropped = [{"char_start": 0, "char_end": 1, "reason": "no spoken form"}] if text == "drop" else []
    return Finished(utterance=number, t_ms=250.0, audio_ms=200.0, underruns=0, dropped=dropped)
