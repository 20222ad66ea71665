"""Takes a Kokoro graph apart: a user's file in, three parts out."""

import logging
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnx import ModelProto

from utterd.stages.models.splitting.decoder import decoder_part
from utterd.stages.models.splitting.errors import CannotRun, NotFound, SplitError
from utterd.stages.models.splitting.extraction import complete
from utterd.stages.models.splitting.folding import fold
from utterd.stages.models.splitting.generator import read_generator
from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.harmonic_source import lighten_source
from utterd.stages.models.splitting.inputs import find_inputs
from utterd.stages.models.splitting.landmarks import find_landmarks
from utterd.stages.models.splitting.probing import Feeds, run_all
from utterd.stages.models.splitting.specialising import specialise
from utterd.stages.models.splitting.text import text_feeds, text_part
from utterd.stages.models.splitting.verifying import difference
from utterd.stages.models.vocoder.description import Vocoder
from utterd.stages.unforeseen import describe

Progress = Callable[[str], None]
"""Told what is being done next, in a few words."""
_SEEN, _UNSEEN, _LONG = (3, 8), (2, 21), (60,)
"""Tokens of the texts that parts are simplified by, and checked with; the last for phases that grow with time."""
_UNFORESEEN = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What numpy, onnx and we raise where a graph has other types and shapes than are checked for: there is no end of
files. A fault of ours looks the same, so its place is logged."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The parts, in float32, for one text of n tokens and f frames of 25 ms."""

    text: ModelProto
    """tokens int64 [1, n], style [1, 256], speed [1] -> asr [1, 512, f], f0, energy [1, 1, 2 f], durations [n]."""
    decoder: ModelProto
    """asr, f0, energy, style -> features [1, 512, 2 f], harmonics [1, 22, 120 f + 1], gains [M], offsets [M].

    There is noise in the harmonics: no two runs are equal.
    """
    vocoder: Vocoder
    """features, harmonics, gains, offsets -> 600 f samples."""

    @property
    def channels(self) -> tuple[int, ...]:
        """Of every normalisation of the vocoder, in the order of gains and offsets."""
        return self.vocoder.channels


def split(path: Path, progress: Progress | None = None, *, work_folder: Path | None = None) -> Split:
    """
    Args:
        work_folder: where a copy of the model finds room for a while; the system's temporary folder if None.

    Raises:
        SplitError: with a sentence for people.
    """
    tell = progress or (lambda doing: None)
    try:
        with np.errstate(all="ignore"):  # what is no number any more is noticed when the parts are compared
            return _split(path, tell, work_folder)
    except NotFound as missing:
        raise SplitError(
            f"{path.name} is not built as Kokoro's graph is: {missing} was not found; use the file of a release, "
            "or one exported in the same way"
        ) from missing
    except CannotRun as error:
        raise SplitError(
            f"{path.name} cannot be taken apart: {error}; download it again, or use the file of a release"
        ) from error
    except OSError as error:
        where = error.filename or work_folder or tempfile.gettempdir()
        raise SplitError(
            f"cannot work in {where}: {error.strerror or error}; it takes a folder with room for two of the model"
        ) from error
    except _UNFORESEEN as error:
        _log.warning("a graph was read that nobody foresaw %s", describe(error))
        raise SplitError(
            f"{path.name} is not built as Kokoro's graph is: {type(error).__name__} while it was read; "
            "use the file of a release, or one exported in the same way"
        ) from error


def _split(path: Path, tell: Progress, work_folder: Path | None) -> Split:
    with tempfile.TemporaryDirectory(prefix="utterd-split-", dir=work_folder) as folder:
        tell("computing constants")
        graph = fold(path, Path(folder))
        inputs = find_inputs(graph.model, path.name)
        tell("reading the vocoder")
        generator = read_generator(graph, inputs.style)
        landmarks = find_landmarks(graph, inputs, generator)
        tell("simplifying the text part")
        text = text_part(graph, inputs, landmarks)
        seen, unseen = ([text_feeds(tokens) for tokens in counts] for counts in (_SEEN, _UNSEEN))
        text = specialise(text, seen, unseen)
        tell("simplifying the decoder")
        decoder = decoder_part(graph, inputs, landmarks, generator)
        seen, unseen = _decoder_feeds(text, _SEEN), _decoder_feeds(text, _UNSEEN)
        decoder = specialise(decoder, seen, unseen)
        tell("comparing the parts with the whole")
        if different := difference(graph, inputs, landmarks, generator, text, decoder):
            raise SplitError(
                f"the parts made of {path.name} give other {different} than the whole, so they are not used; "
                "use the file of a release, and please report where this one is from"
            )
        decoder = lighten_source(decoder, [*seen, *unseen, *_decoder_feeds(text, _LONG)])
        return Split(text=complete(text), decoder=complete(decoder), vocoder=generator.vocoder)


def _decoder_feeds(text: Graph, counts: Sequence[int]) -> list[Feeds]:
    """What the text part makes of so many tokens each."""
    feeds = [text_feeds(tokens) for tokens in counts]
    return [
        {"style": feed["style"], **{name: made[name] for name in ("asr", "f0", "energy")}}
        for feed, made in zip(feeds, run_all(text, feeds), strict=True)
    ]
