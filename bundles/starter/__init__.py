"""The starter voice: two graphs, their style vectors, and bundle.toml."""
