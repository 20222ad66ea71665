"""`Utterance`: a text on its way through the daemon. `Stream`: one that is still being written."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from utterd.client.errors import RequestRefused, UtterdError
from utterd.client.link import Link
from utterd.client.messages import Append, Done, Event, Finished, Stop, Stopped
from utterd.client.track import Track


class Utterance:
    """Every method may be called from any thread. The events go to whoever asks first: let one thread read them."""

    def __init__(self, link: Link, track: Track) -> None:
        self._link = link
        self._track = track
        self._has_whole_text = False
        """`end` has been called."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} {self._track.state.name}>"

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
        return self._link.request(Stop(utterance=self.id), Stopped).utterances

    def append(self, text: str) -> None:
        """More text of a stream: spoken as soon as a clause is complete, or nothing more comes for a moment.

        Raises:
            UtteranceFailed, UtteranceCancelled: it has ended meanwhile.
            RequestRefused: it is no stream, or `end` was called before.
        """
        self._append(Append(utterance=self.id, text=text))

    def end(self) -> None:
        """No more text of a stream follows; to say it twice does no harm. Raises what `append` does."""
        if not self._has_whole_text:
            self._has_whole_text = True
            self._append(Append(utterance=self.id, is_last=True))

    def stop_if_unfinished(self) -> None:
        """For the way out after an error; says nothing if it fails too."""
        if self._track.end is None:
            with suppress(UtterdError):
                self.stop()

    @contextmanager
    def stopped_on_error(self) -> Iterator[None]:
        """A context that stops the utterance if it is left by an exception, Ctrl-C included."""
        try:
            yield
        except BaseException:
            self.stop_if_unfinished()
            raise

    def _append(self, more: Append) -> None:
        try:
            self._link.request(more, Done)
        except RequestRefused:
            self._track.result()  # a better reason, if there is one
            raise


class Stream(Utterance):
    """An utterance that is spoken while it is being written. A context: ends the text, or stops it on an error.

        with client.stream() as stream:
            for token in tokens:
                stream.write(token)
        stream.wait()

    It can stand where a text file is written to: `print("Hello.", file=stream)`.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error:
            self.stop_if_unfinished()
        else:
            with self.stopped_on_error():
                self.end()

    def write(self, text: str) -> int:
        """`append`, as files have it. Returns the number of characters."""
        if text:
            self.append(text)
        return len(text)
