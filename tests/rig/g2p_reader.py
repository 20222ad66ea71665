"""Short texts through the real g2p stage, in a form that tests can compare."""

from utterd.stages.chunks import ChunkHeader, Pause, PhonemeChunk, Speaking, TextChunk
from utterd.stages.g2p.segment import Segmenter
from utterd.stages.g2p.stage import G2p
from utterd.stages.g2p.symbols import phonemes_of


def unit_chunk(
    text: str, *, language: str = "en-us", char_start: int = 0, pause: Pause = "none", sequence: int = 0
) -> TextChunk:
    """A unit as the daemon would send it."""
    return TextChunk(
        header=ChunkHeader(utterance_id=7, generation=3, sequence=sequence, is_last=False),
        speaking=Speaking(voice="tone", speed=1.0, language=language, lane="live"),
        text=text,
        char_start=char_start,
        pause=pause,
    )


class Reader:
    """Reads texts of one unit; `read` takes any."""

    def __init__(self, stage: G2p) -> None:
        self._stage = stage

    def chunk(self, text: str, language: str = "en-us", pause: Pause = "none") -> PhonemeChunk:
        (chunk,) = self._stage.process(unit_chunk(text, language=language, pause=pause))
        return chunk

    def phonemes(self, text: str, language: str = "en-us", pause: Pause = "none") -> str:
        return " ".join(phonemes_of(piece.tokens) for piece in self.chunk(text, language, pause).pieces)

    def words(self, text: str, language: str = "en-us") -> list[tuple[str, str]]:
        """Stretches of `text` and how each is said."""
        return [
            (text[word.char_start : word.char_end], phonemes_of(piece.tokens[word.token_start : word.token_end]))
            for piece in self.chunk(text, language).pieces
            for word in piece.words
        ]

    def dropped(self, text: str, language: str = "en-us") -> list[tuple[str, str]]:
        """Stretches of `text` that are not said, with the reasons."""
        return [(text[d.char_start : d.char_end], d.reason) for d in self.chunk(text, language).dropped]

    def read(self, text: str, language: str = "en-us") -> list[PhonemeChunk]:
        """The whole way of a text of any length: cut into units, each made phonemes."""
        chunks = []
        for unit in Segmenter(text):
            chunk = unit_chunk(
                unit.text, language=language, char_start=unit.char_start, pause=unit.pause, sequence=unit.index
            )
            chunks += self._stage.process(chunk)
        return chunks
