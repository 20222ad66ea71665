"""A page of releases on this machine: an HTTP server in a thread, which misbehaves on order.

Each request takes the next order of `orders`; once there are none, files are served as they should be.
"""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

WAIT_S = 10.0
"""Long enough for a loaded machine; only a failing test takes it."""

ETAG = '"the-one"'


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    """Names in lower case."""

    @property
    def range_start(self) -> int | None:
        given = self.headers.get("range")
        return int(given.removeprefix("bytes=").removesuffix("-")) if given else None


class Answer:
    """What an order answers with, piece by piece."""

    def __init__(self, handler: BaseHTTPRequestHandler, content: bytes, seen: Seen) -> None:
        self.content = content
        """Of the whole file."""
        self.seen = seen
        self._handler = handler

    @property
    def start(self) -> int:
        """The first byte that is wanted."""
        return self.seen.range_start or 0

    def head(self, status: int, **headers: Any) -> None:
        """Names with underscores in place of dashes; None leaves one out."""
        self._handler.send_response(status)
        self._handler.send_header("Connection", "close")
        for name, value in headers.items():
            if value is not None:
                self._handler.send_header(name.replace("_", "-"), str(value))
        self._handler.end_headers()

    def body(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()


Order = Callable[[Answer], None]


def well(answer: Answer) -> None:
    """As a good server does it: ranges, if the file is still the one of the If-Range."""
    is_same = answer.seen.headers.get("if-range", ETAG) == ETAG
    if answer.seen.range_start is None or not is_same:
        return whole(answer)
    return rest(answer)


def whole(answer: Answer, **headers: Any) -> None:
    """Takes no heed of a Range."""
    answer.head(200, **({"Content_Length": len(answer.content), "ETag": ETAG} | headers))
    answer.body(answer.content)


def rest(answer: Answer, *, shown_start: int | None = None, total: object = None) -> None:
    """What is wanted, or what is said to be that."""
    start = answer.start if shown_start is None else shown_start
    size = len(answer.content)
    answer.head(
        206,
        Content_Length=size - answer.start,
        Content_Range=f"bytes {start}-{size - 1}/{size if total is None else total}",
        ETag=ETAG,
    )
    answer.body(answer.content[answer.start :])


def cut(at: int) -> Order:
    """Breaks off when so many bytes of the file have been sent; what was promised is the whole."""

    def order(answer: Answer) -> None:
        size = len(answer.content)
        if answer.seen.range_start is None:
            answer.head(200, Content_Length=size, ETag=ETAG)
        else:
            answer.head(
                206,
                Content_Length=size - answer.start,
                Content_Range=f"bytes {answer.start}-{size - 1}/{size}",
                ETag=ETAG,
            )
        answer.body(answer.content[answer.start : at])

    return order


def status(code: int, body: bytes = b"no", **headers: Any) -> Order:
    def order(answer: Answer) -> None:
        answer.head(code, **({"Content_Length": len(body), "Content_Type": "text/plain"} | headers))
        answer.body(body)

    return order


def redirect(place: str, code: int = 302) -> Order:
    return status(code, b"", Location=place)


def damaged(answer: Answer) -> None:
    """A byte is another one."""
    content = bytearray(answer.content)
    content[-1] ^= 0xFF
    answer.content = bytes(content)
    well(answer)


def chunked(pieces: Callable[[bytes], list[bytes]]) -> Order:
    """Without a length, in pieces; an empty one at the end is the proper end."""

    def order(answer: Answer) -> None:
        answer.head(200, Transfer_Encoding="chunked")
        for piece in pieces(answer.content):
            answer.body(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")

    return order


def garbage(answer: Answer) -> None:
    """No HTTP at all."""
    answer.body(b"\x16\x03\x01 who are you?\r\n\r\n")


def nothing(answer: Answer) -> None:
    """Hangs up."""


class ReleasePage:
    """Listens from `__enter__` to `__exit__`.

    Args:
        files: path, without a slash before it → content.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.orders: list[Order] = []
        self.seen: list[Seen] = []
        self.is_over = threading.Event()
        """For orders that wait: set when the page goes."""
        page = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                page._answer(self)

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_over.set()
        self._server.shutdown()
        self._thread.join(WAIT_S)
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True  # else one that breaks off would leave its client waiting
        seen = Seen(handler.path, {name.lower(): value for name, value in handler.headers.items()})
        self.seen.append(seen)
        order = self.orders.pop(0) if self.orders else well
        content = self.files.get(handler.path.partition("?")[0].lstrip("/"))
        if content is None and order is well:
            order = status(404)
        with contextlib.suppress(OSError):  # the client has heard enough
            order(Answer(handler, content or b"", seen))
