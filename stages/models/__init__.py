"""What turns a model file into parts that speak early: splitting, quantising, measuring. Needs `onnx`."""
