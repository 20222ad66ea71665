"""Messages and frames: what goes in comes out, and nothing that comes in can do harm."""

import math
import struct
import time
import tracemalloc
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from message_samples import REQUEST_ID, SAMPLES

from utterd.client.codec import FROM_CLIENT, FROM_DAEMON, Decoder, Received, encode
from utterd.client.envelope import Envelope
from utterd.client.errors import ProtocolError
from utterd.client.messages import (
    EVENTS,
    MAX_MESSAGE_BYTES,
    MAX_TEXT_CODE_POINTS,
    PROTOCOL_VERSION,
    REPLIES,
    REQUESTS,
    Audio,
    ErrorCode,
    Finished,
    GetStatus,
    Message,
    Refused,
    Speak,
    Started,
)

FRAMES = Path(__file__).parent / "frames"

EVERYTHING = FROM_CLIENT + FROM_DAEMON

FUZZING = settings(derandomize=True, deadline=None, max_examples=200)
"""The same examples each time, at any speed."""

EMPTY_LIST = b"\x90"


def framed(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


def message_frame(name: object, fields: object, *, version: object = PROTOCOL_VERSION, request_id: object = 3) -> bytes:
    return framed(msgpack.packb([version, name, request_id, fields]))


def only(received: list[Received]) -> Received:
    assert len(received) == 1
    return received[0]


def error_from(frame: bytes) -> ProtocolError:
    """The error this frame is answered with; the stream must go on behind it."""
    decoder = Decoder(FROM_CLIENT)
    error, following = decoder.feed(frame + encode(GetStatus(), 99))
    assert following == Envelope(request_id=99, message=GetStatus())
    assert isinstance(error, ProtocolError)
    return error


def test_there_is_a_sample_of_every_message() -> None:
    assert {type(sample) for sample in SAMPLES} == set(REQUESTS + REPLIES + EVENTS)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_every_message_survives_the_wire(sample: Message) -> None:
    received = only(Decoder(EVERYTHING).feed(encode(sample, REQUEST_ID)))
    assert received == Envelope(request_id=REQUEST_ID, message=sample)


@pytest.mark.parametrize("path", sorted(FRAMES.glob("v*/*.bin")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_frames_of_released_versions_are_understood(path: Path) -> None:
    frame = path.read_bytes()
    received = only(Decoder(EVERYTHING).feed(frame))
    assert isinstance(received, Envelope)
    assert (type(received.message).__name__, received.request_id) == (path.stem, REQUEST_ID)
    recorded = msgpack.unpackb(frame[4:])[3]
    assert {name: getattr(received.message, name) for name in recorded} == recorded


def test_a_frame_of_every_message_has_been_recorded() -> None:
    recorded = {path.stem for path in (FRAMES / f"v{PROTOCOL_VERSION[0]}").glob("*.bin")}
    assert recorded == {type(sample).__name__ for sample in SAMPLES}


def test_frames_are_found_wherever_the_stream_is_cut() -> None:
    stream = b"".join(encode(sample, number) for number, sample in enumerate(SAMPLES))
    for size in (1, 2, 3, 7, 64):
        decoder = Decoder(EVERYTHING)
        pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
        received = [item for piece in pieces for item in decoder.feed(piece)]
        assert received == [Envelope(request_id=number, message=one) for number, one in enumerate(SAMPLES)]


def test_the_decoder_knows_whether_a_frame_is_unfinished() -> None:
    decoder = Decoder(FROM_CLIENT)
    frame = encode(GetStatus(), 1)
    states = []
    for byte in frame:
        states.append(decoder.is_between_frames)
        decoder.feed(bytes([byte]))
    assert states == [True] + [False] * (len(frame) - 1)
    assert decoder.is_between_frames


def test_optional_fields_may_be_left_out() -> None:
    received = only(Decoder(FROM_CLIENT).feed(message_frame("Speak", {"text": "hi"})))
    assert received == Envelope(request_id=3, message=Speak(text="hi"))


def test_unknown_fields_of_a_newer_minor_version_are_left_aside() -> None:
    fields = {"from_2030": {"deep": [[[{}]]], "bytes": b"\xff"}, "text": "hi", "mood": [1, 2, 3]}
    frame = message_frame("Speak", fields, version=[PROTOCOL_VERSION[0], 99])
    assert only(Decoder(FROM_CLIENT).feed(frame)) == Envelope(request_id=3, message=Speak(text="hi"))


def test_whole_numbers_become_floats_where_a_float_is_due() -> None:
    received = only(Decoder(FROM_CLIENT).feed(message_frame("Speak", {"text": "hi", "speed": 2})))
    assert isinstance(received, Envelope)
    assert isinstance(received.message, Speak)
    assert isinstance(received.message.speed, float)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_left_to_the_range_check(value: float) -> None:
    received = only(Decoder(FROM_CLIENT).feed(encode(Speak(text="hi", speed=value), 1)))
    assert isinstance(received, Envelope)
    assert isinstance(received.message, Speak)
    assert repr(received.message.speed) == repr(value)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Speak: the field 'text' is missing; it must be a string"),
        ({"text": 5}, "Speak: the field 'text' must be a string, not a whole number"),
        ({"text": b"hi"}, "Speak: the field 'text' must be a string, not bytes"),
        ({"text": ["hi"]}, "Speak: the field 'text' must be a string, not a list, a map or an extension"),
        ({"text": "hi", "speed": "1"}, "Speak: the field 'speed' must be a number or nothing, not a string"),
        ({"text": "hi", "speed": True}, "Speak: the field 'speed' must be a number or nothing, not true or false"),
        ({"text": "hi", "gain": None}, "Speak: the field 'gain' must be a number, not nothing"),
        (
            {"text": "hi", "placement": "nwo"},
            "Speak: the field 'placement' must be one of 'append', 'next', 'now', not a string",
        ),
    ],
)
def test_a_field_that_does_not_fit_is_named(fields: dict[str, Any], sentence: str) -> None:
    error = error_from(message_frame("Speak", fields))
    assert (error.code, str(error), error.request_id) == (ErrorCode.BAD_FIELD, sentence, 3)


def test_text_that_is_no_utf_8_is_a_bad_field() -> None:
    lone_surrogate = b"\xa3\xed\xa0\x80"
    error = error_from(framed(b"\x94\x92\x01\x00\xa5Speak\x03\x81\xa4text" + lone_surrogate))
    assert (error.code, error.request_id) == (ErrorCode.BAD_FIELD, 3)
    assert "'text' must be a string, not text that is not UTF-8 (at its byte 0)" in str(error)


def test_an_error_never_repeats_the_text() -> None:
    error = error_from(message_frame("Speak", {"text": "hi", "placement": "my secret"}))
    assert "secret" not in str(error)


def test_another_major_version_is_refused_naming_both() -> None:
    error = error_from(message_frame("Speak", {"text": "hi"}, version=[9, 4]))
    assert (error.code, error.request_id) == (ErrorCode.UNSUPPORTED_VERSION, 3)
    assert "9.4" in str(error)
    assert ".".join(map(str, PROTOCOL_VERSION)) in str(error)


def test_another_major_version_is_refused_even_if_its_messages_look_different() -> None:
    error = error_from(framed(msgpack.packb([[9, 0], {"type": "Speak"}, "seven", [], []])[:1] + b""))
    assert error.code == ErrorCode.MALFORMED  # five elements: not even an envelope
    error = error_from(framed(msgpack.packb([[9, 0], {"type": "Speak"}, "seven", []])))
    assert (error.code, error.request_id) == (ErrorCode.UNSUPPORTED_VERSION, None)


def test_an_unknown_type_is_refused_with_a_guess() -> None:
    error = error_from(message_frame("Speack", {}))
    assert (error.code, error.request_id) == (ErrorCode.UNKNOWN_TYPE, 3)
    assert "did you mean 'Speak'?" in str(error)


def test_a_type_unlike_any_other_is_refused_with_the_list() -> None:
    error = error_from(message_frame("\x1b[31m" + "z" * 1000, {}))
    assert "Speak, Append, Stop" in str(error)
    assert "\x1b" not in str(error)


def test_a_message_of_the_other_direction_is_refused() -> None:
    error = error_from(encode(Finished(utterance=1, t_ms=0, audio_ms=0, underruns=0, dropped=[]), 3))
    assert (error.code, error.request_id) == (ErrorCode.UNKNOWN_TYPE, 3)
    assert "'Finished' goes the other way" in str(error)


@pytest.mark.parametrize(
    "frame",
    [
        framed(b"\xc1"),
        framed(b"\x94"),
        framed(b"hello"),
        framed(b""),
        framed(msgpack.packb([])),
        framed(msgpack.packb({"type": "Speak"})),
        framed(msgpack.packb([[1, 0], "Speak", 3])),
        framed(msgpack.packb([[1], "Speak", 3, {}])),
        framed(msgpack.packb(["1.0", "Speak", 3, {}])),
        framed(msgpack.packb([[1, "0"], "Speak", 3, {}])),
        framed(msgpack.packb([[1, 0], b"Speak", 3, {}])),
        framed(msgpack.packb([[1, 0], "Speak", "3", {}])),
        framed(msgpack.packb([[1, 0], "Speak", -3, {}])),
        framed(msgpack.packb([[1, 0], "Speak", None, {"text": "hi"}])),
        framed(msgpack.packb([[1, 0], "Speak", 3, ["text", "hi"]])),
        framed(msgpack.packb([[1, 0], "Speak", 3, {5: "hi"}])),
        framed(b"\x94\x92\x01\x00\xa5Speak\x03\x82\xa4text\xa2hi\x90\x01"),
        framed(msgpack.packb([[1, 0], "Speak", 3, {"text": "hi"}]) + b"more"),
        framed(msgpack.packb([[1, 0], "Speak", 3, {"text": "hi"}])[:-1]),
        framed(b"\x94\x92\x01\x00\xa5Speak\x03\x81\xa3new" + b"\x91" * 100_000 + EMPTY_LIST),
        framed(msgpack.packb([[1, 0], "Speak", 3, msgpack.ExtType(1, b"x")])),
    ],
)
def test_what_is_no_message_is_malformed(frame: bytes) -> None:
    assert error_from(frame).code == ErrorCode.MALFORMED


def test_a_request_id_is_known_as_soon_as_it_was_read() -> None:
    error = error_from(framed(msgpack.packb([[1, 0], "Speak", 3, {"text": "hi"}])[:-1]))
    assert error.request_id == 3


def test_a_frame_that_is_too_long_is_skipped_and_reported_once() -> None:
    body = msgpack.packb([[1, 0], "Speak", 3, {"text": "a" * MAX_MESSAGE_BYTES}])
    decoder = Decoder(FROM_CLIENT)
    stream = memoryview(framed(body) + encode(GetStatus(), 4))
    cuts = [*range(0, len(stream), 1_000_003), len(stream)]
    error, following = [item for start, end in pairwise(cuts) for item in decoder.feed(stream[start:end])]
    assert isinstance(error, ProtocolError)
    assert (error.code, error.request_id) == (ErrorCode.MESSAGE_TOO_LONG, 3)
    assert following == Envelope(request_id=4, message=GetStatus())


def test_a_frame_that_is_too_long_takes_no_memory() -> None:
    decoder = Decoder(FROM_CLIENT)
    decoder.feed(struct.pack(">I", 2**32 - 1))
    piece = bytes(65536)
    tracemalloc.start()
    for _ in range(64):
        decoder.feed(piece)
    assert tracemalloc.get_traced_memory()[1] < 65536
    tracemalloc.stop()


def test_a_hostile_body_takes_no_more_memory_than_its_length() -> None:
    deep = b"\xdd" + struct.pack(">I", 1_000_000) + EMPTY_LIST * 1_000_000
    for name in (b"\xa4text", b"\xa3new"):
        frame = framed(b"\x94\x92\x01\x00\xa5Speak\x03\x81" + name + deep)
        tracemalloc.start()
        Decoder(FROM_CLIENT).feed(frame)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
        tracemalloc.stop()


def test_the_longest_text_fits_in_a_message() -> None:
    text = "\N{GRINNING FACE}" * MAX_TEXT_CODE_POINTS
    frame = encode(Speak(text=text), 1)
    decoder = Decoder(FROM_CLIENT)
    began = time.monotonic()
    received = [item for start in range(0, len(frame), 65536) for item in decoder.feed(frame[start : start + 65536])]
    assert time.monotonic() - began < 5  # seconds: 244 pieces, each copied once, not 244 times
    assert received == [Envelope(request_id=1, message=Speak(text=text))]


def test_messages_that_cannot_be_sent_are_refused_before_they_are() -> None:
    too_long = Audio(utterance=1, pcm=bytes(MAX_MESSAGE_BYTES))
    broken: list[tuple[Any, ErrorCode]] = [
        (Speak(text="\ud800"), ErrorCode.BAD_FIELD),
        (replace(Speak(text="hi"), text=5), ErrorCode.BAD_FIELD),  # type: ignore[arg-type]
        (replace(Started(utterance=1, t_ms=0, audio_ms=0), utterance=2**64), ErrorCode.BAD_FIELD),
        (too_long, ErrorCode.MESSAGE_TOO_LONG),
    ]
    for message, code in broken:
        with pytest.raises(ProtocolError) as caught:
            encode(message, 1)
        assert caught.value.code == code


def test_a_refusal_may_have_no_request_id() -> None:
    refused = Refused(code="malformed", message="no")
    assert only(Decoder(FROM_DAEMON).feed(encode(refused, None))) == Envelope(request_id=None, message=refused)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(0, 9), inner, max_size=4),
    max_leaves=12,
)

