"""The laboratory of the starter voice: teachers, corpus, training, export, quantisation, pruning, and a judge."""
