"""What the starter voice is trained to say: text of our own, written and generated, never taken from others."""
