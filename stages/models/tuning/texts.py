"""What is spoken to measure a model: three lengths of input, in phonemes. No calibration saw them."""

from dataclasses import dataclass
from typing import Final

from utterd.stages.g2p.symbols import token_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One piece, as g2p would hand it to inference."""

    name: str
    """In results: "clause", "sentence", "long"."""
    phonemes: str
    repeats: int
    """How often it is spoken to one figure: a short piece is worth the waiting, a long one is steady by itself."""

    @property
    def tokens(self) -> tuple[int, ...]:
        """Without padding."""
        return tuple(token_ids(self.phonemes))


CLAUSE: Final = Text(name="clause", phonemes="wˌi wˈɔkt fɔɹ mˈIlz,", repeats=8)
"""20 tokens: the first unit of most utterances, so what a listener waits for."""

SENTENCE: Final = Text(
    name="sentence",
    phonemes="ɐ ɡɹˈA hˈɛɹən stˈʊd ɪn ɐ ʃˈælO ɹˈɪvəɹ, ænd wˈATᵻd ˌʌntˈɪl ðə bˈOts hæd ɡˈɔn.",
    repeats=4,
)
"""76 tokens."""

LONG: Final = Text(
    name="long",
    phonemes=(
        "lˈɔŋ bəfˈɔɹ ðə bɹˈɪʤ wʌz bˈɪlt, ɐ fˈɛɹi tˈʊk pˈipᵊl ænd lˈɛTəɹz əkɹˈɔs ɐ ɹˈɪvəɹ. ˌɪt lˈɛft wənˈɛvəɹ ðɛɹ wʌz "
        "sˈʌmbədi tə kˈɛɹi, ænd ðə fˈɛɹɪmən, hˌu kʊd ʤˈʌʤ ðə wˈɛðəɹ bI ðə hˈɪlz, nˈɛvəɹ ˈæskt fɔɹ mˈɔɹ ðən ðə fˈɛɹ. "
        "hˌɪz dˈɔTəɹ kˈɛpt ðə bˈʊks. dˈɪd ʃi mˈInd ðə nˈYz? ˌɪt wʌz sˈIləns ðæt tɹˈʌbᵊld hˌɜɹ!"
    ),
    repeats=2,
)
"""300 tokens: a unit in the middle of a book."""

TEXTS: Final = (CLAUSE, SENTENCE, LONG)
BY_NAME: Final = {text.name: text for text in TEXTS}


def texts_for(*, quick: bool) -> tuple[Text, ...]:
    """What to speak; quick leaves out the long piece, which takes longest and decides least."""
    return (CLAUSE, SENTENCE) if quick else TEXTS


def repeats_of(text: Text, *, quick: bool) -> int:
    """At least two: a spread needs a pair."""
    return max(2, text.repeats // 2) if quick else text.repeats
