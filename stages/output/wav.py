"""WavDevice: a loudspeaker that plays into a file, at the pace of a real one.

The file holds the frames it was given, one after another, and nothing else: the time in which nothing is written
(between utterances, or when the producer is late) leaves no silence in it. So two files of the same text can be
compared, and an underrun is found where underruns are counted, not here. Nothing that was written is taken back.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from utterd.stages.chunks import SAMPLE_RATE_HZ
from utterd.stages.output.device import DeviceLost, DeviceState, DeviceUnusable
from utterd.stages.output.null import NullDevice
from utterd.stages.output.wavfile import NotOurWav, WavFile
from utterd.stages.pcm import PcmInt16


class WavDevice(NullDevice):
    """A NullDevice that keeps what it plays. See `AudioDevice` for the verbs."""

    def __init__(
        self,
        path: Path,
        *,
        append: bool = False,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        sleep_s: Callable[[float], None] = time.sleep,
    ) -> None:
        """Args:
        append: go on behind the last frame of an existing file, as after a restart of the stage.
        """
        super().__init__(clock_ns=clock_ns, sleep_s=sleep_s)
        self._path = path.expanduser().absolute()
        self._append = append
        self._sample_rate_hz = SAMPLE_RATE_HZ
        self._file: WavFile | None = None

    @property
    def name(self) -> str:
        return f"wav:{self._path}"

    @property
    def keeps_written(self) -> bool:
        return True

    def open(self, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        super().open(sample_rate_hz)
        self._sample_rate_hz = sample_rate_hz
        try:
            self._open_file()
        except DeviceUnusable:
            super().close()
            raise

    def write(self, block: PcmInt16) -> None:
        super().write(block)
        assert self._file is not None, "open() has made it"
        with self._lost_if_the_file_fails():
            self._file.append(block.astype("<i2", copy=False).tobytes())

    def recover(self) -> None:
        """Open the file again, behind what it holds: the disk may have room by now."""
        self._close_file()
        self._open_file()
        super().recover()

    def close(self) -> None:
        super().close()
        self._close_file()

    def _take_back(self) -> int:
        """Nothing: what is in the file will be heard, and takes its time."""
        return 0

    def _open_file(self) -> None:
        try:
            self._file = WavFile(self._path, sample_rate_hz=self._sample_rate_hz, append=self._append)
        except NotOurWav:
            raise DeviceUnusable(
                f"{self._path} is not a mono 16-bit WAV file of {self._sample_rate_hz} Hz, so it cannot be continued; "
                "choose another path"
            ) from None
        except OSError as error:
            raise DeviceUnusable(
                f"cannot write sound to {self._path}: {error.strerror}; choose a file in a folder you can write to"
            ) from error
        self._append = True  # whatever opens it from now on, goes on

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    @contextmanager
    def _lost_if_the_file_fails(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._state = DeviceState.LOST
            raise DeviceLost(f"cannot write sound to {self._path}: {error.strerror}") from error
