"""Fetching from a server that misbehaves in every way we know of."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.fetching import FILES, GRAPH, remote
from rig.release_page import (
    ETAG,
    Answer,
    ReleasePage,
    chunked,
    cut,
    damaged,
    garbage,
    nothing,
    redirect,
    rest,
    status,
    well,
    whole,
)

from utterd.client.models import download
from utterd.client.models.catalogue import RemoteFile
from utterd.client.models.download import FAILURES_LIMIT, Downloader
from utterd.client.models.errors import ModelUnfetched, UnknownModel
from utterd.client.models.partial import PartialFile

HALF = len(GRAPH) // 2
PATH = "/new/tiny.onnx"


class Told:
    """A watcher that remembers."""

    def __init__(self) -> None:
        self.present_bytes: list[int] = []
        self.reasons: list[str] = []
        self.waits_s: list[float] = []

    def moved(self, file: str, present_bytes: int, total_bytes: int) -> None:
        assert (file, total_bytes) == ("tiny.onnx", len(GRAPH))
        self.present_bytes.append(present_bytes)

    def waits(self, file: str, reason: str, wait_s: float) -> None:
        self.reasons.append(reason)
        self.waits_s.append(wait_s)

    def warns(self, sentence: str) -> None:
        raise AssertionError(sentence)


class Fetching:
    """A file that is fetched from the page, or from elsewhere."""

    def __init__(self, page: ReleasePage, target: Path) -> None:
        self.page = page
        self.target = target
        self.part = target.with_name("tiny.onnx.part")
        self.told = Told()
        self.slept_s: list[float] = []

    def fetch(self, file: RemoteFile | None = None, **options: str) -> bytes:
        """What was placed."""
        file = file or remote(self.page.address)
        with (
            Downloader(self.told, sleep=self.slept_s.append, **options) as downloader,
            PartialFile(self.target) as partial,
        ):
            downloader.fetch(file, partial)
            partial.place()
        return self.target.read_bytes()

    def complaint(self, file: RemoteFile | None = None, **options: str) -> str:
        with pytest.raises((ModelUnfetched, UnknownModel)) as failure:
            self.fetch(file, **options)
        assert "\n" not in str(failure.value)
        assert not self.target.exists()
        return str(failure.value)

    @property
    def starts(self) -> list[int | None]:
        """Where each request wanted the file to begin; None: no range."""
        return [seen.range_start for seen in self.page.seen]


@pytest.fixture
def fetching(tmp_path: Path, no_proxies: None) -> Iterator[Fetching]:
    with ReleasePage(dict(FILES)) as page:
        yield Fetching(page, tmp_path / "tiny.onnx")


# A server that behaves


def test_a_file_is_fetched_and_nothing_else_is_left(fetching):
    assert fetching.fetch() == GRAPH
    assert [path.name for path in fetching.target.parent.iterdir()] == ["tiny.onnx"]
    assert fetching.told.present_bytes[0] == 0
    assert fetching.told.present_bytes[-1] == len(GRAPH)
    assert fetching.told.present_bytes == sorted(fetching.told.present_bytes)


def test_it_is_asked_for_as_it_is(fetching):
    fetching.fetch()
    assert fetching.page.seen[0].headers["accept-encoding"] == "identity"


def test_what_is_whole_already_is_not_asked_for(fetching):
    fetching.part.write_bytes(GRAPH)
    assert fetching.fetch() == GRAPH
    assert fetching.page.seen == []


# Going on


def test_after_a_cut_it_goes_on_where_it_was(fetching):
    fetching.page.orders = [cut(HALF), cut(HALF + 1)]
    assert fetching.fetch() == GRAPH
    assert fetching.starts == [None, HALF, HALF + 1]
    assert [seen.headers.get("if-range") for seen in fetching.page.seen] == [None, ETAG, ETAG]
    assert (
        fetching.told.reasons
        == [f"127.0.0.1:{fetching.page.address.rpartition(':')[2]} broke off in the middle of the file"] * 2
    )


def test_a_part_of_an_earlier_day_is_gone_on_with(fetching):
    fetching.page.orders = [cut(HALF)] + [nothing] * FAILURES_LIMIT
    fetching.complaint()
    assert fetching.part.read_bytes() == GRAPH[:HALF]
    assert fetching.fetch() == GRAPH
    assert fetching.starts[-1] == HALF
    assert fetching.page.seen[-1].headers["if-range"] == ETAG


def test_a_part_whose_version_nobody_noted_is_gone_on_with(fetching):
    fetching.part.write_bytes(GRAPH[:HALF])
    assert fetching.fetch() == GRAPH
    assert fetching.starts == [HALF]
    assert "if-range" not in fetching.page.seen[0].headers


def test_a_version_that_another_page_named_does_not_count(fetching, tmp_path):
    fetching.page.orders = [cut(HALF)] + [nothing] * FAILURES_LIMIT
    fetching.complaint()
    with ReleasePage(dict(FILES)) as other:
        assert fetching.fetch(mirror=other.address) == GRAPH
        assert other.seen[0].range_start == HALF
        assert "if-range" not in other.seen[0].headers


def test_another_version_is_fetched_from_its_begin(fetching):
    def changed(answer: Answer) -> None:
        whole(answer, ETag='"another"')

    fetching.page.orders = [cut(HALF), changed]
    assert fetching.fetch() == GRAPH


def test_a_server_without_ranges_begins_anew(fetching):
    fetching.page.orders = [cut(HALF), whole]
    assert fetching.fetch() == GRAPH


def test_a_range_that_begins_elsewhere_is_not_taken(fetching):
    def elsewhere(answer: Answer) -> None:
        rest(answer, shown_start=0)

    fetching.page.orders = [cut(HALF), elsewhere]
    assert fetching.fetch() == GRAPH
    assert fetching.starts == [None, HALF, None]


def test_a_range_that_cannot_be_had_is_given_up(fetching):
    fetching.page.orders = [cut(HALF), status(416)]
    assert fetching.fetch() == GRAPH
    assert fetching.starts == [None, HALF, None]


def test_a_part_that_does_not_fit_is_fetched_anew(fetching):
    fetching.part.write_bytes(bytes(HALF))
    assert fetching.fetch() == GRAPH
    assert fetching.starts == [HALF, None]


def test_a_part_that_is_longer_than_the_file_is_fetched_anew(fetching):
    fetching.part.write_bytes(bytes(len(GRAPH) + 1))
    assert fetching.fetch() == GRAPH
    assert fetching.starts == [None]


def test_a_damaged_part_of_full_length_is_fetched_anew(fetching):
    fetching.part.write_bytes(bytes(len(GRAPH)))
    assert fetching.fetch() == GRAPH
    assert fetching.starts == [None]


# A server that fails


@pytest.mark.parametrize("order", [nothing, garbage, status(500), status(503), status(429), cut(0)])
def test_a_failure_that_passes_is_waited_for(fetching, order):
    fetching.page.orders = [order] * (FAILURES_LIMIT - 1)
    assert fetching.fetch() == GRAPH
    assert fetching.slept_s == fetching.told.waits_s == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (nothing, "there is no connection to"),
        (garbage, "there is no connection to"),
        (status(500), "answers 500 Internal Server Error"),
        (cut(0), "broke off in the middle of the file"),
        (chunked(lambda content: [content[:0]]), "ended in the middle of the file"),
    ],
)
def test_a_failure_that_stays_is_told_with_the_number_of_tries(fetching, order, said):
    fetching.page.orders = [order] * FAILURES_LIMIT
    sentence = fetching.complaint()
    assert said in sentence
    assert sentence.endswith(f"; tried {FAILURES_LIMIT} times")
    assert len(fetching.page.seen) == FAILURES_LIMIT


def test_what_came_before_a_failure_that_stays_is_kept_and_told(fetching):
    fetching.page.orders = [cut(HALF)] + [nothing] * FAILURES_LIMIT
    assert fetching.complaint().endswith("; tried 5 times; 50% of tiny.onnx is kept, to go on from")
    assert fetching.part.read_bytes() == GRAPH[:HALF]


def test_as_long_as_it_gets_farther_it_is_not_given_up(fetching):
    fetching.page.orders = [cut(at) for at in range(10_000, 10_000 + 3 * FAILURES_LIMIT)]
    assert fetching.fetch() == GRAPH


def test_a_server_that_begins_anew_and_never_gets_farther_is_given_up(fetching):
    def short(answer: Answer) -> None:
        answer.head(200, Content_Length=len(answer.content))
        answer.body(answer.content[:HALF])

    fetching.page.orders = [short] * 20
    assert f"tried {FAILURES_LIMIT} times" in fetching.complaint()
    assert len(fetching.page.seen) <= FAILURES_LIMIT + 1


def test_a_server_that_falls_silent_is_left(fetching, monkeypatch):
    monkeypatch.setattr(download, "SILENCE_LIMIT_S", 0.05)

    def silent(answer: Answer) -> None:
        answer.head(200, Content_Length=len(answer.content))
        answer.body(answer.content[:HALF])
        fetching.page.is_over.wait(5)

    fetching.page.orders = [silent]
    assert fetching.fetch() == GRAPH
    assert "sent nothing for" in fetching.told.reasons[0]
    assert 0 < fetching.starts[1] <= HALF


def test_nobody_at_the_address_is_told_in_the_systems_words(fetching):
    with ReleasePage({}) as gone:
        address = gone.address
    sentence = fetching.complaint(mirror=address)
    assert sentence.startswith(f"there is no connection to {address.removeprefix('http://')} (Connection refused)")


def test_a_server_that_cannot_be_trusted_is_not_asked_again(fetching):
    address = fetching.page.address.replace("http://", "https://")  # where nobody speaks TLS
    sentence = fetching.complaint(mirror=address)
    assert sentence.startswith(f"there is no secure connection to {address.removeprefix('https://')} (")
    assert sentence.endswith("REQUESTS_CA_BUNDLE names its file")
    assert fetching.slept_s == []


# A server that has something else


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (status(404), "has no such file (404 Not Found)"),
        (status(403), "does not hand the file out (403 Forbidden)"),
        (status(200, b"<html>log in</html>", Content_Type="text/html"), "a login page"),
        (status(200, b"short"), "has 5 bytes under that name, and not 300,011"),
        (lambda answer: whole(answer, Content_Length=10**12), "has 1,000,000,000,000 bytes under that name"),
        (lambda answer: whole(answer, Content_Encoding="gzip"), "packs the file (gzip)"),
        (chunked(lambda content: [content, b"more", b""]), "sends more than the file has"),
    ],
)
def test_another_file_is_told_from_ours_without_fetching_it(fetching, order, said):
    fetching.page.orders = [order]
    sentence = fetching.complaint()
    assert said in sentence
    assert sentence.endswith(f"{fetching.page.address}{PATH}")
    assert len(fetching.page.seen) == 1
    assert fetching.slept_s == []


def test_a_file_in_pieces_without_a_length_is_taken(fetching):
    fetching.page.orders = [chunked(lambda content: [content[:HALF], content[HALF:], b""])]
    assert fetching.fetch() == GRAPH


def test_a_damaged_file_is_not_installed_and_not_kept(fetching):
    fetching.page.orders = [damaged]
    sentence = fetching.complaint()
    assert "sends as new/tiny.onnx is damaged, or is another file: its sha256 begins with" in sentence
    assert list(fetching.target.parent.iterdir()) == []
    assert len(fetching.page.seen) == 1


def test_a_rest_that_is_damaged_is_not_the_end_of_it(fetching):
    fetching.page.orders = [cut(HALF), damaged]
    assert fetching.fetch() == GRAPH
    assert fetching.starts == [None, HALF, None]


def test_what_is_damaged_twice_is_given_up(fetching):
    fetching.page.orders = [cut(HALF), damaged, damaged]
    assert "is damaged" in fetching.complaint()
    assert len(fetching.page.seen) == 3


# Redirects


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(fetching, code):
    fetching.page.orders = [redirect(PATH, code), well]
    assert fetching.fetch() == GRAPH


def test_a_redirect_to_another_server_is_followed_with_its_range(fetching):
    with ReleasePage(dict(FILES)) as store:
        fetching.page.orders = [redirect(store.address + PATH), redirect(store.address + PATH)]
        store.orders = [cut(HALF)]
        assert fetching.fetch() == GRAPH
        assert [seen.range_start for seen in store.seen] == [None, HALF]


def test_a_redirect_to_another_file_is_not_taken_for_ours(fetching):
    fetching.page.files["else"] = bytes(len(GRAPH))
    fetching.page.orders = [redirect("/else"), well]
    assert "is damaged, or is another file" in fetching.complaint()


def test_a_circle_is_left(fetching):
    fetching.page.orders = [redirect(PATH)] * 50
    sentence = fetching.complaint()
    assert "sends us in a circle" in sentence
    assert len(fetching.page.seen) == download.REDIRECTS_LIMIT + 1


@pytest.mark.parametrize("place", ["ftp://127.0.0.1/x", "file:///etc/passwd", "http://[", "javascript:1"])
def test_a_redirect_to_what_is_no_web_page_is_refused(fetching, place):
    fetching.page.orders = [redirect(place)]
    assert fetching.complaint().startswith(f"cannot fetch {fetching.page.address}{PATH}: ")


# Addresses: mirrors and proxies


def test_a_mirror_is_asked_in_place_of_the_page(fetching):
    with ReleasePage({f"copies/{path}": content for path, content in FILES.items()}) as mirror:
        assert fetching.fetch(mirror=f"{mirror.address}/copies/") == GRAPH
        assert [seen.path for seen in mirror.seen] == [f"/copies{PATH}"]
    assert fetching.page.seen == []


def test_a_password_in_an_address_is_not_shown(fetching):
    address = fetching.page.address.replace("//", "//ann:secret@")
    fetching.page.orders = [status(404)]
    sentence = fetching.complaint(mirror=address)
    assert "secret" not in sentence
    assert fetching.page.seen[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize("address", ["intranet/kokoro", "ftp://x/y", "http://", "http://x:99999", "http://["])
def test_an_address_that_is_none_is_refused(fetching, address):
    assert "is no address such as https://host/folder" in fetching.complaint(mirror=address)
    assert "is no address such as https://host/folder" in fetching.complaint(proxy=address)


def through(proxy: ReleasePage) -> list[str]:
    return [seen.path for seen in proxy.seen]


def test_a_proxy_of_the_settings_is_gone_through(fetching):
    with proxy_for("example.invalid") as proxy:
        assert fetching.fetch(remote("http://example.invalid"), proxy=proxy.address) == GRAPH
        assert through(proxy) == [f"http://example.invalid{PATH}"]


def test_a_proxy_of_the_environment_is_gone_through(fetching, monkeypatch):
    with proxy_for("example.invalid") as proxy:
        monkeypatch.setenv("http_proxy", proxy.address)
        assert fetching.fetch(remote("http://example.invalid")) == GRAPH
        assert through(proxy) == [f"http://example.invalid{PATH}"]


def test_a_proxy_of_the_settings_counts_before_the_environments(fetching, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with proxy_for("example.invalid") as proxy:
        assert fetching.fetch(remote("http://example.invalid"), proxy=proxy.address) == GRAPH


def test_no_proxy_is_heeded(fetching, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert fetching.fetch() == GRAPH


def test_a_proxy_that_is_not_there_is_named_as_such(fetching):
    with ReleasePage({}) as gone:
        address = gone.address
    sentence = fetching.complaint(proxy=address)
    assert sentence.startswith("the proxy gives no way to 127.0.0.1:")


@contextlib.contextmanager
def proxy_for(host: str) -> Iterator[ReleasePage]:
    """A proxy is asked with the whole address in place of a path."""
    with ReleasePage({f"http://{host}/{path}": content for path, content in FILES.items()}) as proxy:
        yield proxy


# The disk


def test_a_disk_that_is_full_is_told_and_what_fits_is_kept(fetching, monkeypatch):
    def full(partial: PartialFile, data: bytes) -> None:
        raise partial._unwritable(OSError(28, "No space left on device"))

    fetching.part.write_bytes(GRAPH[:HALF])
    with monkeypatch.context() as patch:
        patch.setattr(PartialFile, "append", full)
        assert fetching.complaint() == f"cannot write {fetching.part}: No space left on device"
    assert fetching.part.read_bytes() == GRAPH[:HALF]
    assert fetching.fetch() == GRAPH


def test_ctrl_c_keeps_what_came(fetching, monkeypatch):
    append = PartialFile.append

    def interrupted(partial: PartialFile, data: bytes) -> None:
        append(partial, data)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(PartialFile, "append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fetching.fetch()
    kept = fetching.part.read_bytes()
    assert kept
    assert GRAPH.startswith(kept)
    assert fetching.fetch() == GRAPH
    assert fetching.starts == [None, len(kept)]
