"""TextChunk → PhonemeChunk: what to say, as the model's tokens, every character accounted for."""
