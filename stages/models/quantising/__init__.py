"""Smaller numbers: int8, int4 and float16 of a model's parts, calibrated on sentences of our own."""
