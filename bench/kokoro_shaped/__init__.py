"""Models of Kokoro-82M's architecture with seeded random weights: what Kokoro is measured and tested with here."""
