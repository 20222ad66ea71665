"""Who the student learns from: anything that says given phonemes, and tells how it said them."""
