"""The judge's ear: what is said well is understood, noise is not, and neither order nor processes matter."""

import numpy as np
import pytest

from training.judge.espeak_spelling import read_plainly, respell_plainly
from training.judge.recogniser import Heard, Intelligibility, listen, unknown_words
from training.judge.sentences import QUICK_SENTENCES, UnknownList, punctuate, sentences
from training.judge.voice import BundleVoice, RespelledVoice, Utterance
from training.lines import read_line
from utterd.config.bundles import find_bundle

SENTENCES = sentences("held_out")[:3]


@pytest.fixture(scope="module")
def voice() -> BundleVoice:
    return BundleVoice("starter", find_bundle("starter").default_voice)


@pytest.fixture(scope="module")
def said(voice: BundleVoice) -> list[Utterance]:
    return [voice.say(read_line(text)) for text in SENTENCES]


def noise(utterance: Utterance) -> Utterance:
    audio = np.random.default_rng(1).normal(0, 0.1, len(utterance.audio)).astype(np.float32)
    return Utterance(line=utterance.line, audio=audio, rate_hz=utterance.rate_hz)


def test_the_default_voice_is_understood(said: list[Utterance]) -> None:
    understood = listen(said, workers=0)
    assert understood.word_error_rate < 0.2
    assert [each.said for each in understood.sentences] == [text.lower().rstrip(".?") for text in SENTENCES]


def test_noise_is_not_understood(said: list[Utterance]) -> None:
    understood = listen(map(noise, said), workers=0)
    assert understood.word_error_rate >= 0.95
    assert understood.sentences_right == 0


def test_neither_order_nor_processes_change_what_is_heard(said: list[Utterance]) -> None:
    ticks: list[int] = []
    backwards = listen(said[::-1], workers=0).sentences[::-1]
    assert listen(said, workers=2, advance=lambda: ticks.append(1)).sentences == backwards
    assert len(ticks) == len(said)


def test_level_and_rate_do_not_matter(said: list[Utterance]) -> None:
    quiet = [Utterance(line=u.line, audio=u.audio * np.float32(0.05), rate_hz=u.rate_hz) for u in said]
    assert listen(quiet, workers=0).word_error_rate == listen(said, workers=0).word_error_rate


def test_plain_espeak_phonemes_are_understood(voice: BundleVoice) -> None:
    respelled = RespelledVoice(voice, "plain", respell_plainly)
    assert listen([respelled.say(read_line(text)) for text in SENTENCES], workers=0).word_error_rate < 0.35


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("The teacher chose.", "ðə tˈiːtʃɚ tʃˈoʊz."),
        ("Can you help me, Judge?", "kæn juː hˈɛlp mˌiː, dʒˈʌdʒ?"),
    ],
)
def test_plain_spelling_is_espeaks_own(text: str, phonemes: str) -> None:
    assert read_plainly(text).phonemes == phonemes


def test_error_rate_counts_words_over_all_sentences() -> None:
    heard = (Heard(said="a b c", heard="a b c", errors=0), Heard(said="d", heard="e", errors=1))
    understood = Intelligibility(sentences=heard)
    assert understood.word_error_rate == 0.25
    assert understood.sentences_right == 0.5
    assert 0.2 < understood.standard_error < 0.4


@pytest.mark.parametrize(
    ("plain", "punctuated"), [("can you see it", "Can you see it?"), ("the cat sat", "The cat sat.")]
)
def test_sentences_get_their_marks(plain: str, punctuated: str) -> None:
    assert punctuate(plain) == punctuated


def test_quick_takes_a_dozen_from_all_over() -> None:
    every = sentences("held_out")
    quick = sentences("held_out", quick=True)
    assert len(quick) == QUICK_SENTENCES
    assert every.index(quick[-1]) > len(every) * 0.8


def test_unknown_list_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownList, match="held_out"):
        sentences("helt_out")


@pytest.mark.parametrize("name", ["held_out", "selection"])
def test_every_word_of_a_list_is_in_the_recognisers_dictionary(name: str) -> None:
    assert not unknown_words(word for text in sentences(name) for word in text.lower().rstrip(".?").split())
