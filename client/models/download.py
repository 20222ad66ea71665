"""Fetches a file by HTTP: goes on where an earlier try ended, and keeps nothing that is not the file that was meant.

With requests, which people know, trust and have: it does proxies, redirects, certificates and .netrc as they expect.
Its retries (urllib3's) begin a body anew, where this is about going on in the middle of one; so those are ours.
"""

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Final, Self

import requests
import urllib3

from utterd.client.models.addresses import host_of, is_address, shown
from utterd.client.models.answers import Body, TryAgain, judge, version_in
from utterd.client.models.catalogue import RemoteFile
from utterd.client.models.errors import ModelUnfetched, UnknownModel
from utterd.client.models.partial import PartialFile
from utterd.client.models.transfer import Watcher

CONNECT_LIMIT_S: Final = 15.0
SILENCE_LIMIT_S: Final = 30.0
"""Longest time without a byte."""
BLOCK_BYTES: Final = 64 * 1024
FAILURES_LIMIT: Final = 5
"""In a row, without getting farther than ever before."""
FIRST_WAIT_S: Final = 0.5
"""Doubled from failure to failure."""
REDIRECTS_LIMIT: Final = 10
"""A release page redirects once, to where the file is stored."""


class Downloader:
    """Fetches files, one after the other, over the connections of one session; a context, within which it can.

    Args:
        mirror: http(s) address that stands for that of the catalogue; empty for none.
        proxy: its address; if empty, the environment's count (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY).
        sleep: waits so many seconds between two tries.

    Raises:
        UnknownModel: an address is none.
    """

    def __init__(
        self, watcher: Watcher, *, mirror: str = "", proxy: str = "", sleep: Callable[[float], None] = time.sleep
    ) -> None:
        for what, address in (("mirror", mirror), ("proxy", proxy)):
            if address and not is_address(address):
                raise UnknownModel(f"the {what} {address[:80]!r} is no address such as https://host/folder")
        self._mirror = mirror
        self._proxies = {"http": proxy, "https": proxy} if proxy else None
        self._watcher = watcher
        self._sleep = sleep
        self._session = requests.Session()
        self._session.max_redirects = REDIRECTS_LIMIT

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def fetch(self, remote: RemoteFile, partial: PartialFile) -> None:
        """Have the file in `partial`, whole and verified. What came is kept there on failure, unless it is worthless.

        Raises:
            ModelUnfetched: with a sentence.
        """
        for _ in range(2):  # what was continued, and does not fit, may fit if it is fetched anew
            was_continued = self._complete(remote, partial)
            if partial.sha256 == remote.sha256:
                return
            found = partial.sha256
            partial.restart()
            if not was_continued:
                break
        partial.discard()
        raise ModelUnfetched(
            f"what {host_of(remote.url(self._mirror))} sends as {remote.path} is damaged, or is another file: "
            f"its sha256 begins with {found[:8]}, and not with {remote.sha256[:8]}; nothing was installed"
        )

    def _complete(self, remote: RemoteFile, partial: PartialFile) -> bool:
        """Have as many bytes as the file has; whether they came in more than one piece."""
        if partial.size_bytes > remote.size_bytes:
            partial.restart()
        was_continued = partial.size_bytes > 0
        failures, farthest_bytes = 0, partial.size_bytes
        while partial.size_bytes < remote.size_bytes:
            try:
                self._try(remote, partial)
            except TryAgain as trouble:
                failures = failures + 1 if partial.size_bytes <= farthest_bytes else 1
                farthest_bytes = max(farthest_bytes, partial.size_bytes)
                if failures >= FAILURES_LIMIT:
                    raise ModelUnfetched(_given_up(str(trouble), partial, remote)) from trouble
                wait_s = FIRST_WAIT_S * 2.0 ** (failures - 1)
                self._watcher.waits(partial.path.name, str(trouble), wait_s)
                self._sleep(wait_s)
                was_continued = True
        return was_continued

    def _try(self, remote: RemoteFile, partial: PartialFile) -> None:
        """One request, and as much of its answer as comes."""
        url = remote.url(self._mirror)
        with self._ask(url, partial) as response:
            host = host_of(str(response.url))
            try:
                body = judge(
                    response.status_code,
                    response.headers,
                    present_bytes=partial.size_bytes,
                    size_bytes=remote.size_bytes,
                )
            except TryAgain as trouble:
                raise TryAgain(f"{host} {trouble}") from None
            except ModelUnfetched as trouble:
                raise ModelUnfetched(f"{host} {trouble}: {shown(url)}") from None
            if body is not Body.REST and partial.size_bytes:
                partial.restart()
            if body is Body.USELESS:
                return
            if (version := version_in(response.headers)) or body is Body.WHOLE:
                partial.note_version(url, version)
            self._watcher.moved(partial.path.name, partial.size_bytes, remote.size_bytes)
            for data in _blocks(response, host):
                if partial.size_bytes + len(data) > remote.size_bytes:
                    partial.restart()
                    raise ModelUnfetched(f"{host} sends more than the file has, so it is another one: {shown(url)}")
                partial.append(data)
                self._watcher.moved(partial.path.name, partial.size_bytes, remote.size_bytes)
            if partial.size_bytes < remote.size_bytes:
                raise TryAgain(f"{host} ended in the middle of the file")

    def _ask(self, url: str, partial: PartialFile) -> requests.Response:
        headers = {"Accept-Encoding": "identity"}
        if partial.size_bytes:
            headers["Range"] = f"bytes={partial.size_bytes}-"
            if version := partial.version_of(url):
                headers["If-Range"] = version
        try:
            return self._session.get(
                url, headers=headers, stream=True, timeout=(CONNECT_LIMIT_S, SILENCE_LIMIT_S), proxies=self._proxies
            )
        except requests.exceptions.TooManyRedirects:
            raise ModelUnfetched(f"{host_of(url)} sends us in a circle: {shown(url)}") from None
        except requests.exceptions.SSLError as error:
            raise ModelUnfetched(
                f"there is no secure connection to {host_of(url)} ({_reason(error)}); "
                "where a network has a certificate of its own, REQUESTS_CA_BUNDLE names its file"
            ) from error
        except requests.exceptions.ProxyError as error:
            raise TryAgain(f"the proxy gives no way to {host_of(url)} ({_reason(error)})") from error
        except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
            raise TryAgain(f"there is no connection to {host_of(url)} ({_reason(error)})") from error
        except (requests.exceptions.RequestException, ValueError) as error:  # the latter: a redirect to no address
            raise ModelUnfetched(f"cannot fetch {shown(url)}: {error}") from error


