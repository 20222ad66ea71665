"""Models that speak: which there are to be had, how they are fetched, and where they are kept."""
