"""Text in, sound out: three processes in a row, joined by hops.

daemon ──TextChunk──▶ g2p ──PhonemeChunk──▶ inference ──AudioChunk──▶ output ──▶ loudspeaker
"""
