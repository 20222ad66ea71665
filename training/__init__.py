"""The laboratory of the starter voice: teachers, corpus, training, export, quantisation, pruning, and a judge."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # as in stages/inference/onnx_session.py, for what imports onnxruntime itself
