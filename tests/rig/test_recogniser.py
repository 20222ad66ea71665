"""Whether the listener is worth listening to: it hears flite's voice, whole and with words cut away."""

import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from rig.counter import Pcm
from rig.recogniser import UnknownWord, best_sentence, decoys, normalise, words

SENTENCES = [
    "The weather is nice today.",
    "Please read this message!",
    "We will go home tomorrow.",
    "Where is the train station?",
]


@pytest.fixture
def speak(tmp_path: Path) -> "Speak":
    if shutil.which("flite") is None:
        pytest.skip("flite is not installed; run tests/rig/install.sh")
    return Speak(tmp_path)


class Speak:
    """text → mono int16 and its rate, by flite."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "speech.wav"

    def __call__(self, text: str) -> tuple[Pcm, int]:
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", str(self._path)], check=True, capture_output=True)
        with wave.open(str(self._path)) as file:
            return np.frombuffer(file.readframes(file.getnframes()), np.int16), file.getframerate()


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_recognised_among_others(speak: Speak, sentence: str) -> None:
    assert best_sentence(*speak(sentence), SENTENCES) == normalise(sentence)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_swallowed_word_is_noticed(speak: Speak, index: int) -> None:
    sentence = normalise(SENTENCES[2])
    heard = best_sentence(*speak(decoys(sentence)[index]), [sentence])
    assert heard == decoys(sentence)[index]


def test_a_beginning_cut_off_is_noticed(speak: Speak) -> None:
    pcm, rate_hz = speak(SENTENCES[1])
    assert best_sentence(pcm[rate_hz * 45 // 100 :], rate_hz, [SENTENCES[1]]) != normalise(SENTENCES[1])


def test_any_rate_will_do(speak: Speak) -> None:
    pcm, rate_hz = speak(SENTENCES[0])
    slower = np.repeat(pcm, 3)
    assert best_sentence(slower, rate_hz * 3, SENTENCES) == normalise(SENTENCES[0])


def test_free_recognition_hears_most_words(speak: Speak) -> None:
    heard = words(*speak("the quick brown fox jumps over the lazy dog"))
    assert len(set(heard) & {"quick", "brown", "fox", "jumps", "over", "lazy", "dog"}) >= 4


def test_silence_is_no_sentence() -> None:
    assert best_sentence(np.zeros(24_000, np.int16), 24_000, SENTENCES) not in map(normalise, SENTENCES)


def test_a_word_it_cannot_know_is_refused() -> None:
    with pytest.raises(UnknownWord, match="utterd"):
        best_sentence(np.zeros(100, np.int16), 16_000, ["say utterd"])


def test_decoys_lack_one_word_each() -> None:
    assert decoys("we will go home") == ["will go home", "we will home", "we will go"]
    assert decoys("stop it") == ["it", "stop"]
    assert decoys("stop") == []
