"""The kokoro family in prepared parts: the text once, the decoder once, and the vocoder in windows as they are wanted.

A piece's windows share one scale and one shift for each channel, so with 100 ms of context at either side they are cut
from one sound, wherever they are cut (to 1e-4; tests/stages/inference/test_kokoro_parts.py). A voice without statistics
is spoken a whole piece at a time, as `is_whole` has it for all.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from utterd.config.bundles import Bundle
from utterd.stages.inference.kokoro import KOKORO_LEAD_FRAMES, kokoro_voices
from utterd.stages.inference.kokoro_choice import Choice
from utterd.stages.inference.kokoro_graphs import Array, Decoded, KokoroGraphs, Prosody
from utterd.stages.inference.kokoro_running import PieceSums, RunningStatistics
from utterd.stages.inference.kokoro_statistics import VOICES_KEPT, Statistics, VoiceTables
from utterd.stages.inference.kokoro_windows import Cut, cut_windows
from utterd.stages.inference.onnx_session import Abort, ModelUnusable
from utterd.stages.inference.synthesizer import SynthesisRequest, WholeSpeech, check_request
from utterd.stages.models.parts import FOLDER, Parts
from utterd.stages.work import ChunkFailed


class KokoroParts:
    """`prepared/` of a bundle, and its voices."""

    lead_frames = KOKORO_LEAD_FRAMES
    is_large = True

    def __init__(
        self, bundle: Bundle, parts: Parts, choice: Choice, *, library: Path | None = None, is_whole: bool = False
    ) -> None:
        """Load one variant.

        Args:
            bundle: whose `prepared` folder holds the parts.
            parts: the manifest that was read there.
            choice: the variant, and how to run it.
            library: of native operators, if the variant needs it.
            is_whole: make no windows: each piece is normalised with its own statistics, and heard when all is made.

        Raises:
            ModelUnusable: a file is not what the manifest says.
        """
        folder = bundle.folder / FOLDER
        self._parts = parts
        self._schedule = choice.window_frames
        self._level = np.float32(bundle.level)
        self._is_whole = is_whole
        self._voices = kokoro_voices(bundle)
        self._graphs = KokoroGraphs(folder, parts, choice, library=library)
        self._tables = VoiceTables(folder / parts.statistics, parts.size) if parts.statistics else None
        self._running: OrderedDict[str, RunningStatistics] = OrderedDict()
        if not self._graphs.has_whole and (is_whole or self._tables is None):
            raise ModelUnusable(
                f"the parts of the model {bundle.name!r} cannot speak a whole piece at a time: they have no graph for "
                "that; run `utterd models prepare` anew"
            )

    def synthesize(self, request: SynthesisRequest, abort: Abort) -> "WholeSpeech | WindowedSpeech":
        prosody = self.read(request, abort)
        decoded = self._graphs.decode(prosody, self._style(request), abort)
        token_frames = prosody.durations * (2 * self._parts.frame_samples)
        table = self._table(request)
        if table is None:
            return WholeSpeech(self._whole(request.voice, decoded, abort) * self._level, token_frames)
        return WindowedSpeech(
            self._graphs,
            decoded,
            token_frames,
            parts=self._parts,
            piece=(tuple(request.tokens), request.speed),
            table=table,
            running=self._running_of(request.voice),
            schedule=self._schedule,
            level=self._level,
            abort=abort,
        )

    def read(self, request: SynthesisRequest, abort: Abort) -> Prosody:
        """The text part alone."""
        check_request(request)
        tokens = np.array([[0, *request.tokens, 0]], np.int64)
        return self._graphs.read(tokens, self._style(request), request.speed, abort)

    def _style(self, request: SynthesisRequest) -> Array:
        return self._voices.style(request.voice, len(request.tokens))

    def _table(self, request: SynthesisRequest) -> Statistics | None:
        """None if it is to be spoken whole."""
        if self._is_whole or self._tables is None:
            return None
        return self._tables.of(request.voice, len(request.tokens))

    def _running_of(self, voice: str) -> RunningStatistics:
        running = self._running.pop(voice, None) or RunningStatistics(self._parts.epsilon)
        self._running[voice] = running
        if len(self._running) > VOICES_KEPT:
            self._running.popitem(last=False)
        return running

    def _whole(self, voice: str, decoded: Decoded, abort: Abort) -> Array:
        if not self._graphs.has_whole:
            raise ChunkFailed(
                "model_unusable",
                f"the voice {voice!r} was not measured when its model was prepared; run `utterd models prepare` for it",
            )
        try:
            return self._graphs.whole(decoded, abort)
        except ModelUnusable as error:  # it is loaded when it is first wanted
            raise ChunkFailed("model_unusable", str(error)) from error


class WindowedSpeech:
    """One piece: it is decoded, its sound is not made yet."""

    def __init__(
        self,
        graphs: KokoroGraphs,
        decoded: Decoded,
        token_frames: npt.NDArray[np.int64],
        *,
        parts: Parts,
        piece: Hashable,
        table: Statistics,
        running: RunningStatistics,
        schedule: Sequence[int],
        level: np.float32,
        abort: Abort,
    ) -> None:
        self._graphs = graphs
        self._decoded = decoded
        self._token_frames = token_frames
        self._parts = parts
        self._piece = piece
        self._table = table
        self._running = running
        self._statistics = running.of(piece, table)
        self._affine = self._statistics.affine(decoded.gains, decoded.offsets, parts.epsilon)
        self._schedule = schedule
        self._level = level
        self._abort = abort

    @property
    def token_frames(self) -> npt.NDArray[np.int64]:
        return self._token_frames

    @property
    def total_frames(self) -> int:
        return self._decoded.frames * self._parts.frame_samples

    def windows(self, start: int, end: int) -> Iterator[Array]:
        end = min(end, self.total_frames)
        heard = PieceSums()
        for cut in cut_windows(
            start,
            end,
            frames=self._decoded.frames,
            frame_samples=self._parts.frame_samples,
            context=self._parts.context_frames,
            schedule=self._schedule,
        ):
            self._running.begin(self._piece, self._statistics)
            samples = self._window(cut, heard)
            if cut.stop == end:  # before the last one is taken: nobody may ask for what comes behind it
                self._running.end(self._piece, heard, self._table)
            yield samples

    def _window(self, cut: Cut, heard: PieceSums) -> Array:
        size = self._parts.frame_samples
        first, end = cut.first // size, -(-cut.stop // size)
        samples, mean, mean_square = self._graphs.window(
            self._decoded, cut.low, cut.high, (first - cut.low, cut.high - end), self._affine, self._abort
        )
        if mean is not None and mean_square is not None:
            heard.add(cut.high - cut.low, mean, mean_square)
        window: Array = samples[cut.first - first * size : cut.stop - first * size] * self._level
        return window
