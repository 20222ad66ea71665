"""Everything that is packed comes back equal, of its own type, down to the tuples."""

import dataclasses
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.stages.chunks import AudioChunk, ChunkHeader, Dropped, PhonemeChunk, Piece, SpokenWord, TextChunk
from utterd.stages.commands import COMMANDS, Command, Cut, Shutdown
from utterd.stages.reports import REPORTS, Heartbeat, Report, UnitPhonemized
from utterd.stages.wire import pack, pack_fields, unpack, unpack_fields

CHUNKS = (TextChunk, PhonemeChunk, AudioChunk)

st.register_type_strategy(float, st.floats(allow_nan=False))
st.register_type_strategy(int, st.integers(-(2**63), 2**64 - 1))
st.register_type_strategy(str, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))


def instances(*kinds: type) -> st.SearchStrategy[Any]:
    return st.one_of([st.from_type(kind) for kind in kinds])


@given(instances(*CHUNKS, *COMMANDS, *REPORTS))
def test_what_is_packed_comes_back(value):
    assert unpack(pack(value), *CHUNKS, *COMMANDS, *REPORTS) == value


@given(instances(*CHUNKS))
def test_a_chunk_comes_back_from_a_slot_with_the_header_beside_it(chunk):
    body = pack_fields(chunk, leave_out="header")
    assert unpack_fields(body, type(chunk), header=chunk.header) == chunk


def test_the_header_is_not_packed_twice():
    chunk = AudioChunk(
        header=ChunkHeader(utterance_id=2**63, generation=1, sequence=2, is_last=True),
        first_frame=0,
        ends_unit=True,
        pcm=b"",
    )
    assert len(pack_fields(chunk)) > len(pack_fields(chunk, leave_out="header")) + 8


def test_every_kind_of_message_is_on_its_list():
    assert set(COMMANDS) == set(get_args(Command))
    assert set(REPORTS) == set(get_args(Report))
    assert all(dataclasses.is_dataclass(kind) for kind in (*COMMANDS, *REPORTS))


def test_a_type_that_is_not_allowed_here_is_refused():
    with pytest.raises(TypeError, match="unexpected 'Shutdown' on the wire"):
        unpack(pack(Shutdown()), Cut, Heartbeat)


def test_nested_dataclasses_come_back_as_what_they_were():
    report = UnitPhonemized(
        lane="live",
        utterance_id=1,
        sequence=0,
        dropped=(Dropped(char_start=1, char_end=2, reason="symbol"),),
        is_silent=False,
    )
    assert unpack(pack(report), *REPORTS).dropped[0].reason == "symbol"
    piece = Piece(tokens=(1, 2), words=(SpokenWord(char_start=0, char_end=3, token_start=0, token_end=2),))
    assert unpack(pack(piece), Piece) == piece


def test_fields_that_are_missing_or_too_many_are_noticed():
    cut = pack(Cut(lane="live", generation=1))
    with pytest.raises(ValueError, match="zip"):
        unpack(cut.replace(b"\x95\xa4live", b"\x94\xa4live").removesuffix(b"\x90"), Cut)
