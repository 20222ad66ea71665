"""Operators of our own for ONNX Runtime, in C: where their sources are, how they are built and found."""
