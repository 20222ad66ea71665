"""The process's one door to eSpeak NG: a backend for each voice, made when first needed and kept.

eSpeak keeps its state in global variables: use from one thread only. phonemizer copies the library into a temporary
folder for every backend (TMPDIR says where), which is why none is made twice.
"""

import logging
import re
from typing import Any, Final, Protocol

from utterd.stages.g2p.scripts import LATIN, NO_VOICE, script_runs
from utterd.stages.g2p.stand_ins import standing_in
from utterd.stages.g2p.symbols import speakable

# joblib: 0.1 s to import, for a parallel mode that eSpeak could not bear. dlinfo: starts ldconfig, to find a library
# whose path we know.
with standing_in("joblib", "dlinfo"):
    from misaki import espeak as misaki_espeak

logging.getLogger("phonemizer").disabled = True  # it quotes the words it stumbles over, and resets its own level

_LANGUAGE_SWITCH: Final = re.compile(r"\([^()]*\)")
"""eSpeak marks a word that it reads as another language's: "(en)…(es)"."""


class TextToken(Protocol):
    """As much of a misaki token as its fallback reads."""

    text: str


class EspeakVoices:
    """Every eSpeak voice in use."""

    def __init__(self) -> None:
        self._phrases: dict[str, Any] = {}
        self._words: dict[bool, Any] = {}

    def say(self, phrase: str, voice: str) -> str:
        """Symbols for a phrase without punctuation, words apart by spaces.

        Args:
            phrase: may hold numbers; eSpeak reads them.
            voice: as eSpeak names it: `fr-fr`, `ru`.
        """
        if voice not in self._phrases:
            self._phrases[voice] = misaki_espeak.EspeakG2P(voice)
        phonemes, _ = self._phrases[voice](phrase)
        return _clean(phonemes)

    def say_english_word(self, word: str, *, british: bool) -> str:
        """Symbols, spelled as misaki's English dictionary would have it, for a word that is not in it."""
        if british not in self._words:
            self._words[british] = misaki_espeak.EspeakFallback(british=british)
        phonemes, _ = self._words[british](_Text(word))
        return _clean(phonemes or "")

    def say_foreign_word(self, word: str) -> str | None:
        """Symbols for a word that has letters other than Latin ones, each run by its script's voice.

        None: it has Latin letters alone, or a single letter, which every language has a name for.
        """
        if len(word) == 1 or all(script == LATIN for script, _ in script_runs(word)):
            return None
        said = []
        for script, run in script_runs(word):
            if script == LATIN:
                said.append(self.say_english_word(run, british=False))
            elif script != NO_VOICE:
                said.append(self.say(run, script))
        return " ".join(filter(None, said))


class _Text:
    def __init__(self, text: str) -> None:
        self.text = text


def _clean(phonemes: str) -> str:
    return " ".join(speakable(_LANGUAGE_SWITCH.sub("", phonemes)).split())
