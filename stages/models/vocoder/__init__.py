"""Kokoro's generator (an iSTFTNet with AdaIN and Snake): described by its weights, and written as graphs of our own.

`description` is what was read from a file; `emit` writes it in float32 and tells what windows are; `integers` writes it
in int8 by the `ranges` that the graph of `emit.emit_calibrating` measures; `names` says what convolutions are called.
"""