NAMES = st.sampled_from([message_type.__name__ for message_type in EVERYTHING]) | st.text()

BODIES = st.one_of(
    st.binary(max_size=200),
    VALUES.map(msgpack.packb),
    st.tuples(st.just([1, 0]), NAMES, st.integers(0, 9), VALUES).map(msgpack.packb),
    st.tuples(
        st.just([1, 0]),
        NAMES,
        st.integers(0, 9),
        st.dictionaries(st.sampled_from(["text", "utterance", "t_ms", "speed", "dropped", "status"]), VALUES),
    ).map(msgpack.packb),
)


@FUZZING
@given(stream=st.binary(max_size=2000), cuts=st.lists(st.integers(0, 2000), max_size=8))
def test_no_bytes_can_break_the_decoder(stream: bytes, cuts: list[int]) -> None:
    decoder = Decoder(EVERYTHING)
    for start, end in pairwise([0, *sorted(cuts), len(stream)]):
        for item in decoder.feed(stream[start:end]):
            assert isinstance(item, Envelope | ProtocolError)


@FUZZING
@given(bodies=st.lists(BODIES, max_size=5), cuts=st.lists(st.integers(0, 3000), max_size=8))
def test_any_body_costs_only_itself(bodies: list[bytes], cuts: list[int]) -> None:
    good = encode(GetStatus(), 5)
    stream = b"".join(framed(body) + good for body in bodies)
    decoder = Decoder(EVERYTHING)
    received = [
        item for start, end in pairwise([0, *sorted(cuts), len(stream)]) for item in decoder.feed(stream[start:end])
    ]
    assert received[1::2] == [Envelope(request_id=5, message=GetStatus())] * len(bodies)
    assert all(isinstance(item, Envelope | ProtocolError) for item in received[0::2])
    assert decoder.is_between_frames
