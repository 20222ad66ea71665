"""Stages run by hand: chunks as a stream of bytes."""

import io
import sys

import pytest
from rig.audio_chunks import audio_chunk
from rig.texts import text_chunk

from utterd.stages.chunks import AudioChunk, TextChunk
from utterd.stages.pipe import NotAPipe, output_stream, read_chunks, write_chunk


def stream_of(*chunks) -> io.BytesIO:
    stream = io.BytesIO()
    for chunk in chunks:
        write_chunk(stream, chunk)
    stream.seek(0)
    return stream


def test_chunks_come_out_as_they_went_in():
    chunks = [text_chunk("hello"), text_chunk("", sequence=1), text_chunk("ü" * 5000, sequence=2, is_last=True)]
    assert list(read_chunks(stream_of(*chunks), TextChunk)) == chunks


def test_pcm_comes_out_as_it_went_in():
    chunk = audio_chunk([0.5, -0.25], ends_unit=True)
    assert list(read_chunks(stream_of(chunk), AudioChunk)) == [chunk]


def test_an_empty_stream_has_no_chunks():
    assert list(read_chunks(io.BytesIO(), TextChunk)) == []


def test_each_chunk_can_be_read_as_soon_as_it_is_written():
    raw = io.BytesIO()
    stream = io.BufferedWriter(raw)
    write_chunk(stream, text_chunk("hello"))
    assert len(raw.getvalue()) > 5


def test_the_chunks_of_another_stage_are_refused_with_advice():
    with pytest.raises(NotAPipe, match="not a stream of AudioChunks: run the stage before this one"):
        list(read_chunks(stream_of(text_chunk("hello")), AudioChunk))


@pytest.mark.parametrize("data", [b"hello, world\n", b"\0\0\0\0", b"\0\0\0\2ab"])
def test_what_are_no_chunks_is_refused_with_advice(data):
    with pytest.raises(NotAPipe, match="not a stream of TextChunks"):
        list(read_chunks(io.BytesIO(data), TextChunk))


@pytest.mark.parametrize("missing", [1, 3, 10, -3])
def test_a_stream_that_breaks_off_is_told_from_one_of_another_kind(missing):
    whole = stream_of(text_chunk("hello")).getvalue()
    with pytest.raises(NotAPipe, match="ends in the middle of a chunk"):
        list(read_chunks(io.BytesIO(whole[:-missing]), TextChunk))


def test_what_came_before_the_break_is_not_lost():
    stream = io.BytesIO(stream_of(text_chunk("hello")).getvalue() + b"\0")
    chunks = read_chunks(stream, TextChunk)
    assert next(chunks).text == "hello"
    with pytest.raises(NotAPipe):
        next(chunks)


def test_a_person_is_spared_the_bytes(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    with pytest.raises(NotAPipe, match="pipe it into the next one"):
        output_stream()
