"""What becomes of each command of speech-dispatcher, and of what the daemon tells. Does no I/O but through its link.

No message stays without its end: the server waits for that, and for nothing else, before it says the next one.
"""

import time
from collections.abc import Callable
from typing import Final

from utterd.client.bridges.speech_dispatcher import protocol
from utterd.client.bridges.speech_dispatcher.link import DaemonLink
from utterd.client.bridges.speech_dispatcher.message import CLIENT, Message
from utterd.client.bridges.speech_dispatcher.protocol import Block, Command
from utterd.client.bridges.speech_dispatcher.reading import read_message
from utterd.client.bridges.speech_dispatcher.voice import Voice, Wanted, read_settings, voice_lines
from utterd.client.envelope import Envelope
from utterd.client.errors import ConnectionLost, DaemonUnavailable, ProtocolError
from utterd.client.messages import (
    Cancelled,
    ErrorCode,
    Failed,
    Finished,
    ListQueue,
    ListVoices,
    Mark,
    Refused,
    Started,
    Stop,
    Voices,
    Word,
)

PROBE_S: Final = 5.0
"""After so long without a word from the daemon about a message it is asked whether it lives."""

_TICK_MS: Final = 1000

MOST_FAILURES: Final = 3
"""Messages in a row for which there was no daemon, or one that could not speak. Then the module gives up: the server
turns to its other modules, until it is started again. Any voice is better than none."""

_UNABLE: Final = (ErrorCode.MODEL_UNUSABLE, ErrorCode.DEVICE_UNUSABLE, ErrorCode.STAGE_CRASHED)
"""Why a daemon cannot speak at all."""

_NOTHING_TO_SAY: Final = (ErrorCode.EMPTY_TEXT, ErrorCode.NOTHING_TO_SPEAK)