def _blocks(response: requests.Response, host: str) -> Iterator[bytes]:
    """The body as it is on the wire."""
    try:
        yield from response.raw.stream(BLOCK_BYTES, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError as error:
        raise TryAgain(f"{host} sent nothing for {SILENCE_LIMIT_S:g} s") from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise TryAgain(f"{host} broke off in the middle of the file") from error


def _reason(error: BaseException) -> str:
    """The system's own words for what is at the bottom of an error of requests, or the last of its own."""
    seen: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting:
        each = waiting.pop(0)
        seen.append(each)
        inner = (each.__cause__, each.__context__, getattr(each, "reason", None), *each.args)
        waiting += [one for one in inner if isinstance(one, BaseException) and one not in seen]
    for each in reversed(seen):
        if isinstance(each, TimeoutError | urllib3.exceptions.TimeoutError):
            return "no answer in time"
        if isinstance(each, OSError) and each.strerror:
            return each.strerror
    return type(seen[-1]).__name__


def _given_up(trouble: str, partial: PartialFile, remote: RemoteFile) -> str:
    if not partial.size_bytes:
        return f"{trouble}; tried {FAILURES_LIMIT} times"
    share = partial.size_bytes / remote.size_bytes
    return f"{trouble}; tried {FAILURES_LIMIT} times; {share:.0%} of {partial.path.name} is kept, to go on from"
