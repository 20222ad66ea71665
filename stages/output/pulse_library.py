"""libpulse as a library: the functions we call of it, their structures and constants, and its errors as sentences.

The only file that loads it. libpulse speaks to PulseAudio and to PipeWire's server for PulseAudio's clients.
"""

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_int64, c_long, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p
from enum import IntEnum
from typing import Any

from utterd.stages.output.device import DeviceUnusable

LIBRARY = "libpulse.so.0"

NO_AUTOSPAWN = 0x1
"""Flag of pa_context_connect."""
START_CORKED = 0x1
DONT_MOVE = 0x200
EARLY_REQUESTS = 0x4000
"""Flags of pa_stream_connect_playback. The last makes the sink work in blocks of `minreq`, and leaves the rest of the
buffer where it can still be written over."""
SEEK_RELATIVE = 0
"""To the write index."""
SAMPLE_S16LE = 3
ERR_NO_ENTITY = 5
SERVER_DECIDES = 0xFFFF_FFFF


class ContextState(IntEnum):
    READY = 4
    FAILED = 5
    TERMINATED = 6


class StreamState(IntEnum):
    READY = 2
    FAILED = 3
    TERMINATED = 4


OPERATION_RUNNING = 0


class SampleSpec(ctypes.Structure):
    _fields_ = (("format", c_int), ("rate", c_uint32), ("channels", c_uint8))


class BufferAttributes(ctypes.Structure):
    """In bytes."""

    _fields_ = (
        ("maxlength", c_uint32),
        ("tlength", c_uint32),
        ("prebuf", c_uint32),
        ("minreq", c_uint32),
        ("fragsize", c_uint32),
    )


class TimingInfo(ctypes.Structure):
    """Indices in bytes since the stream was made, times in microseconds."""

    _fields_ = (
        ("timestamp_s", c_long),
        ("timestamp_us", c_long),
        ("synchronized_clocks", c_int),
        ("sink_usec", c_uint64),
        ("source_usec", c_uint64),
        ("transport_usec", c_uint64),
        ("playing", c_int),
        ("write_index_corrupt", c_int),
        ("write_index", c_int64),
        ("read_index_corrupt", c_int),
        ("read_index", c_int64),
        ("configured_sink_usec", c_uint64),
        ("configured_source_usec", c_uint64),
        ("since_underrun", c_int64),
    )


class SinkInfo(ctypes.Structure):
    """The beginning of a pa_sink_info; only ever read through a pointer."""

    _fields_ = (("name", c_char_p), ("index", c_uint32), ("description", c_char_p))


SinkCallback = ctypes.CFUNCTYPE(None, c_void_p, POINTER(SinkInfo), c_int, c_void_p)

_SIGNATURES: dict[str, tuple[Any, ...]] = {
    "pa_mainloop_new": (c_void_p,),
    "pa_mainloop_free": (None, c_void_p),
    "pa_mainloop_get_api": (c_void_p, c_void_p),
    "pa_mainloop_prepare": (c_int, c_void_p, c_int),
    "pa_mainloop_poll": (c_int, c_void_p),
    "pa_mainloop_dispatch": (c_int, c_void_p),
    "pa_mainloop_wakeup": (None, c_void_p),
    "pa_context_new": (c_void_p, c_void_p, c_char_p),
    "pa_context_connect": (c_int, c_void_p, c_char_p, c_int, c_void_p),
    "pa_context_disconnect": (None, c_void_p),
    "pa_context_unref": (None, c_void_p),
    "pa_context_get_state": (c_int, c_void_p),
    "pa_context_errno": (c_int, c_void_p),
    "pa_context_get_sink_info_list": (c_void_p, c_void_p, SinkCallback, c_void_p),
    "pa_strerror": (c_char_p, c_int),
    "pa_operation_get_state": (c_int, c_void_p),
    "pa_operation_unref": (None, c_void_p),
    "pa_stream_new": (c_void_p, c_void_p, c_char_p, POINTER(SampleSpec), c_void_p),
    "pa_stream_connect_playback": (c_int, c_void_p, c_char_p, POINTER(BufferAttributes), c_int, c_void_p, c_void_p),
    "pa_stream_disconnect": (c_int, c_void_p),
    "pa_stream_unref": (None, c_void_p),
    "pa_stream_get_state": (c_int, c_void_p),
    "pa_stream_get_device_name": (c_char_p, c_void_p),
    "pa_stream_writable_size": (c_size_t, c_void_p),
    "pa_stream_write": (c_int, c_void_p, c_char_p, c_size_t, c_void_p, c_int64, c_int),
    "pa_stream_update_timing_info": (c_void_p, c_void_p, c_void_p, c_void_p),
    "pa_stream_get_timing_info": (POINTER(TimingInfo), c_void_p),
    "pa_stream_get_underflow_index": (c_int64, c_void_p),
    "pa_stream_cork": (c_void_p, c_void_p, c_int, c_void_p, c_void_p),
    "pa_stream_flush": (c_void_p, c_void_p, c_void_p, c_void_p),
    "pa_stream_drain": (c_void_p, c_void_p, c_void_p, c_void_p),
}
"""Name → type of the result, types of the arguments. Callbacks we have none of are void pointers."""


class PulseError(Exception):
    """The server, or libpulse, does not do what was asked; the message is a sentence without a capital."""

    def __init__(self, sentence: str, code: int = 0) -> None:
        super().__init__(sentence)
        self.code = code
        """One of pa_error_code_t; 0 where there is none."""


def load_pulse() -> Any:
    """libpulse, its functions by their own names.

    Raises:
        DeviceUnusable: it is not installed.
    """
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError as error:
        raise DeviceUnusable(
            "the library libpulse is missing; install the package libpulse0 (Debian, Ubuntu), pulseaudio-libs (Fedora) "
            "or libpulse (Arch)"
        ) from error
    for name, (result, *arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
