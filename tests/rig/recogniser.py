"""A listener for the tests: pocketsphinx, told which sentences may have been spoken, or left to guess.

`best_sentence` is strict and quick: of all candidates and their versions with a word missing it names the one it heard.
A list grammar always answers something from its list, so it is those decoys that make "nothing was swallowed" a claim
that can fail. `words` is free recognition, good for a rough word error rate at most.

The recogniser was trained on people. It understands voices built from recordings; formant voices (espeak) it does not.
"""

import functools
import re

import numpy as np
import pocketsphinx
import soxr
from rig.counter import Pcm

MODEL_RATE_HZ = 16_000
_PADDING = np.zeros(MODEL_RATE_HZ * 3 // 10, np.int16)
"""0.3 s of silence round everything: the decoder expects to begin and to end in silence."""


class UnknownWord(ValueError):
    """A candidate has a word that the recogniser's dictionary does not know: choose another sentence."""


def best_sentence(pcm: Pcm, rate_hz: int, candidates: list[str]) -> str:
    """What was spoken: one of the candidates, or one of them with a word missing; "" if it was no speech at all.

    Args:
        pcm: mono int16.
        candidates: words and spaces; case and punctuation do not matter.

    Returns:
        In the form `normalise` gives.

    Raises:
        UnknownWord: a candidate has a word that cannot be listened for.
    """
    sentences = [normalise(candidate) for candidate in candidates]
    choices = sorted({choice for sentence in sentences for choice in (sentence, *decoys(sentence))})
    decoder = _grammar_decoder()
    unknown = sorted({word for sentence in sentences for word in sentence.split() if not decoder.lookup_word(word)})
    if unknown:
        raise UnknownWord(f"not in the recogniser's dictionary: {', '.join(unknown)}")
    decoder.add_jsgf_string("candidates", f"#JSGF V1.0;\ngrammar g;\npublic <s> = {' | '.join(choices)};\n")
    decoder.activate_search("candidates")
    return _decode(decoder, pcm, rate_hz)


def words(pcm: Pcm, rate_hz: int) -> list[str]:
    """What was spoken, out of the whole language. Wrong in one word of ten even with a good voice."""
    return _decode(_free_decoder(), pcm, rate_hz).split()


def decoys(sentence: str) -> list[str]:
    """The sentence as it is heard when its first, its last or a middle word is swallowed."""
    spoken = sentence.split()
    if len(spoken) < 2:
        return []
    dropped = {0, len(spoken) // 2, len(spoken) - 1} if len(spoken) > 3 else {0, len(spoken) - 1}
    return [" ".join(spoken[:index] + spoken[index + 1 :]) for index in sorted(dropped)]


def normalise(sentence: str) -> str:
    """Lower case, letters and apostrophes, single spaces: as the dictionary writes words."""
    return " ".join(re.findall(r"[a-z']+", sentence.lower()))


@functools.cache
def _grammar_decoder() -> pocketsphinx.Decoder:
    return pocketsphinx.Decoder(samprate=MODEL_RATE_HZ, lm=None, loglevel="FATAL")


@functools.cache
def _free_decoder() -> pocketsphinx.Decoder:
    return pocketsphinx.Decoder(samprate=MODEL_RATE_HZ, loglevel="FATAL")


def _decode(decoder: pocketsphinx.Decoder, pcm: Pcm, rate_hz: int) -> str:
    heard = soxr.resample(_trim(pcm), rate_hz, MODEL_RATE_HZ) if rate_hz != MODEL_RATE_HZ else _trim(pcm)
    decoder.start_utt()
    decoder.process_raw(np.concatenate([_PADDING, heard, _PADDING]).tobytes(), full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return hypothesis.hypstr if hypothesis is not None else ""


def _trim(pcm: Pcm) -> Pcm:
    """Without the silence at both ends: a recording of a loudspeaker has any amount of it."""
    sounding = np.flatnonzero(np.abs(pcm.astype(np.int32)) > 100)
    return pcm[sounding[0] : sounding[-1] + 1] if len(sounding) else pcm[:0]
