"""`utterd models tune`: which precision, threads, windows and provider speak first on this machine, and sound right."""
