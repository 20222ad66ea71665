"""Smaller students: ranges of what int8 rounds, fine-tuning that knows of the rounding, and pruning."""
