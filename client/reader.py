"""A message's body, read value by value, so that what nobody asks for is never built.

Knows msgpack and its limits; nothing of the messages.
"""

from collections.abc import Callable
from typing import Any, Literal

import msgpack

from utterd.client.errors import ProtocolError
from utterd.client.messages import MAX_MESSAGE_BYTES, ErrorCode


def malformed(sentence: str, request_id: int | None = None) -> ProtocolError:
    return ProtocolError(ErrorCode.MALFORMED, sentence, request_id=request_id)


class Unusable(ProtocolError):
    """A value that cannot belong to any field. Who knows the field's name says so instead."""

    def __init__(self, found: str) -> None:
        super().__init__(ErrorCode.MALFORMED, f"the message holds {found} where it may not")
        self.found = found
        """For a sentence that ends in "not …"."""


class Reader:
    """One body, from its beginning. Nothing but ProtocolError comes out of it."""

    def __init__(self, body: bytes | bytearray | memoryview, *, with_containers: bool) -> None:
        # Without containers a value is never larger than its bytes: 16 MiB of empty lists would be a gigabyte.
        longest = MAX_MESSAGE_BYTES if with_containers else 0
        self._unpacker = msgpack.Unpacker(
            raw=False,
            strict_map_key=True,
            max_buffer_size=MAX_MESSAGE_BYTES,
            read_size=max(1, len(body)),  # of its buffer, which is a megabyte otherwise
            max_str_len=MAX_MESSAGE_BYTES,
            max_bin_len=MAX_MESSAGE_BYTES,
            max_array_len=longest,
            max_map_len=longest,
            max_ext_len=0,
        )
        self._unpacker.feed(body)
        self._size_bytes = len(body)

    @property
    def is_at_end(self) -> bool:
        return bool(self._unpacker.tell() == self._size_bytes)

    def read_length(self, kind: Literal["array", "map"]) -> int:
        """Enter the array or map that starts here."""
        read = self._unpacker.read_array_header if kind == "array" else self._unpacker.read_map_header
        try:
            return int(_translated(read))
        except Unusable:
            raise malformed(f"something else stands where the message should have its {kind}") from None

    def read_version(self) -> tuple[int, int]:
        if self.read_length("array") == 2:
            major, minor = self.read_value(), self.read_value()
            if type(major) is int and type(minor) is int:
                return major, minor
        raise malformed("a version is an array of two whole numbers")

    def read_value(self) -> Any:
        """The next value, whatever it is.

        Raises:
            ProtocolError: there is none.
            Unusable: it is nothing that a field could hold.
        """
        return _translated(self._unpacker.unpack)

    def skip_value(self) -> None:
        _translated(self._unpacker.skip)


def _translated(read: Callable[[], Any]) -> Any:
    """What `read` returns; its errors as ours. The order matters: msgpack's and Unicode's are ValueErrors too."""
    try:
        return read()
    except (msgpack.UnpackException, RecursionError):
        raise malformed("the message is not msgpack, ends too early, or is nested too deep") from None
    except UnicodeDecodeError as error:
        raise Unusable(f"text that is not UTF-8 (at its byte {error.start})") from None
    except ValueError:
        raise Unusable("a list, a map or an extension") from None
