"""PortAudio as a library: loaded when it is needed, its errors said in our words, its chatter silenced.

The only file that imports sounddevice. PortAudio is a global of the process: one device a process.
"""

import ctypes
import sys
from contextlib import suppress
from typing import Any

from utterd.stages.output.device import DeviceUnusable

INVALID_CHANNELS = -9998
INVALID_RATE = -9997


def load_sounddevice() -> Any:
    """The module, PortAudio initialised. The first time it looks at every device of the system (10 to 150 ms).

    It reads the environment (PULSE_SERVER, ALSA_CONFIG_PATH) and lists the devices now, not later: see `reinitialise`.

    Raises:
        DeviceUnusable: sounddevice or PortAudio is not installed, or finds a system it cannot work with.
    """
    try:
        import sounddevice
    except ImportError as error:
        raise DeviceUnusable(
            "the Python package sounddevice is missing; install it with: pip install sounddevice"
        ) from error
    except OSError as error:  # "PortAudio library not found"
        raise DeviceUnusable(f"the PortAudio library is missing; {_how_to_install()}") from error
    except Exception as error:
        # PortAudioError of the initialisation at import: the module that defines the class has just failed to load.
        raise DeviceUnusable(f"PortAudio does not start: {error}") from error
    _silence_alsa()
    return sounddevice


def reinitialise(sounddevice: Any) -> None:
    """Look for devices anew: PortAudio sees only what was there when it was initialised. No stream may be open.

    Raises:
        DeviceUnusable: PortAudio does not come up again.
    """
    # Two private names of sounddevice, stable since 2017; it documents no public way.
    with suppress(sounddevice.PortAudioError):  # it was not initialised: a recovery before this one got no further
        sounddevice._terminate()
    try:
        sounddevice._initialize()
    except sounddevice.PortAudioError as error:
        raise DeviceUnusable(f"PortAudio does not start again: {sentence_of(error)}") from error


def status_of(error: Exception) -> int | None:
    """PortAudio's error code, where there is one."""
    status = error.args[1] if len(error.args) > 1 else None
    return status if isinstance(status, int) else None


def sentence_of(error: Exception) -> str:
    """What PortAudio says about an error, without its tuple of codes."""
    return str(error.args[0]) if error.args else type(error).__name__


def _how_to_install() -> str:
    if sys.platform == "darwin":
        return "reinstall the Python package sounddevice, which brings it along"
    return "install the package libportaudio2 (Debian, Ubuntu) or portaudio (Fedora, Arch)"


def _ignore_message() -> None:
    """Takes the place of ALSA's message printer."""


_alsa_handler = ctypes.CFUNCTYPE(None)(_ignore_message)  # kept for ever: ALSA calls it until the process ends


def _silence_alsa() -> None:
    """Stop alsa-lib from printing to stderr.

    A stream left started runs dry after every utterance, which is meant, and alsa-lib prints "underrun occurred" each
    time. The handler is variadic in C; taking none of its arguments is sound where the caller cleans up, as on all our
    platforms.
    """
    if not sys.platform.startswith("linux"):
        return
    with suppress(OSError, AttributeError):  # no ALSA here, so no messages either
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_alsa_handler)
