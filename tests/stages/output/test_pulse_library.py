import ctypes
from ctypes.util import find_library

import pytest

from utterd.stages.output import pulse_library
from utterd.stages.output.device import DeviceUnusable
from utterd.stages.output.pulse_library import SERVER_DECIDES, BufferAttributes, SampleSpec, TimingInfo, load_pulse


def test_a_missing_library_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse_library, "LIBRARY", "libpulse-that-is-not-there.so.0")
    with pytest.raises(DeviceUnusable, match="the library libpulse is missing; install the package libpulse0"):
        load_pulse()


@pytest.mark.skipif(not find_library("pulse"), reason="not installed: libpulse0; run tests/rig/install.sh")
def test_every_function_we_call_is_there() -> None:
    library = load_pulse()
    assert library.pa_strerror(pulse_library.ERR_NO_ENTITY) == b"No such entity"
    assert library.pa_stream_write.restype is ctypes.c_int


def test_structures_are_laid_out_as_in_the_headers() -> None:
    """On 64-bit Linux, which all our platforms with libpulse are."""
    assert ctypes.sizeof(SampleSpec) == 12
    assert ctypes.sizeof(BufferAttributes) == 20
    assert (TimingInfo.sink_usec.offset, TimingInfo.read_index.offset, TimingInfo.since_underrun.offset) == (24, 72, 96)
    assert BufferAttributes(fragsize=SERVER_DECIDES).fragsize == 2**32 - 1
