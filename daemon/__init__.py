"""Puts the stages together, keeps them alive, and answers clients."""
