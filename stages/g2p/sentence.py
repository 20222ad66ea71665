"""A sentence half tagged: what stands before a word, with its part of speech, and what stands behind it, without."""

from collections.abc import Sequence

from utterd.stages.g2p.word_classes import CLAUSE_OPENERS, OBJECTS, TAGS

VERB_TAGS = frozenset(("VB", "VBP", "VBZ", "VBD", "VBN", "VBG", "MD"))


class Sentence:
    """Words from left to right, and the tags of those before the one in hand.

    Every question is about the word at an index; one beyond the sentence has an empty neighbour with the tag ".".
    """

    def __init__(self, words: Sequence[str], spaced: Sequence[bool]) -> None:
        self.words = words
        self.small = [word.lower().replace("’", "'") for word in words]
        self.spaced = spaced
        """For each word, whether a space follows."""
        self.tags: list[str] = []
        """Of the words before the one in hand."""
        self.is_shouted = sum(w.isupper() and len(w) > 1 for w in words) > sum(w.islower() for w in words)
        """In capitals throughout, so that capitals mean nothing."""

    def previous(self, index: int) -> str:
        """The word before it, in lower case."""
        return self.small[index - 1] if index > 0 else ""

    def next(self, index: int) -> str:
        """The word behind it, in lower case."""
        return self.small[index + 1] if index + 1 < len(self.small) else ""

    def tag_before(self, index: int) -> str:
        return self.tags[index - 1] if index > 0 else "."

    def anchor(self, index: int) -> str:
        """The nearest word before it that is no adverb."""
        position = self._anchor_index(index)
        return self.small[position] if position >= 0 else ""

    def anchor_tag(self, index: int) -> str:
        position = self._anchor_index(index)
        return self.tags[position] if position >= 0 else "."

    def before_anchor(self, index: int) -> str:
        """The word before the anchor."""
        position = self._anchor_index(index) - 1
        return self.small[position] if position >= 0 else ""

    def _anchor_index(self, index: int) -> int:
        index -= 1
        while index >= 0 and self.tags[index] == "RB":
            index -= 1
        return index

    def around(self, index: int) -> set[str]:
        """The words from the full stop before it to the one behind it, in lower case."""
        stops = [-1, *(i for i, word in enumerate(self.small) if word[0] in ".!?"), len(self.small)]
        begin = max(stop for stop in stops if stop < index)
        end = min(stop for stop in stops if stop > index)
        return set(self.small[begin + 1 : end])

    def opens_clause(self, index: int) -> bool:
        """Is there nothing before it, or a mark, or a "please"?"""
        if self.anchor_tag(index) in (".", ":", "``", ",", "-LRB-"):
            return True
        return self.anchor(index) in ("please", "then", "and") and index < 2

    def begins_object(self, index: int) -> bool:
        """Can the word at `index` begin the object of a verb?"""
        if index >= len(self.small):
            return False
        small = self.small[index]
        return TAGS.get(small) in ("DT", "PRP$", "CD", "TO") or small in OBJECTS or small in CLAUSE_OPENERS

    def is_noun_like(self, index: int) -> bool:
        """Is the word at `index` an unknown one? Most of these are nouns."""
        if index >= len(self.small) or not self.small[index][0].isalpha():
            return False
        return self.small[index] not in TAGS and not self.small[index].endswith("ly")

    def is_verb_like(self, index: int) -> bool:
        """Is the word at `index` a verb whatever stands around it?"""
        return index < len(self.small) and TAGS.get(self.small[index], "") in VERB_TAGS
