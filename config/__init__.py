"""What can be set, and where things are."""
