"""Voices that ship with utterd: data only, one folder a bundle, described by its bundle.toml."""
