"""Emphasis on words: the writer's own, as SSML names its levels."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from utterd.config.ipa import stress_before_vowel
from utterd.stages.chunks import Instruction
from utterd.stages.g2p.pieces import Saying

_WORD: Final = re.compile(r"\S+")


def emphasise(sayings: Sequence[Saying], instructions: Sequence[Instruction]) -> list[Saying]:
    """The sayings, those within an `emphasis` with its stress. Both are counted from the same place."""
    levels = [instruction for instruction in instructions if instruction.kind == "emphasis"]
    return [_emphasise(saying, levels) for saying in sayings] if levels else list(sayings)


def _emphasise(saying: Saying, levels: Sequence[Instruction]) -> Saying:
    if not saying.is_word:
        return saying
    for level in levels:
        if level.char_start < saying.char_end and saying.char_start < level.char_end:
            return replace(saying, phonemes=stress(saying.phonemes, level.value))
    return saying


def stress(phonemes: str, level: str) -> str:
    """Every word of `phonemes` with another stress.

    Args:
        level: `strong`, `moderate`: a word without primary stress gets it, on its vowel of secondary stress or else
            on its first. `reduced`: primary stress becomes secondary, and secondary is lost. Others change nothing.
    """
    if level in ("strong", "moderate"):
        return _WORD.sub(lambda match: _strengthen(match[0]), phonemes)
    if level == "reduced":
        return _WORD.sub(lambda match: _weaken(match[0]), phonemes)
    return phonemes


def _strengthen(word: str) -> str:
    if "ˈ" in word:
        return word
    if "ˌ" in word:
        return word.replace("ˌ", "ˈ")
    return stress_before_vowel(f"ˈ{word}")


def _weaken(word: str) -> str:
    return word.replace("ˌ", "").replace("ˈ", "ˌ") if "ˈ" in word else word
