"""Style vectors: which row of which voice a piece of text is spoken with.

A voice is a table of shape (510, 1, 256), one row a token count (voice_files.py). Only the voices and the blends used
last are held in memory.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from utterd.config.blend import BlendError, parse_blend
from utterd.stages.inference.voice_files import DAMAGE, STYLE_SIZE, open_voices
from utterd.stages.work import ChunkFailed

TIMBRE, PROSODY = slice(0, STYLE_SIZE // 2), slice(STYLE_SIZE // 2, STYLE_SIZE)
"""Which half of a style shapes what."""
LARGEST_WEIGHT = 10.0
"""Of a voice in a blend, either way: what lies farther outside is no voice but noise."""
VOICES_KEPT = 8
"""Of half a megabyte each; as many as a blend can have. Reading one anew takes a millisecond."""
BLENDS_KEPT = 4
"""Of the same size. Blending anew takes under a millisecond a voice."""

Table = npt.NDArray[np.float32]
"""Shape (rows, 1, 256); one row if all are equal."""


class Voices:
    """The voices of one bundle."""

    def __init__(self, path: Path, names: Sequence[str] = ()) -> None:
        """`names`: as `open_voices` takes them, and raises."""
        self._file = open_voices(path, names)
        self.names = self._file.names
        self._tables: OrderedDict[str, Table] = OrderedDict()
        """The one used last is the last."""
        self._blends: OrderedDict[str, Table] = OrderedDict()
        """By how they are written; likewise."""

    def style(self, voice: str, tokens: int) -> npt.NDArray[np.float32]:
        """Shape (1, 256), for a piece of so many tokens; beyond the table's end its last row.

        Args:
            voice: a name, or a blend as `parse_blend` takes it. What is a name is never taken for a blend.

        Raises:
            ChunkFailed: for a voice the bundle has not, and for a blend that is none.
        """
        table = self._table(voice) if voice in self.names else self._blend(voice)
        style: npt.NDArray[np.float32] = table[min(tokens, len(table) - 1)]
        return style

    def blended(
        self, weights: Mapping[str, float], tokens: int, *, prosody: Mapping[str, float] | None = None
    ) -> npt.NDArray[np.float32]:
        """As `style`, of a weighted sum of voices.

        Args:
            weights: voice → share; any sum, but a sum of 1 sounds like a voice.
            tokens: as in `style`.
            prosody: the weights for the prosody, if `weights` are for the timbre alone.
        """
        style = self._weighted_sum(weights, tokens)
        if prosody is not None:
            style[:, PROSODY] = self._weighted_sum(prosody, tokens)[:, PROSODY]
        return style

    def _weighted_sum(self, weights: Mapping[str, float], tokens: int) -> npt.NDArray[np.float32]:
        if not weights:
            raise ChunkFailed("bad_field", "a blend needs at least one voice")
        style = np.zeros((1, STYLE_SIZE), np.float32)
        for voice, weight in weights.items():
            if not abs(weight) <= LARGEST_WEIGHT:
                limits = f"between {-LARGEST_WEIGHT:g} and {LARGEST_WEIGHT:g}"
                raise ChunkFailed("bad_field", f"the weight of voice {voice!r} is {weight:g}; it has to be {limits}")
            style += np.float32(weight) * self.style(voice, tokens)
        return style

    def _blend(self, text: str) -> Table:
        table = self._blends.get(text)
        if table is None:
            try:
                parts = parse_blend(text)
            except BlendError as error:
                raise ChunkFailed("bad_field", str(error)) from error
            if parts is None:
                return self._table(text)
            table = self._blends[text] = self._mix(parts)
            if len(self._blends) > BLENDS_KEPT:
                self._blends.popitem(last=False)
        self._blends.move_to_end(text)
        return table

    def _mix(self, parts: Iterable[tuple[str, float]]) -> Table:
        """A weighted sum of tables; a shorter one is as if its last row were repeated."""
        tables = [(self._table(voice), np.float32(share)) for voice, share in parts]
        rows = np.arange(max(len(table) for table, _ in tables))
        mixed = np.zeros((len(rows), 1, STYLE_SIZE), np.float32)
        for table, share in tables:
            mixed += share * table[np.minimum(rows, len(table) - 1)]
        return mixed

    def _table(self, voice: str) -> Table:
        table = self._tables.get(voice)
        if table is None:
            table = self._tables[voice] = self._load(voice)
            if len(self._tables) > VOICES_KEPT:
                self._tables.popitem(last=False)
        self._tables.move_to_end(voice)
        return table

    def _load(self, voice: str) -> Table:
        if voice not in self.names:
            raise ChunkFailed("unknown_voice", f"the loaded model has no voice {voice!r}")
        try:
            table = np.asarray(self._file.read(voice), np.float32)
        except DAMAGE as error:
            raise ChunkFailed("model_unusable", f"the style table of voice {voice!r} is damaged") from error
        if table.size == 0 or table.shape[1:] != (1, STYLE_SIZE):
            raise ChunkFailed(
                "model_unusable",
                f"the style table of voice {voice!r} is damaged or of another model: its shape is {table.shape}, "
                f"not (rows, 1, {STYLE_SIZE})",
            )
        if not np.isfinite(table).all():
            raise ChunkFailed("model_unusable", f"the style table of voice {voice!r} is damaged: not all are numbers")
        if (table == table[:1]).all():
            table = table[:1].copy()  # one row stands for all: half a megabyte less
        return table
