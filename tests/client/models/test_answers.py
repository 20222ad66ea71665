"""What a server's answer means, by table."""

import pytest

from utterd.client.models.answers import Body, TryAgain, judge, version_in
from utterd.client.models.errors import ModelUnfetched

SIZE, HERE = 1000, 400


def judged(status: int, *, present_bytes: int = 0, **headers: str) -> Body:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return judge(status, named, present_bytes=present_bytes, size_bytes=SIZE)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content_Length": "1000"}, Body.WHOLE),
        ({}, Body.WHOLE),
        ({"Content_Length": "many"}, Body.WHOLE),
        ({"Content_Type": "application/octet-stream"}, Body.WHOLE),
        ({"Content_Encoding": "identity"}, Body.WHOLE),
        ({"Content_Length": "1000", "Content_Type": "text/html"}, Body.WHOLE),
    ],
)
def test_the_whole_file_is_taken_whether_or_not_it_was_asked_for(headers, body):
    assert judged(200, **headers) is body
    assert judged(200, present_bytes=HERE, **headers) is body


@pytest.mark.parametrize(
    ("content_range", "body"),
    [
        ("bytes 400-999/1000", Body.REST),
        ("bytes 400-999/*", Body.REST),
        ("bytes 400-699/1000", Body.REST),
        ("bytes 0-999/1000", Body.USELESS),
        ("bytes 401-999/1000", Body.USELESS),
        ("items 400-999/1000", Body.USELESS),
        ("bytes x-y/z", Body.USELESS),
        ("", Body.USELESS),
    ],
)
def test_a_part_is_taken_if_it_begins_where_ours_ends(content_range, body):
    assert judged(206, present_bytes=HERE, Content_Range=content_range) is body


def test_a_range_that_cannot_be_had_makes_us_begin_anew():
    assert judged(416, present_bytes=HERE) is Body.USELESS


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_a_server_that_is_busy_or_ill_is_asked_again(status):
    with pytest.raises(TryAgain, match=f"answers {status}"):
        judged(status)


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (404, {}, "has no such file (404 Not Found)"),
        (410, {}, "has no such file (410 Gone)"),
        (401, {}, "does not hand the file out (401 Unauthorized)"),
        (403, {}, "does not hand the file out (403 Forbidden)"),
        (407, {}, "does not hand the file out (407 Proxy Authentication Required)"),
        (416, {}, "answers 416"),
        (204, {}, "answers 204 No Content"),
        (302, {}, "answers 302 Found"),
        (299, {}, "answers 299"),
        (200, {"Content_Length": "999"}, "has 999 bytes under that name, and not 1,000: it is another file"),
        (200, {"Content_Length": "0"}, "has 0 bytes under that name"),
        (200, {"Content_Type": "text/html; charset=utf-8"}, "a web page in place of the file"),
        (200, {"Content_Type": "TEXT/HTML"}, "a web page in place of the file"),
        (200, {"Content_Encoding": "gzip"}, "packs the file (gzip)"),
        (206, {"Content_Range": "bytes 5-999/1000"}, "a part of the file where the whole was asked for"),
    ],
)
def test_a_server_that_has_not_got_the_file_is_not_asked_again(status, headers, said):
    with pytest.raises(ModelUnfetched) as failure:
        judged(status, **headers)
    assert said in str(failure.value)


def test_the_rest_of_another_file_is_not_taken():
    with pytest.raises(ModelUnfetched, match=r"has 2,000 bytes under that name"):
        judged(206, present_bytes=HERE, Content_Range="bytes 400-1999/2000")


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ({"ETag": '"a"'}, '"a"'),
        ({"ETag": '"a"', "Last-Modified": "then"}, '"a"'),
        ({"ETag": 'W/"a"', "Last-Modified": "then"}, None),
        ({"ETag": '"'}, None),
        ({"Last-Modified": "then"}, "then"),
        ({}, None),
    ],
)
def test_only_what_names_a_version_to_the_byte_does_for_going_on(headers, version):
    assert version_in(headers) == version
