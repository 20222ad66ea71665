"""PhonemeChunk → AudioChunks: one owner of one model."""
