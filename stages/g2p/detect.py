"""Which language a unit is in, for `--lang auto`: by its script, else by py3langid, else as the unit before it.

A unit is a sentence or a clause: a foreign phrase quoted within one is read in the language of the whole.

The library was chosen by measuring (Linux, one busy core; 3,233 lines of 2 to 14 words out of programs, in English and
translated into Spanish, French, Italian, Portuguese and Hindi; share that is right, by words in the line):

                            7 to 14   4 to 6   2 to 3    first use    memory    a line
    py3langid 0.4.0          99.5 %   95.9 %   77.9 %      0.7 s       95 MB     20 µs
    lingua 2.1.1             96.8 %   92.0 %   74.4 %      0.6 s      147 MB     78 µs
    lingua, low accuracy     93.5 %   83.3 %   62.4 %      0.0 s       15 MB     27 µs
    fastText lid.176.ftz     98.5 %   92.6 %   74.1 %      0.0 s        7 MB     40 µs
    CLD2                     90.1 %   76.6 %   53.7 %      0.0 s        2 MB     14 µs

fastText would be cheaper, but the package that brings its model also brings a downloader, and the model is under a
share-alike licence. py3langid takes 66 MB as it is loaded below, 20 of which are numpy. Lines that are undecided by
LEAST_CERTAINTY are left to what stands before them: of those of 7 to 14 words 2 % are, and 0.1 % of the others are
wrong; of 2 to 3 words 45 % are, and 2.4 % of the others are wrong. Names mislead it ("Mr. García lives in São Paulo").
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from utterd.stages.chunks import Lane, TextChunk

LEAST_CERTAINTY: Final = 0.6
"""Of the best language, among those in question; below it the unit is undecided."""
LEAST_LETTERS: Final = 3
_CODES: Final = ("en", "es", "fr", "it", "pt")
"""What the library is asked about: ISO 639, our languages in Latin letters."""
_DEVANAGARI_SHARE: Final = 0.4
"""Of the words: Hindi is full of English ones ("server को restart कीजिए")."""
_LONGEST_CHARACTERS: Final = 1000
_DEVANAGARI: Final = re.compile(r"[\u0900-\u097f]+")
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff][A-Za-z\u00c0-\u024f\u1e00-\u1eff\u0300-\u036f]*+")
_NO_PROSE: Final = re.compile(r"[@/\\_\d]|\w\.\w")
"""In addresses, names of files and figures."""

Rank = Callable[[str], Mapping[str, float]]
"""ISO 639 codes → how likely each is for a text; the sum is 1."""


class LanguageDetector:
    """Finds the language of a text among some. Loads its model when it is first needed."""

    def __init__(self, rank: Rank | None = None) -> None:
        self._rank = rank

    def load(self) -> None:
        """Now, rather than with the first text that needs it."""
        self._rank = self._rank or load_model()

    def detect(self, text: str, languages: Sequence[str]) -> str | None:
        """One of `languages`, names of `languages.LANGUAGES`; of two with one code the first. None: undecided."""
        candidates: dict[str, str] = {}
        for language in languages:
            candidates.setdefault(language.partition("-")[0], language)
        text = " ".join(word for word in text[:_LONGEST_CHARACTERS].split() if not _NO_PROSE.search(word))
        latin = _LATIN.findall(text)
        devanagari = _DEVANAGARI.findall(text)
        if devanagari and len(devanagari) >= _DEVANAGARI_SHARE * (len(latin) + len(devanagari)):
            return candidates.get("hi")
        codes = [code for code in candidates if code in _CODES]
        if sum(map(len, latin)) < LEAST_LETTERS or len(codes) < 2:
            return None
        self.load()
        assert self._rank is not None, "loaded"
        likely = self._rank(text)
        best = max(codes, key=lambda code: likely[code])
        is_certain = likely[best] >= LEAST_CERTAINTY * sum(likely[code] for code in codes)
        return candidates[best] if is_certain else None


def load_model() -> Rank:
    """py3langid, kept to our languages."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages(_CODES)
    # A new one of the parts that are left, so that the columns of 130 other languages can go.
    identifier = LanguageIdentifier(
        whole.nb_ptc.copy(),
        whole.nb_pc,
        whole.nb_classes,
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )
    return lambda text: dict(identifier.rank(text))


class UnitLanguages:
    """The language of each unit of the utterances under way, one in each lane."""

    def __init__(self, detector: LanguageDetector | None = None) -> None:
        self._detector = detector or LanguageDetector()
        self._changes: dict[Lane, tuple[int, list[tuple[int, str]]]] = {}
        """Utterance, and (sequence, language) of each unit whose language was not that of the one before."""

    def load(self) -> None:
        """Be ready for the first unit."""
        self._detector.load()

    def language_of(self, chunk: TextChunk) -> str:
        """One of those in `speaking.voices`, not empty; undecided: that of the unit before, or the first one.

        Units may come again, after a rewind: a later one never has a say in an earlier one.
        """
        languages = [language for language, _ in chunk.speaking.voices]
        utterance, changes = self._changes.get(chunk.speaking.lane, (-1, []))
        if utterance != chunk.header.utterance_id:
            changes = []
        while changes and changes[-1][0] >= chunk.header.sequence:
            changes.pop()
        before = changes[-1][1] if changes else languages[0]
        found = self._detector.detect(chunk.text, languages) or before
        if found != before or not changes:
            changes.append((chunk.header.sequence, found))
        self._changes[chunk.speaking.lane] = (chunk.header.utterance_id, changes)
        return found
