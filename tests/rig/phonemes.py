"""PhonemeChunks for inference."""

from collections.abc import Sequence

from utterd.stages.chunks import ChunkHeader, Lane, Pause, PhonemeChunk, Piece, Speaking

HELLO_WORLD = (50, 83, 54, 156, 31, 16, 65, 87, 123, 54, 46, 4)
"""həlˈO wɜɹld."""


def phoneme_chunk(
    *pieces: Sequence[int],
    voice: str = "tone",
    speed: float = 1.0,
    lane: Lane = "live",
    pause: Pause = "none",
    gain: float = 1.0,
    first_frame: int = 0,
    utterance: int = 1,
    sequence: int = 0,
    is_last: bool = False,
) -> PhonemeChunk:
    return PhonemeChunk(
        header=ChunkHeader(utterance_id=utterance, generation=0, sequence=sequence, is_last=is_last),
        speaking=Speaking(voice=voice, speed=speed, language="en-us", lane=lane, gain=gain),
        pieces=tuple(Piece(tokens=tuple(tokens)) for tokens in pieces),
        dropped=(),
        pause=pause,
        first_frame=first_frame,
    )
