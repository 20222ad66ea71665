"""Kokoro as others run it and as we do: the same model file, the same texts, the same cores, in one run."""