class Module:
    """Not for two threads at once."""

    def __init__(
        self,
        link: DaemonLink,
        tell: Callable[[str], None],
        *,
        voices: list[Voice],
        log: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Args:
        tell: sends lines to the server.
        voices: those that a daemon is thought to have, until it says so itself.
        log: takes sentences; never what is spoken.
        """
        self._link = link
        self._tell = tell
        self._voices = voices
        self._log = log
        self._wanted = Wanted()
        self._message: Message | None = None
        self._heard_at_s = 0.0
        """When the daemon last said something."""
        self._failures = 0
        """In a row."""
        self.exit_code: int | None = None
        """Set when the module is to end: 0 because the server wants it, 1 because it has given up."""

    @property
    def timeout_ms(self) -> int | None:
        """After so long at the latest `tick` is to be called; None while there is nothing to watch over."""
        return _TICK_MS if self._message or self._link.has_asked else None

    def take(self, item: Command | Block) -> None:
        """What the server wants."""
        if isinstance(item, Block):
            self._take_block(item)
        elif reply := protocol.BLOCKS.get(item.name):
            self._tell(reply)
        else:
            self._take_command(item)

    def hear(self, envelope: Envelope) -> None:
        """What the daemon tells."""
        self._heard_at_s = time.monotonic()
        if isinstance(envelope.message, Voices):
            self._take_voices(envelope.message)
        message = self._message
        if message is None or envelope.request_id != message.request_id:
            return  # of one that the server knows to be over
        match envelope.message:
            case Started():
                self._failures = 0
                self._begin(message)
            case Word(char_start=place):
                message.hear_word(place)
            case Mark(name=name, char_start=place):
                self._tell_marks(message.hear_mark(name, place))
            case Finished():
                self._finish(message)
            case Refused(code=code):
                self._take_refusal(message, code)
            case Cancelled(reason=code) | Failed(code=code):
                self._take_failure(code)

    def take_started(self) -> None:
        """A daemon has been started, or could not be."""
        try:
            self._link.take_started()
        except DaemonUnavailable as error:
            self._fail(f"no daemon: {error}")
        else:
            self._greet()

    def lose(self, reason: ConnectionLost) -> None:
        """The daemon has gone: what it has not said is asked of the next one."""
        self._log(f"connection lost: {reason}")
        message = self._message
        if message is None:
            return
        if message.lose():
            self._ask()
        elif message.has_words:
            self._end(protocol.STOPPED)
        else:
            self._finish(message)  # all of it had been heard

    def tick(self) -> None:
        """To be called now and then; raises what DaemonLink.send does."""
        try:
            self._link.check_replies()
        except ConnectionLost as error:  # it hangs: to ask again would be to wait again
            self._fail(f"not spoken: {error}")
            return
        is_long_silent = time.monotonic() - self._heard_at_s > PROBE_S
        if self._message and self._link.is_open and is_long_silent and not self._link.has_asked:
            self._link.send(ListQueue())

    def _take_command(self, command: Command) -> None:
        match command.name:
            case "STOP":
                self._stop(protocol.STOPPED)
            case "PAUSE":
                # The server says the rest again itself, from the last mark of which it was told.
                self._stop(protocol.PAUSED)
            case "INIT":
                self._tell(protocol.LOADED)
            case "LIST" if command.arguments == "VOICES":
                end = protocol.VOICE_LIST_SENT if self._voices else protocol.CANNOT_LIST_VOICES
                self._tell("\n".join([*voice_lines(self._voices), end]))
            case "DEBUG":
                self._tell(f"200 OK DEBUGGING {command.arguments.partition(' ')[0]}")
            case "QUIT":
                self._end(protocol.STOPPED)
                self._link.close()
                self._tell(protocol.QUIT)
                self.exit_code = 0
            case _:
                self._tell(protocol.UNKNOWN)

    def _take_block(self, block: Block) -> None:
        match block.name:
            case "SET":
                self._wanted = read_settings(block.lines, self._wanted)
                self._tell(protocol.SETTINGS_RECEIVED)
            case "AUDIO":
                goes_through_server = "audio_output_method=server" in block.lines
                self._tell(protocol.PLAYS_ITSELF if goes_through_server else protocol.AUDIO_INITIALIZED)
            case "LOGLEVEL":
                self._tell(protocol.LOGLEVEL_SET)
            case _:
                self._speak(block)

    def _speak(self, block: Block) -> None:
        self._stop(protocol.STOPPED)
        body = "\n".join(block.lines)
        message = Message(block.name, read_message(block.name, body, self._wanted), self._wanted)
        self._message = message
        self._heard_at_s = time.monotonic()
        self._tell(protocol.SPEAKING)
        if message.has_words:
            self._ask()
        else:
            self._finish(message)

    def _ask(self) -> None:
        """Ask the daemon for the message, as soon as there is one."""
        message = self._message
        if message is None:
            return
        try:
            if not self._link.is_open:
                self._link.open(start=True)
                if not self._link.is_open:
                    return  # it is being started
                self._greet()
                return
            message.request_id = self._link.send(message.request(self._voices))
        except ConnectionLost as error:
            self.lose(error)
        except DaemonUnavailable as error:
            self._fail(f"no daemon: {error}")
        except ProtocolError as error:
            self._log(f"not spoken: {error.code}")
            self._end(protocol.STOPPED)

    def _greet(self) -> None:
        """A new connection: the message that waits for it, and then the voices."""
        self._ask()
        try:
            if self._link.is_open:
                self._link.send(ListVoices())
        except ConnectionLost as error:
            self.lose(error)

    def _stop(self, event: str) -> None:
        message = self._message
        if message is None:
            return
        if message.request_id is not None and self._link.is_open:
            try:
                self._link.send(Stop(mine=True, client=CLIENT))
            except ConnectionLost as error:
                self._log(f"connection lost: {error}")
        self._end(event)

    def _begin(self, message: Message) -> None:
        if not message.has_begun:
            message.has_begun = True
            self._tell(protocol.BEGIN)

    def _finish(self, message: Message) -> None:
        self._begin(message)
        self._tell_marks(message.hear_end())
        self._end(protocol.END)

    def _end(self, event: str) -> None:
        if self._message is not None:
            self._message = None
            self._tell(event)

    def _tell_marks(self, names: list[str]) -> None:
        if names:
            self._tell("\n".join(protocol.index_mark(name) for name in names))

    def _take_refusal(self, message: Message, code: str) -> None:
        if code in _NOTHING_TO_SAY:
            self._finish(message)
        elif message.simplify(code):
            self._ask()
        else:
            self._take_failure(code)

    def _take_failure(self, code: str) -> None:
        if code == ErrorCode.SHUTTING_DOWN:
            self._log("the daemon ends")  # it is about to hang up, and only then is there room for another
        elif code in _UNABLE:
            self._fail(f"not spoken: {code}")
        else:
            self._log(f"not spoken to its end: {code}")
            self._end(protocol.STOPPED)

    def _fail(self, reason: str) -> None:
        """Nobody could speak this message, if there is one."""
        self._log(reason)
        self._failures += self._message is not None
        self._end(protocol.STOPPED)
        if self._failures >= MOST_FAILURES:
            self.exit_code = 1

    def _take_voices(self, voices: Voices) -> None:
        self._voices = [
            Voice(name=each["name"], language=each["language"], is_default=each.get("is_default", False))
            for each in voices.voices
            if isinstance(each.get("name"), str) and isinstance(each.get("language"), str)
        ]
