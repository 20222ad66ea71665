"""Takes made up for the tests: every token lasts and sounds as its number says."""

import numpy as np

from training.dataset import Example
from training.lines import Line, read_line
from training.parameters import CEPSTRUM, COLUMNS, LOG_F0, STRENGTHS, VOICING
from training.teachers.teacher import Take
from utterd.stages.g2p.symbols import is_sound, phonemes_of

PAD_FRAMES = 8


def take_of(text: str, *, sound: int = 14, mark: int = 20) -> tuple[Take, Line]:
    """Sounds last `sound` frames, marks `mark`, stress marks and spaces none; quiet where nothing sounds."""
    line = read_line(text)
    symbols = ["_", *phonemes_of(line.tokens[1:-1]), "_"]
    lasting = {True: sound, False: 0}
    durations = [PAD_FRAMES if s == "_" else mark if s in ",.;:!?—…" else lasting[is_sound(s)] for s in symbols]
    return Take(
        tokens=np.array(line.tokens), durations=np.array(durations), parameters=_parameters(symbols, durations)
    ), line


def _parameters(symbols: list[str], durations: list[int]) -> np.ndarray:
    sounding = np.repeat([is_sound(symbol) and symbol != "_" for symbol in symbols], durations)
    number = np.repeat(np.arange(len(symbols)), durations)
    parameters = np.zeros((len(sounding), COLUMNS), np.float32)
    parameters[:, LOG_F0] = np.log(120) + 0.1 * np.sin(number)
    parameters[:, VOICING] = sounding
    parameters[:, CEPSTRUM.start] = np.where(sounding, 7, 1)
    parameters[:, CEPSTRUM.start + 1] = np.where(sounding, 1.5 + 0.3 * np.cos(number), 0)
    parameters[:, STRENGTHS] = np.where(sounding, 0.8, 0)[:, None]
    return parameters


def example_of(text: str, speaker: int = 0) -> Example:
    take, _ = take_of(text)
    return Example(take.tokens, take.durations, take.parameters.astype(np.float16), speaker)
