"""TextChunks for stages."""

from utterd.stages.chunks import ChunkHeader, Lane, Speaking, TextChunk


def text_chunk(
    text: str,
    *,
    lane: Lane = "live",
    utterance: int = 1,
    generation: int = 0,
    sequence: int = 0,
    is_last: bool = False,
) -> TextChunk:
    return TextChunk(
        header=ChunkHeader(utterance_id=utterance, generation=generation, sequence=sequence, is_last=is_last),
        speaking=Speaking(voice="tone", speed=1.0, language="en-us", lane=lane),
        text=text,
        char_start=0,
        pause="none",
    )
