"""Lines in plain eSpeak NG phonemes, as `espeak-ng -q --ipa -v en-us` writes them: what other programs feed a voice."""

from functools import cache
from importlib import import_module
from typing import Any

from training.lines import Line
from utterd.stages.g2p.phonemizer import Word
from utterd.stages.g2p.symbols import SYMBOL_IDS


def respell_plainly(line: Line) -> Line:
    """The same text in eSpeak's own phonemes: "tˈiːtʃɚ" where misaki's spelling has "tˈiʧəɹ"."""
    return read_plainly(line.text)


def read_plainly(text: str) -> Line:
    """How eSpeak reads `text`: one long word, since eSpeak does not tell its words apart."""
    (phonemes,) = _backend().phonemize([text])
    known = "".join(symbol for symbol in phonemes.strip() if symbol in SYMBOL_IDS)
    word = Word(phonemes=known, char_start=0, char_end=len(text), space_after=False)
    return Line(text=text, spoken=text, words=(word,))


@cache
def _backend() -> Any:
    # Imported first, for what that does: it says where eSpeak lies, and keeps phonemizer from heavy imports.
    import_module("utterd.stages.g2p.espeak_voices")
    from phonemizer.backend import EspeakBackend

    return EspeakBackend("en-us", with_stress=True, preserve_punctuation=True, language_switch="remove-flags")
