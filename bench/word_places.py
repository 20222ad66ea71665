"""Where words lie in a recording, without asking the daemon: by the model's own durations, and by correlation.

The text is cut, phonemised and synthesised in this process. A word begins where the durations of the tokens before its
own add up to; from there on, the sound as the model makes it is searched for in the recording. What the inference stage
computes of the same (`passings.py`, `unit.py`) is not used.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.alignment import Samples, find_place
from utterd.config.bundles import find_bundle
from utterd.daemon.script import Script
from utterd.daemon.units import Units
from utterd.stages.chunks import ChunkHeader, Speaking, TextChunk
from utterd.stages.g2p.stage import G2p
from utterd.stages.inference.load import load_synthesizer
from utterd.stages.inference.onnx_session import Abort
from utterd.stages.inference.synthesizer import SynthesisRequest

_FULL_SCALE = 32_767
_CHUNK = 2_400
"""100 ms from a word's beginning on are searched for."""
_FADE = 240
"""The first 10 ms of a unit are faded in."""
_REACH = 24_000
_ALIKE = 0.1
"""A place counts as found if what differs has at most this part of the amplitude."""
_MODEL = "starter"


@dataclass(frozen=True, slots=True)
class MadeUnit:
    """One run of the model."""

    sound: Samples
    """All of it, in steps of 16 bits."""
    onsets: dict[int, int]
    """Place in the text (code points) of each word's beginning → frame of `sound`."""


def make_units(text: str) -> Iterator[MadeUnit]:
    """As the daemon's stages would make them, in order; in its default voice."""
    bundle = find_bundle(_MODEL)
    synthesizer = load_synthesizer(_MODEL)
    g2p = G2p.open("en-us")
    units = Units(Script.plain(text))
    speaking = Speaking(voice=bundle.default_voice, speed=1.0, language="en-us", lane="live")
    sequence = 0
    while (unit := units.get(sequence)) is not None:
        header = ChunkHeader(utterance_id=1, generation=0, sequence=sequence, is_last=unit.is_last)
        chunk = TextChunk(
            header=header, speaking=speaking, text=unit.text, char_start=unit.char_start, pause=unit.pause
        )
        for phonemes in g2p.process(chunk):
            for piece in phonemes.pieces:
                request = SynthesisRequest(tokens=piece.tokens, voice=bundle.default_voice, speed=1.0)
                speech = synthesizer.synthesize(request, Abort())
                assert speech.token_frames is not None
                starts = np.concatenate(([0], np.cumsum(speech.token_frames)))
                yield MadeUnit(
                    sound=np.concatenate(list(speech.windows(0, speech.total_frames))).astype(np.float64) * _FULL_SCALE,
                    onsets={word.char_start: int(starts[1 + word.token_start]) for word in piece.words},
                )
        sequence += 1


def find_words(text: str, recording: Samples) -> dict[int, int]:
    """Place in the text of each word's beginning → its frame in the recording, which holds the whole text once.

    Those are left out that cannot be found as they were made: a loudspeaker that ran dry, for example, tears them.
    """
    words: dict[int, int] = {}
    expected = 0
    """Of the beginning of the unit's sound."""
    for unit in make_units(text):
        for char, onset in unit.onsets.items():
            chunk = unit.sound[onset + _FADE : onset + _FADE + _CHUNK]
            place, differs = find_place(chunk, recording, expected + onset + _FADE, _REACH)
            if differs <= _ALIKE * float(np.sqrt(np.mean(chunk**2))):
                words[char] = place - _FADE
                expected = words[char] - onset
        expected += len(unit.sound)
    return words
