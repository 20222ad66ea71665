"""Measurements: printed figures with their method. Not installed, not tests."""
