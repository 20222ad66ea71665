"""`utterd models prepare`: from a model's one graph to parts of every wished precision, in BUNDLE/prepared."""
