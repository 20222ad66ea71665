"""A style vector's halves, as Kokoro's: which part of it shapes the sound, and which the melody and rhythm."""

STYLE = 256
TIMBRE_WIDTH = 128
TIMBRE = slice(0, TIMBRE_WIDTH)
PROSODY = slice(TIMBRE_WIDTH, STYLE)
