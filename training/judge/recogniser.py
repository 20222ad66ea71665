"""Word error rate: what pocketsphinx, with its own US English model, makes out of what was said.

It costs 0.27 s of a core for every second of speech, so it listens in processes of its own.
"""

import multiprocessing
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import jiwer
import numpy as np
import numpy.typing as npt
import pocketsphinx
import soxr

from training.judge.voice import Utterance

MODEL_RATE_HZ: Final = 16_000
_PAD_SAMPLES: Final = MODEL_RATE_HZ * 3 // 10
_LOUD: Final = 0.5
"""Where the 99.9th percentile of the samples is put: every voice is heard at one level, without clipping its peaks."""
_NOISE: Final = 1e-4
"""Standard deviation: digital silence is not what the model was trained on."""
_NOT_WORDS: Final = re.compile(r"\(\d+\)|<[^>]*>|\[[^\]]*\]|\+\+\w+\+\+")
"""Of a hypothesis: which pronunciation it was, silences, noises."""

_Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One sentence, and what was understood."""

    said: str
    heard: str
    errors: int
    """Words inserted, left out or taken for others."""

    @property
    def words(self) -> int:
        return len(self.said.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Intelligibility:
    """What was understood of a list of sentences."""

    sentences: tuple[Heard, ...]

    @property
    def word_error_rate(self) -> float:
        return sum(each.errors for each in self.sentences) / sum(each.words for each in self.sentences)

    @property
    def standard_error(self) -> float:
        """Of the word error rate, from the spread between sentences: errors come in company."""
        rate = self.word_error_rate
        spread = np.array([each.errors - rate * each.words for each in self.sentences])
        return float(np.sqrt((spread**2).sum()) / sum(each.words for each in self.sentences))

    @property
    def sentences_right(self) -> float:
        return sum(each.errors == 0 for each in self.sentences) / len(self.sentences)


def listen(
    utterances: Iterable[Utterance], *, workers: int = 2, advance: Callable[[], object] = lambda: None
) -> Intelligibility:
    """Have every utterance recognised.

    Args:
        workers: processes to do it in; 0 does it in this one.
        advance: called after every utterance, for a progress bar.
    """
    texts: list[str] = []
    heard: list[Heard] = []
    for hypothesis in _hypotheses(_prepared(utterances, texts), workers):
        heard.append(_compare(_plain_words(texts[len(heard)]), hypothesis))
        advance()
    return Intelligibility(sentences=tuple(heard))


def recognise(samples: _Samples) -> str:
    """The words in samples that `prepare` made. The same whatever was heard before."""
    decoder = _decoder()
    # The estimate of the background noise would otherwise run on from utterance to utterance: figures would depend on
    # the order of the list and on the number of workers.
    decoder.reinit_feat()
    decoder.start_utt()
    decoder.process_raw(samples.tobytes(), full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return " ".join(_NOT_WORDS.sub("", hypothesis.hypstr).split()) if hypothesis is not None else ""


def unknown_words(words: Iterable[str]) -> set[str]:
    """Those that the recogniser's dictionary lacks, and that it can never hear."""
    return {word for word in words if not _decoder().lookup_word(word)}


def prepare(utterance: Utterance) -> _Samples:
    """At the model's rate, at one level, in a little noise, between two silences: the same for every voice."""
    audio = soxr.resample(utterance.audio.astype(np.float64), utterance.rate_hz, MODEL_RATE_HZ)
    audio = np.pad(audio / (np.percentile(np.abs(audio), 99.9) + 1e-9) * _LOUD, _PAD_SAMPLES)
    audio += np.random.default_rng(0).normal(0, _NOISE, len(audio))
    return np.asarray(np.clip(audio, -1, 1) * 32767, np.int16)


def _prepared(utterances: Iterable[Utterance], texts: list[str]) -> Iterator[_Samples]:
    """Speech is made as it is asked for; `texts` grows with it."""
    for utterance in utterances:
        texts.append(utterance.line.text)
        yield prepare(utterance)


def _hypotheses(samples: Iterator[_Samples], workers: int) -> Iterator[str]:
    if not workers:
        yield from map(recognise, samples)
        return
    # Spawned, not forked: ONNX Runtime's threads do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(recognise, samples)


@cache
def _decoder() -> pocketsphinx.Decoder:
    # Batch: the cepstral mean that is taken off is the utterance's own. "live", the default, guesses it beforehand.
    return pocketsphinx.Decoder(samprate=MODEL_RATE_HZ, cmn="batch", loglevel="FATAL")


def _compare(said: str, heard: str) -> Heard:
    measures = jiwer.process_words(said, heard)
    errors = measures.substitutions + measures.deletions + measures.insertions
    return Heard(said=said, heard=heard, errors=errors)


def _plain_words(text: str) -> str:
    """As the recogniser's dictionary writes them."""
    return " ".join(re.findall(r"[a-z']+", text.lower()))
